// f32 weights, four in a word, cleaned at packing so that no product is subnormal; multiply and add round separately.
#define GROUP_INPUTS 4u
#define SEGMENT_INPUTS 4u
#define PLANES 1u
#define ROUNDED_PRODUCTS

uvec4 segmentWord(uvec4 word, uint segment) { return word; }
vec2 weightPair(uvec4 word, uint pair) { return uintBitsToFloat(pair == 0u ? word.xy : word.zw); }

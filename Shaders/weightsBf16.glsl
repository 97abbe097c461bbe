// bf16 weights, eight in a word: the upper halves of f32. x has 16 significant bits, so products are exact.
#define GROUP_INPUTS 8u
#define SEGMENT_INPUTS 8u
#define PLANES 1u

uvec4 segmentWord(uvec4 word, uint segment) { return word; }
vec2 weightPair(uvec4 word, uint pair) { return uintBitsToFloat(uvec2(word[pair] << 16, word[pair] & 0xffff0000u)); }

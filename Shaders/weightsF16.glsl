// f16 weights, eight in a word. x has 13 significant bits, so products are exact and fusing multiply and add changes nothing.
#define GROUP_INPUTS 8u
#define SEGMENT_INPUTS 8u
#define PLANES 1u

uvec4 segmentWord(uvec4 word, uint segment) { return word; }
vec2 weightPair(uvec4 word, uint pair) { return unpackHalf2x16(word[pair]); }

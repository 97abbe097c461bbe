// Blocks of 32 signed bytes with a scale (q8_0), sixteen bytes in a word. x has 16 significant bits, so products are exact.
#define GROUP_INPUTS 32u
#define SEGMENT_INPUTS 8u
#define PLANES 2u
#define BLOCK_SCALES

// Eight inputs of the group: half a word.
uvec4 segmentWord(uvec4 word, uint segment) { return uvec4(segment % 2u == 0u ? word.xy : word.zw, 0u, 0u); }

vec2 weightPair(uvec4 word, uint pair) {
  int bytes = int(word[pair / 2u]);
  int first = int(pair % 2u * 16u);
  return vec2(bitfieldExtract(bytes, first, 8), bitfieldExtract(bytes, first + 8, 8));
}

// Blocks of 32 nibbles with a scale (q4_0), all in one word: byte i holds input i below and input 16 + i above, 8 is zero.
// x has 16 significant bits, so products are exact.
#define GROUP_INPUTS 32u
#define SEGMENT_INPUTS 8u
#define PLANES 1u
#define BLOCK_SCALES

// Eight inputs of the group: the lower nibbles of half a word.
uvec4 segmentWord(uvec4 word, uint segment) {
  return uvec4((segment % 2u == 0u ? word.xy : word.zw) >> (segment / 2u * 4u), 0u, 0u);
}

vec2 weightPair(uvec4 word, uint pair) {
  uint bytes = word[pair / 2u] >> (pair % 2u * 16u);
  return vec2(ivec2(uvec2(bytes, bytes >> 8) & 15u) - 8);
}

// Sixteen inputs of the group as signed bytes: n + 0x78 carries into no neighbour, and n - 8 differs from it in one bit.
uvec4 halfBytes(uvec4 word, uint second) { return ((word >> 4u * second & 0x0f0f0f0fu) + 0x78787878u) ^ 0x80808080u; }

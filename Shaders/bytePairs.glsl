// Weights of signed bytes, sixteen in a word, as floats.
#ifndef ESPALIER_BYTE_PAIRS_GLSL
#define ESPALIER_BYTE_PAIRS_GLSL

// Eight inputs: half a word.
uvec4 segmentWord(uvec4 word, uint segment) { return uvec4(segment % 2u == 0u ? word.xy : word.zw, 0u, 0u); }

vec2 weightPair(uvec4 word, uint pair) {
  int bytes = int(word[pair / 2u]);
  int first = int(pair % 2u * 16u);
  return vec2(bitfieldExtract(bytes, first, 8), bitfieldExtract(bytes, first + 8, 8));
}

#endif

// What a cache holds. Include after the number KEY_COLUMNS, the buffers keyQuads and valueQuads, and keyPair(word), keyWord(word),
// valuePair(word) and valueWord(word), which load two words from an even one on and one word, are declared.
#ifndef ESPALIER_CACHE_ELEMENTS_GLSL
#define ESPALIER_CACHE_ELEMENTS_GLSL

#include "shared/attention.h"
#include "numerics.glsl"

layout(constant_id = 1) const uint FORMAT = CACHE_F16;

struct Eight {
  vec4 low;
  vec4 high;
};

vec2 pairOf(uint word) {
  if (FORMAT == CACHE_BF16) return vec2(uintBitsToFloat(word << 16), uintBitsToFloat(word & 0xffff0000u));
  return unpackHalf2x16(word);
}

// Four signed bytes times their scale: exact.
vec4 scaledBytes(uint word, float scale) {
  int bytes = int(word);
  precise vec4 values = vec4(bitfieldExtract(bytes, 0, 8), bitfieldExtract(bytes, 8, 8), bitfieldExtract(bytes, 16, 8), bytes >> 24) * scale;
  return values;
}

// Word of a CACHE_Q8 row with the scale of `column`.
uint scaleWord(uint column) { return KEY_COLUMNS / 4u + column / (2u * CACHE_Q8_BLOCK); }

// Eight columns from `column` on, of their bytes and their word of scales.
Eight eightBytes(uvec2 words, uint scales, uint column) {
  vec2 both = unpackHalf2x16(scales);
  float scale = column / CACHE_Q8_BLOCK % 2u == 0u ? both.x : both.y;
  return Eight(scaledBytes(words.x, scale), scaledBytes(words.y, scale));
}

Eight eightHalves(uvec4 words) {
  return Eight(vec4(pairOf(words.x), pairOf(words.y)), vec4(pairOf(words.z), pairOf(words.w)));
}

// Columns `column` ..< `column` + 8 of the row at word `row`; column is a multiple of 8, so that all are of one block, row of 4.
Eight loadKeyEight(uint row, uint column) {
  if (FORMAT == CACHE_Q8) return eightBytes(keyPair(row + column / 4u), keyWord(row + scaleWord(column)), column);
  return eightHalves(keyQuads[(row + column / 2u) / 4u]);
}

Eight loadValueEight(uint row, uint column) {
  if (FORMAT == CACHE_Q8) return eightBytes(valuePair(row + column / 4u), valueWord(row + scaleWord(column)), column);
  return eightHalves(valueQuads[(row + column / 2u) / 4u]);
}

#endif

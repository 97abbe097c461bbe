// What a cache holds. Include after the buffers cache, cachePairs and cacheQuads and the number KEY_COLUMNS are declared.
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

// Columns `column` ..< `column` + 8 of the row at word `row`; column is a multiple of 8, row of 4.
Eight loadEight(uint row, uint column) {
  if (FORMAT == CACHE_Q8) {
    uint block = column / CACHE_Q8_BLOCK;
    vec2 scales = unpackHalf2x16(cache[row + KEY_COLUMNS / 4u + block / 2u]);
    float scale = block % 2u == 0u ? scales.x : scales.y;
    uvec2 words = cachePairs[(row + column / 4u) / 2u];
    return Eight(scaledBytes(words.x, scale), scaledBytes(words.y, scale));
  }
  uvec4 words = cacheQuads[(row + column / 2u) / 4u];
  return Eight(vec4(pairOf(words.x), pairOf(words.y)), vec4(pairOf(words.z), pairOf(words.w)));
}

// Columns `column` and `column` + 1, even; not CACHE_Q8.
vec2 loadPair(uint row, uint column) { return pairOf(cache[row + column / 2u]); }

#endif

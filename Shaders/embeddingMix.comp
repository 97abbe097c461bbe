// out[r] = weighted sum of rows of an f16 table (soft tokens); a token outside the vocabulary is left out.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { EmbeddingMix p; };
layout(set = 0, binding = 0, std430) readonly buffer Tokens { uint tokens[]; };    // [firstRow + rows][count]
layout(set = 0, binding = 1, std430) readonly buffer Weights { float weights[]; };  // [firstRow + rows][count]
layout(set = 0, binding = 2, std430) readonly buffer Table { uint table[]; };  // [vocabulary][columns / 2] of f16 x 2
layout(set = 0, binding = 3, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.columns) return;
  uint row = element / p.columns;
  uint column = element - row * p.columns;
  uint first = (p.firstRow + row) * p.count;
  // Flushed products are multiples of 2^-87, so no partial sum is subnormal.
  float sum = 0.0;
  for (uint j = 0u; j < p.count; ++j) {
    uint token = tokens[first + j];
    if (token >= p.vocabulary) continue;
    vec2 pair = unpackHalf2x16(table[token * (p.columns / 2u) + column / 2u]);
    float value = (column & 1u) == 0u ? pair.x : pair.y;
    sum = add(sum, flush(multiply(flush(weights[first + j]), value)));
  }
  outValues[element] = roundBits(sum, p.significantBits);
}

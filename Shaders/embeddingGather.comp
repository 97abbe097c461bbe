// out[r] = table[tokens[firstRow + r]], f16 to f32; zeros for a token outside the vocabulary.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { EmbeddingGather p; };
layout(set = 0, binding = 0, std430) readonly buffer Tokens { uint tokens[]; };  // [firstRow + rows]
layout(set = 0, binding = 1, std430) readonly buffer Table { uint table[]; };    // [vocabulary][columns / 2] of f16 x 2
layout(set = 0, binding = 2, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.columns) return;
  uint row = element / p.columns;
  uint column = element - row * p.columns;
  uint token = tokens[p.firstRow + row];
  float value = 0.0;
  if (token < p.vocabulary) {
    vec2 pair = unpackHalf2x16(table[token * (p.columns / 2u) + column / 2u]);
    value = flush((column & 1u) == 0u ? pair.x : pair.y);
  }
  outValues[element] = value;
}

// embeddingMix.glsl with an f16 table.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "embeddingMix.glsl"

layout(set = 0, binding = 2, std430) readonly buffer Table { uint table[]; };  // [vocabulary][columns / 2] of f16 x 2

float tableValue(uint token, uint column) {
  vec2 pair = unpackHalf2x16(table[token * (p.columns / 2u) + column / 2u]);
  return (column & 1u) == 0u ? pair.x : pair.y;
}

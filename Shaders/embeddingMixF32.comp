// embeddingMix.glsl with an f32 table.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "embeddingMix.glsl"

layout(set = 0, binding = 2, std430) readonly buffer Table { float table[]; };  // [vocabulary][columns]

float tableValue(uint token, uint column) { return flush(table[token * p.columns + column]); }

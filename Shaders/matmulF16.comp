// Matmul with f16 weights. x has 13 significant bits, so products are exact and fusing multiply and add changes nothing.
#version 450
#extension GL_GOOGLE_include_directive : require
#define WORD_INPUTS 8u
#include "matmul.glsl"

vec4 weightQuad(uvec4 word, uint q) {
  uvec2 halves = q == 0u ? word.xy : word.zw;
  return vec4(unpackHalf2x16(halves.x), unpackHalf2x16(halves.y));
}

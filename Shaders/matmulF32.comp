// Matmul with f32 weights, cleaned at load so that no product is subnormal; multiply and add round separately.
#version 450
#extension GL_GOOGLE_include_directive : require
#define WORD_INPUTS 4u
#include "matmul.glsl"

vec4 weightQuad(uvec4 word, uint q) { return uintBitsToFloat(word); }

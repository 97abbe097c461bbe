// matmulF32 for subgroups of eight lanes; multiply and add round separately.
#version 450
#extension GL_GOOGLE_include_directive : require
#define WORD_INPUTS 4u
#include "matmulShuffle.glsl"

vec2 weightPair(uvec4 word, uint pair) { return uintBitsToFloat(pair == 0u ? word.xy : word.zw); }

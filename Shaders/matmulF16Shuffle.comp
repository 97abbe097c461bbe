// matmulF16 for subgroups of eight lanes. x has 13 significant bits, so products are exact.
#version 450
#extension GL_GOOGLE_include_directive : require
#define WORD_INPUTS 8u
#include "matmulShuffle.glsl"

vec2 weightPair(uvec4 word, uint pair) { return unpackHalf2x16(word[pair]); }

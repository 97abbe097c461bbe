// matmulBf16 for subgroups of eight lanes.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsBf16.glsl"
#include "matmulShuffle.glsl"

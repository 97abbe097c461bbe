// matmulBf16 for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsBf16.glsl"
#include "matmulSpread.glsl"

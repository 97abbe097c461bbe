// matmulQ8 for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsQ8.glsl"
#include "matmulSpread.glsl"

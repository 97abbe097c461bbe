// matmulQ4 for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsQ4.glsl"
#include "matmulSpread.glsl"

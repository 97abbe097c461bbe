// matmulQ8Int8 for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#define BYTE_ROWS
#include "weightsQ8.glsl"
#include "matmulSpread.glsl"

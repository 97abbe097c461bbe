// matmulQ8Int8 for subgroups of eight lanes.
#version 450
#extension GL_GOOGLE_include_directive : require
#define BYTE_ROWS
#include "weightsQ8.glsl"
#include "matmulShuffle.glsl"

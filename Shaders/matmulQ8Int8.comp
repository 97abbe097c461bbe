// matmulQ8 for rows of quantizeBlocks.
#version 450
#extension GL_GOOGLE_include_directive : require
#define BYTE_ROWS
#include "weightsQ8.glsl"
#include "matmul.glsl"

// matmulQ4 for rows of quantizeBlocks.
#version 450
#extension GL_GOOGLE_include_directive : require
#define BYTE_ROWS
#include "weightsQ4.glsl"
#include "matmul.glsl"

// Matmul with q8_0 weights.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsQ8.glsl"
#include "matmul.glsl"

// Matmul with q4_0 weights.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsQ4.glsl"
#include "matmul.glsl"

// Matmul with f16 weights.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsF16.glsl"
#include "matmul.glsl"

// Matmul with bf16 weights.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsBf16.glsl"
#include "matmul.glsl"

// Matmul with f32 weights.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsF32.glsl"
#include "matmul.glsl"

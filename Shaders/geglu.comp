// GeGLU: out = gelu(gate) * up.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "numerics.glsl"

float activated(float gate) { return gelu(gate); }

#include "gatedUnit.glsl"

// SwiGLU: out = gate * sigmoid(gate) * up.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "numerics.glsl"

float activated(float gate) { return flush(multiply(gate, sigmoid(gate))); }

#include "gatedUnit.glsl"

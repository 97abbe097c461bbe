// GeGLU: out = gelu(gate) * up.
#include "numerics.glsl"

float activated(float gate) { return gelu(gate); }

#include "gatedUnit.glsl"

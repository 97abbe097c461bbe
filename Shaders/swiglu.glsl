// SwiGLU: out = gate * sigmoid(gate) * up.
#include "numerics.glsl"

float activated(float gate) { return flush(multiply(gate, sigmoid(gate))); }

#include "gatedUnit.glsl"

// out = gelu(x), tanh form (Hendrycks and Gimpel, 2016), rounded; out may be x.
#include "shared/rows.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { Gelu p; };

float result(float x) { return roundBits(gelu(x), p.significantBits); }

#include "mapped.glsl"

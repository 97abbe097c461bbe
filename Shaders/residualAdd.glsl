// out = a + b, rounded; out may be a.
#include "shared/rows.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { ResidualAdd p; };

float result(float a, float b) { return roundBits(add(a, b), p.significantBits); }

#include "sum.glsl"

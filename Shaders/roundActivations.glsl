// out = x with fewer significant bits, so that products with f16 weights are exact; out may be x.
#include "shared/rows.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { RoundActivations p; };

float result(float x) { return roundBits(x, p.significantBits); }

#include "mapped.glsl"

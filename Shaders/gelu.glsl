// out = GELU of x, rounded; out may be x.
#include "shared/rows.h"
#include "geluForm.glsl"

layout(push_constant) uniform Push { Gelu p; };

float result(float x) { return roundBits(activated(x), p.significantBits); }

#include "mapped.glsl"

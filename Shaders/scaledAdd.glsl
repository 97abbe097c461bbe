// out = a * scaleA + b * scaleB, rounded; out may be a.
#include "shared/rows.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { ScaledAdd p; };

float result(float a, float b) {
  // Flushed factors: a large one cannot lift a subnormal. Flushed products: their sum is a multiple of 2^-87.
  float first = flush(multiply(flush(a), flush(p.scaleA)));
  float second = flush(multiply(flush(b), flush(p.scaleB)));
  return roundBits(add(first, second), p.significantBits);
}

#include "sum.glsl"

// out = a * scaleA + b * scaleB, rounded; out may be a.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { ScaledAdd p; };
layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };             // [count]
layout(set = 0, binding = 1, std430) readonly buffer B { float b[]; };             // [count]
layout(set = 0, binding = 2, std430) writeonly buffer Out { float outValues[]; };  // [count]

void main() {
  uint element = elementIndex();
  if (element >= p.count) return;
  // Flushed factors: a large one cannot lift a subnormal. Flushed products: their sum is a multiple of 2^-87.
  float first = flush(multiply(flush(a[element]), flush(p.scaleA)));
  float second = flush(multiply(flush(b[element]), flush(p.scaleB)));
  outValues[element] = roundBits(add(first, second), p.significantBits);
}

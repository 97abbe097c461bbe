// out = gelu(x), tanh form (Hendrycks and Gimpel, 2016), rounded; out may be x.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { Gelu p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [count]
layout(set = 0, binding = 1, std430) writeonly buffer Out { float outValues[]; };  // [count]

void main() {
  uint element = elementIndex();
  if (element >= p.count) return;
  outValues[element] = roundBits(gelu(x[element]), p.significantBits);
}

// out = a + b, rounded; out may be a.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { ResidualAdd p; };
layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };             // [count]
layout(set = 0, binding = 1, std430) readonly buffer B { float b[]; };             // [count]
layout(set = 0, binding = 2, std430) writeonly buffer Out { float outValues[]; };  // [count]

void main() {
  uint element = elementIndex();
  if (element >= p.count) return;
  outValues[element] = roundBits(add(a[element], b[element]), p.significantBits);
}

// out = x with fewer significant bits, so that products with f16 weights are exact; out may be x.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { RoundActivations p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [count]
layout(set = 0, binding = 1, std430) writeonly buffer Out { float outValues[]; };  // [count]

void main() {
  uint element = elementIndex();
  if (element >= p.count) return;
  outValues[element] = roundBits(x[element], p.significantBits);
}

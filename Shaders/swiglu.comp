// SwiGLU (Shazeer, 2020): out = gate * sigmoid(gate) * up; a row of x is all gates, then all ups.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { Swiglu p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][2 * columns]
layout(set = 0, binding = 1, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.columns) return;
  uint row = element / p.columns;
  uint gateIndex = element + row * p.columns;  // rows of x are twice as long
  float gate = x[gateIndex];
  float up = x[gateIndex + p.columns];
  outValues[element] = roundBits(multiply(flush(multiply(gate, sigmoid(gate))), flush(up)), p.significantBits);
}

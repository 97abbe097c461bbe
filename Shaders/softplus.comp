// log(1 + e^x) of columns of rows, rounded; one invocation an element.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { Softplus p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][inputStride]: [columns] in it
layout(set = 0, binding = 1, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.columns) return;
  uint from = element / p.columns * p.inputStride + p.inputFirst + element % p.columns;
  outValues[element] = roundBits(softplus(x[from]), p.significantBits);
}

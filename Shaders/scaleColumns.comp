// Columns of rows times scales, one for `width` neighbouring columns, of all rows or of each; added to `base` where there is
// one. One invocation an element.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { ScaleColumns p; };
layout(set = 0, binding = 0, std430) readonly buffer Base { float base[]; };       // [rows][columns]
layout(set = 0, binding = 1, std430) readonly buffer X { float x[]; };             // [rows][inputStride]: [columns] in it
layout(set = 0, binding = 2, std430) readonly buffer Scales { float scales[]; };   // [rows][scaleStride], or one row
layout(set = 0, binding = 3, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]; may be base

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.columns) return;
  uint row = element / p.columns;
  uint column = element % p.columns;
  float scale = scales[row * p.scaleStride + p.scaleFirst + column / p.width];
  if (p.hasGate != 0u) scale = multiply(scale, sigmoid(scale));
  float product = flush(multiply(flush(x[row * p.inputStride + p.inputFirst + column]), flush(scale)));
  float start = p.hasBase != 0u ? flush(base[element]) : 0.0;
  outValues[element] = roundBits(add(start, product), p.significantBits);
}

// out = activated(gate) * up (Shazeer, 2020); a row of x is all gates, then all ups. The includer defines `activated`.
#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { GatedUnit p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][2 * columns]
layout(set = 0, binding = 1, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.columns) return;
  uint row = element / p.columns;
  uint gateIndex = element + row * p.columns;  // rows of x are twice as long
  // A subnormal up beside a gate beyond 2^62 would else count on some devices only.
  float up = flush(x[gateIndex + p.columns]);
  outValues[element] = roundBits(multiply(activated(x[gateIndex]), up), p.significantBits);
}

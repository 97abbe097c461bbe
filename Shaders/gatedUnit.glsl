// out = activated(gate) * up (Shazeer, 2020); a row of x is all gates, then all ups. The includer defines `activated`.
#include "shared/rows.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { GatedUnit p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][2 * columns]
layout(set = 0, binding = 1, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

uint elementCount() { return p.rows * p.columns; }

// Rows of x are twice as long.
uint gateIndex(uint element) { return element + element / p.columns * p.columns; }

float result(float gate, float up) {
  // A subnormal up beside a gate beyond 2^62 would else count on some devices only.
  return roundBits(multiply(activated(gate), flush(up)), p.significantBits);
}

float resultAt(uint element) {
  uint index = gateIndex(element);
  return result(x[index], x[index + p.columns]);
}

#ifdef QUADS
layout(set = 0, binding = 0, std430) readonly buffer Quads { vec4 quads[]; };         // the same as x
layout(set = 0, binding = 1, std430) writeonly buffer OutQuads { vec4 outQuads[]; };  // the same as outValues

bool hasQuads() { return p.columns % 4u == 0u; }

vec4 resultsAt(uint first) {
  uint index = gateIndex(first) / 4u;
  vec4 gate = quads[index];
  vec4 up = quads[index + p.columns / 4u];
  return vec4(result(gate.x, up.x), result(gate.y, up.y), result(gate.z, up.z), result(gate.w, up.w));
}
#endif

#include "elementwise.glsl"

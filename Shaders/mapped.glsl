// out = result(x); out may be x. The includer defines `result`.
#ifndef ESPALIER_MAPPED_GLSL
#define ESPALIER_MAPPED_GLSL

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [count]
layout(set = 0, binding = 1, std430) writeonly buffer Out { float outValues[]; };  // [count]

uint elementCount() { return p.count; }
float resultAt(uint element) { return result(x[element]); }

#ifdef QUADS
layout(set = 0, binding = 0, std430) readonly buffer Quads { vec4 quads[]; };        // the same as x
layout(set = 0, binding = 1, std430) writeonly buffer OutQuads { vec4 outQuads[]; };  // the same as outValues

bool hasQuads() { return true; }

vec4 resultsAt(uint first) {
  vec4 quad = quads[first / 4u];
  return vec4(result(quad.x), result(quad.y), result(quad.z), result(quad.w));
}
#endif

#include "elementwise.glsl"

#endif

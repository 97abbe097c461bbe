// out = result(a, b); out may be one of them. The includer defines `result`.
#ifndef ESPALIER_SUM_GLSL
#define ESPALIER_SUM_GLSL

layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };             // [count]
layout(set = 0, binding = 1, std430) readonly buffer B { float b[]; };             // [count]
layout(set = 0, binding = 2, std430) writeonly buffer Out { float outValues[]; };  // [count]

uint elementCount() { return p.count; }
float resultAt(uint element) { return result(a[element], b[element]); }

#ifdef QUADS
layout(set = 0, binding = 0, std430) readonly buffer QuadsA { vec4 quadsA[]; };       // the same as a
layout(set = 0, binding = 1, std430) readonly buffer QuadsB { vec4 quadsB[]; };       // the same as b
layout(set = 0, binding = 2, std430) writeonly buffer OutQuads { vec4 outQuads[]; };  // the same as outValues

bool hasQuads() { return true; }

vec4 resultsAt(uint first) {
  vec4 x = quadsA[first / 4u];
  vec4 y = quadsB[first / 4u];
  return vec4(result(x.x, y.x), result(x.y, y.y), result(x.z, y.z), result(x.w, y.w));
}
#endif

#include "elementwise.glsl"

#endif

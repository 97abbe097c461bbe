// tokens[first + i] = candidates[source[i]].
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/tree.h"
#include "elements.glsl"

layout(push_constant) uniform Push { GatherTokens p; };
layout(set = 0, binding = 0, std430) readonly buffer Candidates { uint candidates[]; };
layout(set = 0, binding = 1, std430) readonly buffer Source { uint source[]; };  // [count]
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };           // [first + count]

void main() {
  uint i = elementIndex();
  if (i >= p.count) return;
  tokens[p.first + i] = candidates[source[i]];
}

// Copies pages that stopped being shared; one invocation a word of a page, a plane and a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/pages.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { CopyPages p; };
layout(set = 0, binding = 0, std430) readonly buffer Copies { uint copies[]; };  // [sequences][2]
layout(set = 0, binding = 1, std430) buffer Cache { uint cache[]; };             // [planes][planeWords]

void main() {
  uint element = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
  if (element >= p.planes * p.pageWords) return;
  uint from = copies[2u * gl_WorkGroupID.y];
  uint to = copies[2u * gl_WorkGroupID.y + 1u];
  if (from >= p.pages || to >= p.pages) return;
  uint plane = element / p.pageWords;
  uint origin = plane * p.planeWords + element % p.pageWords;
  cache[origin + to * p.pageWords] = cache[origin + from * p.pageWords];
}

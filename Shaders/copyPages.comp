// Copies pages that stopped being shared; one invocation a word of a page and a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/pages.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { CopyPages p; };
layout(set = 0, binding = 0, std430) readonly buffer Copies { uint copies[]; };  // [sequences][2]
layout(set = 0, binding = 1, std430) buffer Keys { uint keyWords[]; };           // [pages][pageWords]
layout(set = 0, binding = 2, std430) buffer Values { uint valueWords[]; };       // [pages][pageWords]

void main() {
  uint word = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
  if (word >= p.pageWords) return;
  uint from = copies[2u * gl_WorkGroupID.y];
  uint to = copies[2u * gl_WorkGroupID.y + 1u];
  if (from >= p.pages || to >= p.pages) return;
  keyWords[to * p.pageWords + word] = keyWords[from * p.pageWords + word];
  valueWords[to * p.pageWords + word] = valueWords[from * p.pageWords + word];
}

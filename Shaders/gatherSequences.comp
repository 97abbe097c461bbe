// What belongs to the sequences of a batch, for sequences that go on from others; one invocation a word of a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/pages.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { GatherSequences p; };
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };              // [sequences][words]
layout(set = 0, binding = 1, std430) readonly buffer Sources { uint sources[]; };  // [sequences]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };    // [sequences][words]

void main() {
  uint word = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
  if (word >= p.words) return;
  uint source = sources[gl_WorkGroupID.y];
  outWords[gl_WorkGroupID.y * p.words + word] = source < p.sequences ? x[source * p.words + word] : 0u;
}

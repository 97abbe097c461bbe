// Sums of a row's weights over groups of tokens; one group of lanes a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "workgroup.glsl"

layout(push_constant) uniform Push { GroupSums p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };  // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Groups { uint groups[]; };    // [vocabulary]
layout(set = 0, binding = 2, std430) coherent buffer Sums { uint sums[]; };                 // [rows][groups]

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  for (uint group = lane; group < p.groups; group += LANES) sums[row * p.groups + group] = 0u;
  memoryBarrierBuffer();
  barrier();
  // Integers, so the order leaves no trace.
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint group = groups[token];
    uint weight = weights[row * p.vocabulary + token];
    if (group < p.groups && weight != 0u) atomicAdd(sums[row * p.groups + group], weight);
  }
}

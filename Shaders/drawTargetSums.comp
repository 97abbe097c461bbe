// drawTarget.glsl for GPUs, first part: the sum of the weights of a chunk of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { DrawTarget p; };
#define WORKSPACE 1
#include "rowChunk.glsl"

layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };           // [rows][vocabulary]
layout(set = 0, binding = 0, std430) readonly buffer WeightQuads { uvec4 weightQuads[]; };  // the same

LOADS_QUADS(uvec4, rowWeights, weights, weightQuads, 0u)

Wide quadSum(uint first) {
  uvec4 quad = rowWeights(gl_WorkGroupID.y, first);
  return wideAdd(wideAdd(widen(quad.x), widen(quad.y)), wideAdd(widen(quad.z), widen(quad.w)));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  Wide sum = Wide(0u);
  EACH_QUAD(first) sum = wideAdd(sum, quadSum(first));
  writeSum(lane, sumOfLanes(lane, sum));
}

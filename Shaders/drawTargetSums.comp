// drawTarget.glsl for GPUs, first part: the sum of the weights of a chunk of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { DrawTarget p; };
#define WORKSPACE 1
#include "rowChunk.glsl"

layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };           // [rows][vocabulary]
layout(set = 0, binding = 0, std430) readonly buffer WeightQuads { uvec4 weightQuads[]; };  // the same

Wide weightOrNone(uint token) {
  return widen(token < p.vocabulary ? weights[gl_WorkGroupID.y * p.vocabulary + token] : 0u);
}

Wide quadSum(uint first) {
  if (!hasQuads()) {
    Wide low = wideAdd(weightOrNone(first), weightOrNone(first + 1u));
    return wideAdd(low, wideAdd(weightOrNone(first + 2u), weightOrNone(first + 3u)));
  }
  uvec4 quad = weightQuads[(gl_WorkGroupID.y * p.vocabulary + first) / 4u];
  return wideAdd(wideAdd(widen(quad.x), widen(quad.y)), wideAdd(widen(quad.z), widen(quad.w)));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  Wide sum = Wide(0u);
  EACH_QUAD(first) sum = wideAdd(sum, quadSum(first));
  writeSum(lane, sumOfLanes(lane, sum));
}

// warpChunk.glsl: the weights of a chunk, scaled so that the row's total fits, without what selections drop.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Distribution p; };
#include "warpChunk.glsl"

layout(set = 0, binding = 3, std430) buffer Totals { uint totals[]; };                          // [rows][2]: total, status
layout(set = 0, binding = 4, std430) writeonly buffer Weights { uint outWeights[]; };           // [rows][vocabulary]
layout(set = 0, binding = 4, std430) writeonly buffer WeightQuads { uvec4 outWeightQuads[]; };  // the same

STORES_QUADS(uvec4, writeQuad, outWeights, outWeightQuads)

uvec4 decidedQuad(uint first) {
  uvec4 quad = weightQuad(first);
  return uvec4(
      decided(quad.x, first), decided(quad.y, first + 1u), decided(quad.z, first + 2u), decided(quad.w, first + 3u));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.y;
  uint status = beginRow(lane, row);
  if (hasSelection()) {
    readCuts(row);
  } else {
    shiftTotal(lane, row);
  }
  uint kept = 0u;
  EACH_QUAD(first) {
    uvec4 weights = status == STATUS_OK ? decidedQuad(first) : uvec4(0u);
    writeQuad(row, first, weights);
    kept += weights.x + weights.y + weights.z + weights.w;
  }
  kept = groupAdd(lane, kept);
  if (lane != 0u) return;
  if (kept != 0u) atomicAdd(totals[row * 2u], kept);
  if (gl_WorkGroupID.x == 0u) totals[row * 2u + 1u] = status;
}

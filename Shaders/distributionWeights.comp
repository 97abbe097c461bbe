// distribution.glsl without selections, for GPUs, third part: the weights of a chunk, scaled so that the row's total fits.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Distribution p; };
#include "weightChunk.glsl"

layout(set = 0, binding = 2, std430) buffer Totals { uint totals[]; };                          // [rows][2]: total, status
layout(set = 0, binding = 3, std430) writeonly buffer Weights { uint outWeights[]; };           // [rows][vocabulary]
layout(set = 0, binding = 3, std430) writeonly buffer WeightQuads { uvec4 outWeightQuads[]; };  // the same

STORES_QUADS(uvec4, writeQuad, outWeights, outWeightQuads)

void main() {
  uint lane = gl_LocalInvocationID.x;
  Row row = rowOfChunks(lane);
  uint shift = totalShift(sumOfLanes(lane, sumOfChunk(lane, gl_WorkGroupID.y)));
  uint kept = 0u;
  EACH_QUAD(first) {
    uvec4 weights = row.status == STATUS_OK ? weightQuad(first, row) >> shift : uvec4(0u);
    writeQuad(gl_WorkGroupID.y, first, weights);
    kept += weights.x + weights.y + weights.z + weights.w;
  }
  kept = groupAdd(lane, kept);
  if (lane == 0u && kept != 0u) atomicAdd(totals[gl_WorkGroupID.y * 2u], kept);
}

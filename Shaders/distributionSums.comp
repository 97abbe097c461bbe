// distribution.glsl without selections, for GPUs, second part: the sum of a chunk's weights; the row's total begins at 0.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Distribution p; };
#include "weightChunk.glsl"

layout(set = 0, binding = 2, std430) writeonly buffer Totals { uint totals[]; };  // [rows][2]: total, status

void main() {
  uint lane = gl_LocalInvocationID.x;
  Row row = rowOfChunks(lane);
  Wide sum = Wide(0u);
  EACH_QUAD(first) {
    uvec4 weights = weightQuad(first, row);
    sum = wideAdd(wideAdd(sum, widen(weights.x)), widen(weights.y));
    sum = wideAdd(wideAdd(sum, widen(weights.z)), widen(weights.w));
  }
  writeSum(lane, sumOfLanes(lane, sum));
  if (lane == 0u && gl_WorkGroupID.x == 0u) {
    totals[gl_WorkGroupID.y * 2u] = 0u;
    totals[gl_WorkGroupID.y * 2u + 1u] = row.status;
  }
}

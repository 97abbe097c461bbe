// combineDistributions.glsl for GPUs, first part: the sum of a chunk of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define ROW gl_WorkGroupID.y
#include "combined.glsl"
#define WORKSPACE 4
#include "rowChunk.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  setFactors();
  Wide sum = Wide(0u);
  uint end = chunkTokens(gl_WorkGroupID.x).y;
  for (uint token = gl_WorkGroupID.x * CHUNK_TOKENS + lane; token < end; token += LANES) {
    sum = wideAdd(sum, combined(token));
  }
  writeSum(lane, sumOfLanes(lane, sum));
}

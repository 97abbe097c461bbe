// combineDistributions.glsl for GPUs, first part: the sum of a chunk of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define ROW gl_WorkGroupID.y
#define QUADS
#include "combined.glsl"
#define WORKSPACE 4
#include "rowChunk.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  setFactors();
  Wide sum = Wide(0u);
  EACH_QUAD(first) sum = wideAdd(sum, combinedSum(first));
  writeSum(lane, sumOfLanes(lane, sum));
}

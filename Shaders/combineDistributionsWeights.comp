// combineDistributions.glsl for GPUs, second part: the weights of a chunk of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define ROW gl_WorkGroupID.y
#define QUADS
#include "combined.glsl"
#define WORKSPACE 4
#include "rowChunk.glsl"

layout(set = 0, binding = 5, std430) writeonly buffer Weights { uint weights[]; };           // [rows][vocabulary]
layout(set = 0, binding = 5, std430) writeonly buffer WeightQuads { uvec4 weightQuads[]; };  // the same
layout(set = 0, binding = 6, std430) writeonly buffer Totals { uint totals[]; };             // [rows][2]: total, status
layout(set = 0, binding = 7, std430) writeonly buffer Mass { uint mass[]; };                 // [rows][4]: T, D in two words each

#include "combinedWeights.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  setFactors();
  Wide chunkSum = sumOfChunk(lane, ROW);
  Wide sum = sumOfLanes(lane, chunkSum);
  Wide below = sumOfLanes(lane, lane < gl_WorkGroupID.x ? chunkSum : Wide(0u));

  uvec2 tokens = chunkTokens(gl_WorkGroupID.x);
  uvec2 block = ownNeighbours(lane, tokens.y - tokens.x) + tokens.x;
  Wide own = sumOfBlock(block);
  Wide all;
  Wide running = wideAdd(below, wideSubtract(scanAdd(lane, own, all), own));
  writeBlock(block, running, sum);
  if (lane == 0u && gl_WorkGroupID.x == 0u) writeTotals(sum);
}

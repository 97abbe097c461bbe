// A mixture of two integer distributions, what the first has more of, or what both have, brought back to at most 2^30; one
// group a row.
#define ROW gl_WorkGroupID.x
#include "combined.glsl"
#include "workgroup.glsl"

layout(set = 0, binding = 4, std430) writeonly buffer Weights { uint weights[]; };  // [rows][vocabulary]
#ifdef QUADS
layout(set = 0, binding = 4, std430) writeonly buffer WeightQuads { uvec4 weightQuads[]; };  // the same
#endif
layout(set = 0, binding = 5, std430) writeonly buffer Totals { uint totals[]; };    // [rows][2]: total, status
layout(set = 0, binding = 6, std430) writeonly buffer Mass { uint mass[]; };        // [rows][4]: T, D in two words each

#include "combinedWeights.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  setFactors();
  uvec2 block = ownNeighbours(lane, p.vocabulary);
  Wide own = sumOfBlock(block);
  Wide sum;
  Wide running = wideSubtract(scanAdd(lane, own, sum), own);
  writeBlock(block, running, sum);
  if (lane == 0u) writeTotals(sum);
}

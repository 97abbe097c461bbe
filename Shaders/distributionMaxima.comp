// warpChunk.glsl: the greatest logit of a chunk, and its status. The row's total and its selection's words begin at 0.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Distribution p; };
#include "warpChunk.glsl"

layout(set = 0, binding = 3, std430) writeonly buffer Totals { uint totals[]; };  // [rows][2]: total, status

// The row's groups share them.
void clearSelection(uint lane) {
  uint from = selectionWord(gl_WorkGroupID.y);
  for (uint i = gl_WorkGroupID.x * LANES + lane; i < ROW_SELECTION_WORDS; i += chunkCount() * LANES) {
    workspace[from + i] = 0u;
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  readWarp(gl_WorkGroupID.y);
  if (hasSelection()) clearSelection(lane);
  uint best = ORDERED_NEGATIVE_INFINITY;
  uint status = STATUS_OK;
  EACH_QUAD(first) {
    vec4 quad = logitQuad(first);
    [[unroll]] for (uint i = 0u; i < 4u; i++) {
      if (isNaNOrPlusInfinity(quad[i])) status = STATUS_NOT_FINITE;
      best = max(best, orderedBits(flush(quad[i])));
    }
  }
  best = groupMaximum(lane, best);
  status = groupOr(lane, status);
  if (lane == 0u) {
    workspace[ownChunkWord() + BEST_WORD] = best;
    workspace[ownChunkWord() + STATUS_WORD] = status;
    if (gl_WorkGroupID.x == 0u) totals[gl_WorkGroupID.y * 2u] = 0u;
  }
}

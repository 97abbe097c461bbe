// distribution.glsl without selections, for GPUs, first part: the greatest logit of a chunk of a row, and its status.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Distribution p; };
#define WORKSPACE 1
#include "logitChunk.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
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
  }
}

// argmax.comp for GPUs, first part: the best of a chunk of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Argmax p; };
#define WORKSPACE 1
#include "logitChunk.glsl"
#include "best.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  Best best = noBest();
  EACH_QUAD(first) {
    vec4 quad = logitQuad(first);
    [[unroll]] for (uint i = 0u; i < 4u; i++) improve(best, quad[i], first + i);
  }
  best = bestOfLanes(lane, best);
  if (lane == 0u) {
    workspace[ownChunkWord() + BEST_WORD] = best.key;
    workspace[ownChunkWord() + STATUS_WORD] = best.status;
    workspace[ownChunkWord() + TOKEN_WORD] = best.token;
  }
}

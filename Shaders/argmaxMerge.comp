// argmax.comp for GPUs, second part: the best of a row's chunks; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Argmax p; };
#define WORKSPACE 1
#include "rowChunk.glsl"
#include "best.glsl"

layout(set = 0, binding = 0, std430) writeonly buffer Out { uint outWords[]; };  // [rows][2]: token, status

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint from = chunkWord(row, repeatedChunk(lane));
  Best own = Best(workspace[from + BEST_WORD], workspace[from + TOKEN_WORD], workspace[from + STATUS_WORD]);
  Best best = bestOfLanes(lane, own);
  if (lane == 0u) {
    outWords[row * 2u] = best.token;
    outWords[row * 2u + 1u] = rowStatus(best);
  }
}

// The lowest token with the greatest logit, and the row's status; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/distribution.h"
#include "best.glsl"

layout(push_constant) uniform Push { Argmax p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };  // [rows][vocabulary]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outWords[]; };   // [rows][2]: token, status

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint start = row * p.vocabulary;
  Best best = noBest();
  for (uint i = lane; i < p.vocabulary; i += LANES) improve(best, logits[start + i], i);
  best = bestOfLanes(lane, best);
  if (lane == 0u) {
    outWords[row * 2u] = best.token;
    outWords[row * 2u + 1u] = rowStatus(best);
  }
}

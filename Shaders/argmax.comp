// The lowest token with the greatest logit, and the row's status; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST 1024u
#include "shared/distribution.h"
#include "numerics.glsl"
#include "workgroup.glsl"

layout(push_constant) uniform Push { Argmax p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };  // [rows][vocabulary]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outWords[]; };   // [rows][2]: token, status

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint start = row * p.vocabulary;

  uint best = ORDERED_NEGATIVE_INFINITY;
  uint token = 0u;
  uint status = STATUS_OK;
  for (uint i = lane; i < p.vocabulary; i += LANES) {
    float logit = logits[start + i];
    if (isNaNOrPlusInfinity(logit)) status = STATUS_NOT_FINITE;
    uint key = orderedBits(logit);
    if (key > best) {
      best = key;
      token = i;
    }
  }
  uint greatest = groupMaximum(lane, best);
  if (greatest == ORDERED_NEGATIVE_INFINITY) status = STATUS_NOT_FINITE;
  token = groupMinimum(lane, best == greatest ? token : 0xffffffffu);
  status = groupOr(lane, status);
  if (lane == 0u) {
    outWords[row * 2u] = token;
    outWords[row * 2u + 1u] = status;
  }
}

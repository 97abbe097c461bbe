// argmax.comp for GPUs, first part: the lowest token with the greatest logit of a chunk of a row, and the chunk's status.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Argmax p; };
#define WORKSPACE 1
#include "logitChunk.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint best = ORDERED_NEGATIVE_INFINITY;
  uint token = 0u;
  uint status = STATUS_OK;
  EACH_QUAD(first) {
    vec4 quad = logitQuad(first);
    [[unroll]] for (uint i = 0u; i < 4u; i++) {
      if (isNaNOrPlusInfinity(quad[i])) status = STATUS_NOT_FINITE;
      uint key = orderedBits(quad[i]);
      if (key > best) {
        best = key;
        token = first + i;
      }
    }
  }
  uint greatest = groupMaximum(lane, best);
  token = groupMinimum(lane, best == greatest ? token : 0xffffffffu);
  status = groupOr(lane, status);
  if (lane == 0u) {
    uint to = ownChunkWord();
    workspace[to] = greatest;
    workspace[to + 1u] = token;
    workspace[to + 2u] = status;
  }
}

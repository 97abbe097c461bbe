// argmax.comp for GPUs, second part: the best of a row's chunks; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Argmax p; };
#define WORKSPACE 1
#include "numerics.glsl"
#include "rowChunk.glsl"

layout(set = 0, binding = 0, std430) writeonly buffer Out { uint outWords[]; };  // [rows][2]: token, status

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  bool hasChunk = lane < chunkCount();
  uint from = chunkWord(row, hasChunk ? lane : 0u);
  uint best = workspace[from];
  uint greatest = groupMaximum(lane, best);
  uint token = groupMinimum(lane, best == greatest ? workspace[from + 1u] : 0xffffffffu);
  uint status = groupOr(lane, workspace[from + 2u]);
  if (greatest == ORDERED_NEGATIVE_INFINITY) status = STATUS_NOT_FINITE;
  if (lane == 0u) {
    outWords[row * 2u] = token;
    outWords[row * 2u + 1u] = status;
  }
}

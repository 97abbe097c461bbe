// warpChunk.glsl: the sum of a chunk's weights.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Distribution p; };
#include "warpChunk.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  beginRow(lane, gl_WorkGroupID.y);
  if (selectsByNumber()) return;
  Wide sum = Wide(0u);
  EACH_QUAD(first) {
    uvec4 weights = weightQuad(first);
    sum = wideAdd(wideAdd(sum, widen(weights.x)), widen(weights.y));
    sum = wideAdd(wideAdd(sum, widen(weights.z)), widen(weights.w));
  }
  writeSum(lane, sumOfLanes(lane, sum));
}

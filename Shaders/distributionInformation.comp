// warpChunk.glsl: a chunk's weights and their information join those of the row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { Distribution p; };
#include "warpChunk.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  if (!beginSelection(lane, gl_WorkGroupID.y) || selection != BY_TYPICALITY) return;
  uint own = 0u;
  Wide information = Wide(0u);
  EACH_QUAD(first) {
    uvec4 weights = weightQuad(first) >> shift;
    own += weights.x + weights.y + weights.z + weights.w;
    information = wideAdd(wideAdd(information, informationOf(weights.x)), informationOf(weights.y));
    information = wideAdd(wideAdd(information, informationOf(weights.z)), informationOf(weights.w));
  }
  own = groupAdd(lane, own);
  information = sumOfLanes(lane, information);
  if (lane != 0u || own == 0u) return;
  uint from = selectionWord(gl_WorkGroupID.y);
  atomicAdd(workspace[from + TOTAL_WORD], own);
  // Sums of integers, in any order; whoever makes the low word wrap carries.
  uint before = atomicAdd(workspace[from + INFORMATION_WORD], information.x);
  uint carry = before + information.x < before ? 1u : 0u;
  atomicAdd(workspace[from + INFORMATION_WORD + 1u], information.y + carry);
}

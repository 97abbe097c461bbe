// Takes tokens out of integer distributions: their weights become 0 and leave the total; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "workgroup.glsl"

layout(push_constant) uniform Push { SuppressTokens p; };
layout(set = 0, binding = 0, std430) readonly buffer Tokens { uint tokens[]; };  // [1 or rows][count]
layout(set = 0, binding = 1, std430) buffer Weights { uint weights[]; };         // [rows][vocabulary]
layout(set = 0, binding = 2, std430) buffer Totals { uint totals[]; };           // [rows][2]: total, status

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint list = p.rowLists != 0u ? row * p.count : 0u;
  uint taken = 0u;
  for (uint i = lane; i < p.count; i += LANES) {
    uint token = tokens[list + i];
    // A token listed twice is taken once.
    if (token < p.vocabulary) taken += atomicExchange(weights[row * p.vocabulary + token], 0u);
  }
  taken = groupAdd(lane, taken);
  if (lane == 0u) totals[row * 2u] -= taken;
}

// Ends the round at the deepest node whose whole path is accepted; of several, at the likeliest path. One group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/tree.h"

layout(push_constant) uniform Push { VerifyAccepted p; };
layout(set = 0, binding = 0, std430) readonly buffer Accept { uint accept[]; };   // [capacity]
layout(set = 0, binding = 1, std430) readonly buffer Score { float scores[]; };   // [capacity]
layout(set = 0, binding = 2, std430) readonly buffer Picks { uint picks[]; };     // [capacity][2]
layout(set = 0, binding = 3, std430) readonly buffer EndPicks { uint endPicks[]; };  // [capacity][2]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };   // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; }; // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer State { uint state[]; };     // [sequences][STATE_WORDS]
layout(set = 0, binding = 7, std430) writeonly buffer Result { uint result[]; };  // [sequences][result words]

#include "verifyAccepted.glsl"

bool isAccepted(uint node) { return accept[firstNode + node] != 0u; }

float scoreOf(uint node) { return scores[firstNode + node]; }

uvec2 pickOf(uint node, bool isLeaf) {
  uint at = 2u * (firstNode + node);
  if (isLeaf && p.hasEndPicks != 0u) return uvec2(endPicks[at], endPicks[at + 1u]);
  return uvec2(picks[at], picks[at + 1u]);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  endRound(lane, openTree(lane, p.maximumNodes, p.capacity));
}

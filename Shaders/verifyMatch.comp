// Walks from the root to the child that carries the target's pick; the pick no child carries is the bonus token. One group a
// sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/tree.h"

layout(push_constant) uniform Push { VerifyMatch p; };
layout(set = 0, binding = 0, std430) readonly buffer Picks { uint picks[]; };      // [capacity][pickStride]
layout(set = 0, binding = 1, std430) readonly buffer Tokens { uint tokens[]; };    // [capacity]
layout(set = 0, binding = 2, std430) readonly buffer Parents { uint parents[]; };  // [capacity]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };      // [sequences][STATE_WORDS]
layout(set = 0, binding = 4, std430) writeonly buffer Result { uint result[]; };   // [sequences][result words]

#include "tree.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint status = openTree(lane, p.maximumNodes, p.capacity);
  uint accepted = 0u;
  uint bonus = 0u;
  uint node = 0u;
  // Each step goes to a higher node.
  for (uint depth = 0u; depth < p.maximumNodes && status == STATUS_OK; depth++) {
    uint at = (firstNode + node) * p.pickStride + p.pickOffset;
    if (p.hasStatus != 0u) status = picks[at + 1u];
    if (status != STATUS_OK) break;
    uint child = childWithToken(lane, node, nodes, picks[at]);
    uint count = childCount(lane, node, child == NO_NODE ? nodes : child + 1u);
    if (lane == 0u) tried[depth] = count;
    if (child == NO_NODE) {
      bonus = picks[at];
      break;
    }
    accepted++;
    if (lane == 0u) path[accepted] = child;
    node = child;
  }
  writeResult(lane, status, accepted, bonus, p.maximumNodes, p.capacity);
}

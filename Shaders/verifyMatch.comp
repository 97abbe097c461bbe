// Walks from the root to the child that carries the target's pick; the pick no child carries is the bonus token.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/tree.h"

layout(push_constant) uniform Push { VerifyMatch p; };
layout(set = 0, binding = 0, std430) readonly buffer Picks { uint picks[]; };      // [maximumNodes][pickStride]
layout(set = 0, binding = 1, std430) readonly buffer Tokens { uint tokens[]; };    // [maximumNodes]
layout(set = 0, binding = 2, std430) readonly buffer Parents { uint parents[]; };  // [maximumNodes]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 4, std430) writeonly buffer Result { uint result[]; };   // [RESULT_PATH + 2 * maximumNodes]

#include "tree.glsl"

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint nodes = state[STATE_NODES];
  uint status = treeStatus(lane, nodes, p.maximumNodes);
  uint accepted = 0u;
  uint bonus = 0u;
  if (lane == 0u) path[0] = 0u;

  uint node = 0u;
  // Each step goes to a higher node.
  for (uint depth = 0u; depth < p.maximumNodes && status == STATUS_OK; depth++) {
    uint pick = picks[node * p.pickStride];
    if (p.pickStride > 1u) status = picks[node * p.pickStride + 1u];
    if (status != STATUS_OK) break;
    uint child = childWithToken(lane, node, node, nodes, pick);
    if (child == NO_NODE) {
      bonus = pick;
      break;
    }
    accepted++;
    if (lane == 0u) path[accepted] = child;
    node = child;
  }
  writeResult(lane, status, accepted, bonus, nodes, p.maximumNodes);
}

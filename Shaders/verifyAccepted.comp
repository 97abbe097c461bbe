// Ends the round at the deepest node whose whole path is accepted; of several, at the likeliest path. One group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/tree.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { VerifyAccepted p; };
layout(set = 0, binding = 0, std430) readonly buffer Accept { uint accept[]; };   // [capacity]
layout(set = 0, binding = 1, std430) readonly buffer Score { float scores[]; };   // [capacity]
layout(set = 0, binding = 2, std430) readonly buffer Picks { uint picks[]; };     // [capacity][2]
layout(set = 0, binding = 3, std430) readonly buffer EndPicks { uint endPicks[]; };  // [capacity][2]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };   // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; }; // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer State { uint state[]; };     // [sequences][STATE_WORDS]
layout(set = 0, binding = 7, std430) writeonly buffer Result { uint result[]; };  // [sequences][result words]

#include "tree.glsl"

// Depth of a node whose whole path is accepted and the sum of its scores from the node upwards; 0 if it does not count.
uint acceptedDepth(uint node, out uint sum) {
  uint depth = 0u;
  float total = 0.0;
  // Each step goes to a lower node.
  while (node != 0u) {
    if (tokenOf(node) == NO_TOKEN || accept[firstNode + node] == 0u) return 0u;
    float score = flush(scores[firstNode + node]);
    total = depth == 0u ? score : flush(add(total, score));
    depth++;
    node = parentOf(node);
  }
  sum = orderedBits(total);
  return depth;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint status = openTree(lane, p.maximumNodes, p.capacity);
  uint bonus = 0u;
  uint accepted = 0u;
  if (status == STATUS_OK) {
    // Nodes of a lane ascend, so the first of equals stays.
    uint ownNode = 0u;
    uint ownDepth = 0u;
    uint ownSum = 0u;
    for (uint node = 1u + lane; node < nodes; node += LANES) {
      uint sum = 0u;
      uint depth = acceptedDepth(node, sum);
      if (depth > ownDepth || (depth != 0u && depth == ownDepth && sum > ownSum)) {
        ownNode = node;
        ownDepth = depth;
        ownSum = sum;
      }
    }
    accepted = groupMaximum(lane, ownDepth);
    uint bestSum = groupMaximum(lane, ownDepth == accepted ? ownSum : 0u);
    uint last = groupMinimum(lane, ownDepth == accepted && ownSum == bestSum ? ownNode : NO_NODE);
    if (lane == 0u) {
      uint node = last;
      for (uint depth = accepted; depth > 0u; depth--) {
        path[depth] = node;
        node = parentOf(node);
      }
    }
    barrier();
    uint count = 0u;
    for (uint depth = 0u; depth <= accepted; depth++) {
      count = childCount(lane, path[depth], nodes);
      if (lane == 0u) tried[depth] = count;
    }
    uint at = 2u * (firstNode + last);
    bool isEnd = p.hasEndPicks != 0u && count == 0u;
    status = isEnd ? endPicks[at + 1u] : picks[at + 1u];
    if (status == STATUS_OK) bonus = isEnd ? endPicks[at] : picks[at];
  }
  writeResult(lane, status, accepted, bonus, p.maximumNodes, p.capacity);
}

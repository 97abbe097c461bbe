// verifySiblings.glsl for GPUs, first part: the plan.
#version 450
#extension GL_GOOGLE_include_directive : require
#define SHARED_ROWS
#define WORKSPACE_ACCESS coherent  // lanes read what others have found
#include "siblingTree.glsl"
#include "rejectionPlan.glsl"

// No node waits for another; those with more children than waves are left to the walk.
uint startOf(uint node) { return isShared(node) ? 0u : NEVER; }

shared uint nodeWeights[MAXIMUM_NODES];

uint depthOf(uint node) {
  uint depth = 0u;
  for (; nodeParents[node] != NO_NODE; depth++) node = nodeParents[node];
  return depth;
}

// One-hot: what a child finds is known at once.
void beginRule(uint lane) {
  for (uint node = lane; node < nodes; node += LANES) setNodeWord(node, NODE_DEPTH, depthOf(node));
  if (MODE != SIBLINGS_ONE_HOT) return;
  for (uint child = 1u + lane; child < nodes; child += LANES) nodeWeights[child] = nodeWord(child, NODE_WEIGHT);
  barrier();
  for (uint child = 1u + lane; child < nodes; child += LANES) {
    uint parent = nodeParents[child];
    if (parent == NO_NODE) continue;
    uint total = nodeWord(child, NODE_TOTAL);
    for (uint i = parent + 1u; i < child; i++) {
      if (nodeParents[i] == parent) total -= nodeWeights[i];
    }
    setNodeWord(child, NODE_TOTAL, total);
  }
}

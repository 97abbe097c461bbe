// verifyTraversal.glsl for GPUs, first part: the plan.
#version 450
#extension GL_GOOGLE_include_directive : require
#define SHARED_ROWS
#define WORKSPACE_ACCESS coherent  // lanes read what others have found
#include "traversalTree.glsl"
#include "rejectionPlan.glsl"

// A node's share depends on what is left of its parent before it is tried: a first child's is known with its parent's, another's
// once the wave that tries it is over.
uint startOf(uint node) {
  uint start = 0u;
  for (uint i = node; i != 0u; i = nodeParents[i]) {
    if (nodeParents[i] == NO_NODE || start > WAVES) return NEVER;
    uint rank = nodeRanks[i];
    if (rank != 0u) start += rank + 1u;
  }
  return start;
}

shared bool endsAtFirstLeaf;

void beginRule(uint lane) {
  if (lane == 0u) endsAtFirstLeaf = keepShares(0u, SHARE_ONE);
}

// The first leaf's path is looked at before any child is removed.
void prune(uint lane) {
  if (!endsAtFirstLeaf) return;
  for (uint node = lane; node < nodes; node += LANES) setNodeWord(node, NODE_START, NEVER);
}

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

shared uint takenRanks[MAXIMUM_NODES];  // least rank of a child that is known to end the walk's stay at a node; NO_NODE: none
shared uint climbs[MAXIMUM_NODES];      // an ancestor, and REACHABLE if the walk may come from it

#define REACHABLE 0x80000000u

// Whether it is known before any wave what becomes of a child, once it is looked at.
bool isDecided(uint child) { return MODE == SIBLINGS_ONE_HOT || nodeRanks[child] == 0u; }

// The walk leaves a node by an accepted child, or ends there; what a child's rejection leaves it needs only of a node whose
// first child, or with one-hot every child, is rejected, and to which it may come.
void prune(uint lane) {
  for (uint node = lane; node < nodes; node += LANES) takenRanks[node] = NO_NODE;
  barrier();
  for (uint child = 1u + lane; child < nodes; child += LANES) {
    uint parent = nodeParents[child];
    if (parent == NO_NODE || !isDecided(child)) continue;
    openNode(parent);
    takeBefore(child);
    uint drafted = nodeWord(child, NODE_DRAFTED);
    bool ends = drafted == 0u || accepts(nodeWord(child, NODE_WEIGHT), drafted, drafted, nodeRanks[child]);
    if (ends) atomicMin(takenRanks[parent], nodeRanks[child]);
  }
  barrier();
  for (uint node = lane; node < nodes; node += LANES) {
    uint parent = nodeParents[node];
    bool isReachable = node == 0u;
    if (parent != NO_NODE) {
      uint taken = takenRanks[parent];
      isReachable = taken == NO_NODE ? !isDecided(node) : nodeRanks[node] == taken && nodeWord(node, NODE_DRAFTED) != 0u;
    }
    climbs[node] = (parent == NO_NODE ? 0u : parent) | (isReachable ? REACHABLE : 0u);
  }
  barrier();
  // Twice as far up each time; one word has both, so that nodes may change while others read them.
  for (uint step = 1u; step < nodes; step *= 2u) {
    for (uint node = lane; node < nodes; node += LANES) {
      uint own = climbs[node];
      uint above = climbs[own & ~REACHABLE];
      climbs[node] = (above & ~REACHABLE) | (own & above & REACHABLE);
    }
    barrier();
  }
  for (uint node = lane; node < nodes; node += LANES) {
    bool isNeeded = (climbs[node] & REACHABLE) != 0u && takenRanks[node] == NO_NODE;
    if (!isNeeded) setNodeWord(node, NODE_START, NEVER);
  }
}

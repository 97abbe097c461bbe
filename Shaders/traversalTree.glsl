// Traversal verification of all nodes at once, each after those that come before it; see rejectionTree.glsl.
#ifndef ESPALIER_TRAVERSAL_TREE_GLSL
#define ESPALIER_TRAVERSAL_TREE_GLSL

#include "traversalRule.glsl"
#define WORKSPACE 8
#include "rejectionTree.glsl"

bool isShared(uint node) {
  uint children = nodeWord(node, NODE_CHILDREN);
  return children == 0u || nodeWord(node, NODE_START) + children <= WAVES;
}

// A node's share depends on what is left of its parent before it is tried: a first child's is known with its parent's, another's
// once the wave that tries it is over.
uint startOf(uint node) {
  uint start = 0u;
  for (uint i = node; i != 0u; i = parentOf(i)) {
    if (tokenOf(i) == NO_TOKEN || start > WAVES) return NEVER;
    uint rank = nodeWord(i, NODE_RANK);
    if (rank != 0u) start += rank + 1u;
  }
  return start;
}

// Turns to what is left of a node before a child is tried.
void takeNode(uint child) {
  share = nodeWord(child, NODE_PARENT_SHARE);
  targetTotal = nodeWord(child, NODE_TOTAL);
  draftTotal = nodeWord(child, NODE_LEFT);
  scaleResidual();
}

// For one lane: the shares of a node, of its first child, of that one's first child and so on. Turns to other nodes.
void keepShares(uint node, uint itsShare) {
  for (uint i = 0u; i < nodes; i++) {
    setNodeWord(node, NODE_SHARE, itsShare);
    uint child = nodeWord(node, NODE_FIRST);
    if (child == NO_NODE) return;
    setNodeWord(child, NODE_PARENT_SHARE, itsShare);
    takeNode(child);
    itsShare = shareOf(child, nodeWord(child, NODE_WEIGHT), nodeWord(child, NODE_DRAFTED));
    node = child;
  }
}

void beginRule(uint lane) {
  if (lane == 0u) keepShares(0u, SHARE_ONE);
}

void openNode(uint node) {}

Rounding roundingAfter(uint child, Wide total) { return roundingOf(total, ROLE_TRAVERSAL_ROUND, child); }

// Turns to what the removal of a child leaves of its parent for the next one.
void passOn(uint child, uint next, Wide total, Rounding rounding) {
  lose(child, total, rounding);
  draftTotal = nodeWord(next, NODE_LEFT);
  scaleResidual();
}

// For one lane: what a child's parent has left before it is tried.
void keepNode(uint child) {
  setNodeWord(child, NODE_PARENT_SHARE, share);
  setNodeWord(child, NODE_TOTAL, targetTotal);
}

// For one lane: a child finds its token with this weight. Turns to other nodes.
void keepWeight(uint child, uint weight) {
  keepShares(child, shareOf(child, weight, nodeWord(child, NODE_DRAFTED)));
}

#endif

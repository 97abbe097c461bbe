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

// Turns to what is left of a node before a child is tried.
void takeBefore(uint child) {
  share = nodeWord(child, NODE_PARENT_SHARE);
  targetTotal = nodeWord(child, NODE_TOTAL);
  draftTotal = nodeWord(child, NODE_LEFT);
  scaleResidual();
}

// For one lane: the shares of a node, of its first child, of that one's first child and so on. Turns to other nodes.
// Whether the last one is a leaf that ends the round, if all before it could be drawn.
bool keepShares(uint node, uint itsShare) {
  bool isDrawn = true;
  for (uint i = 0u; i < nodes; i++) {
    setNodeWord(node, NODE_SHARE, itsShare);
    uint child = nodeWord(node, NODE_FIRST);
    // Nobody enters what is below a node without a share.
    if (child == NO_NODE || itsShare == 0u) return child == NO_NODE && isDrawn && isAccepted(node, itsShare);
    isDrawn = isDrawn && nodeWord(child, NODE_DRAFTED) != 0u;
    setNodeWord(child, NODE_PARENT_SHARE, itsShare);
    share = itsShare;
    targetTotal = nodeWord(child, NODE_TOTAL);
    draftTotal = nodeWord(child, NODE_LEFT);
    scaleResidual();
    itsShare = shareOf(child, nodeWord(child, NODE_WEIGHT), nodeWord(child, NODE_DRAFTED));
    node = child;
  }
  return false;  // not reached: a path has fewer nodes than the tree
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
void keepBefore(uint child) {
  setNodeWord(child, NODE_PARENT_SHARE, share);
  setNodeWord(child, NODE_TOTAL, targetTotal);
}

// For one lane: a child finds its token with this weight. Turns to other nodes.
void keepWeight(uint child, uint weight) {
  keepShares(child, shareOf(child, weight, nodeWord(child, NODE_DRAFTED)));
}

#endif

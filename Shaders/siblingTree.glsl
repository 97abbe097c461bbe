// Sibling rejection of the children of all nodes at once; see rejectionTree.glsl.
#ifndef ESPALIER_SIBLING_TREE_GLSL
#define ESPALIER_SIBLING_TREE_GLSL

#include "siblingRule.glsl"
#define WORKSPACE 9
#include "rejectionTree.glsl"

// One-hot children take their own tokens' weights and nothing else, so that one wave removes all of a node's children.
bool isShared(uint node) { return MODE == SIBLINGS_ONE_HOT || nodeWord(node, NODE_CHILDREN) <= WAVES; }

// Turns to what is left of a node before a child is tried.
void takeBefore(uint child) {
  targetTotal = nodeWord(child, NODE_TOTAL);
  draftTotal = nodeWord(child, NODE_LEFT);
}

void openNode(uint node) { position = stateWord(STATE_LENGTH) + nodeWord(node, NODE_DEPTH) + 1u; }

Rounding roundingAfter(uint child, Wide total) { return roundingOf(total, ROLE_ROUND, nodeWord(child, NODE_RANK)); }

// Turns to what the rejection of a child leaves of its parent for the next one.
void passOn(uint child, uint next, Wide total, Rounding rounding) {
  targetTotal = roundedSum(total, rounding);
  draftTotal = nodeWord(next, NODE_LEFT);
}

// For one lane: what a child's parent has left before it is tried.
void keepBefore(uint child) { setNodeWord(child, NODE_TOTAL, targetTotal); }

// For one lane: a child finds its token with this weight.
void keepWeight(uint child, uint weight) { setNodeWord(child, NODE_WEIGHT, weight); }

#endif

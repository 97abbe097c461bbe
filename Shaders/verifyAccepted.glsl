// The deepest node whose whole path is accepted; of several, the likeliest path. Include after the parameters p and the buffers
// of tree.glsl are declared. Functions have barriers: call them in uniform control flow.
#ifndef ESPALIER_VERIFY_ACCEPTED_GLSL
#define ESPALIER_VERIFY_ACCEPTED_GLSL

#include "numerics.glsl"
#include "tree.glsl"

// Defined by the includer, of a node of the group's tree; a leaf has no existing child.
bool isAccepted(uint node);
float scoreOf(uint node);
uvec2 pickOf(uint node, bool isLeaf);  // token, status

// Depth of a node whose whole path is accepted and the sum of its scores from the node upwards; 0 if it does not count.
uint acceptedDepth(uint node, out uint sum) {
  uint depth = 0u;
  float total = 0.0;
  // Each step goes to a lower node.
  while (node != 0u) {
    if (tokenOf(node) == NO_TOKEN || !isAccepted(node)) return 0u;
    float score = flush(scoreOf(node));
    total = depth == 0u ? score : flush(add(total, score));
    depth++;
    node = parentOf(node);
  }
  sum = orderedBits(total);
  return depth;
}

// Ends the round at the deepest node whose whole path is accepted and writes the result; `status` is that of the tree.
void endRound(uint lane, uint status) {
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
    uvec2 pick = pickOf(last, count == 0u);
    status = pick.y;
    if (status == STATUS_OK) bonus = pick.x;
  }
  writeResult(lane, status, accepted, bonus, p.maximumNodes, p.capacity);
}

#endif

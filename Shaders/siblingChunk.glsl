// A chunk of a node's rows under sibling rejection.
#ifndef ESPALIER_SIBLING_CHUNK_GLSL
#define ESPALIER_SIBLING_CHUNK_GLSL

#include "siblingTree.glsl"
#include "rejectionChunk.glsl"

// U of the lane's tokens once a child is rejected; one-hot: once all of them are.
Wide[4] leftQuad(uint lane, uint chunk, uint node, uint child) {
  if (MODE != SIBLINGS_ONE_HOT) {
    approach(lane, chunk, node, child);
    return residualQuad(child);
  }
  for (uint i = nodeWord(node, NODE_FIRST); i != NO_NODE; i = nodeWord(i, NODE_NEXT)) {
    target = mix(target, uvec4(0u), equal(mine, uvec4(tokenOf(i))));
  }
  return targetQuad();
}

// The token is picked from U of the child rejected last, as it is.
void toPicked(uint child, Wide total, inout Wide below, inout Wide own) {}
Wide[4] pickedQuad(uint lane, uint chunk, uint node, uint child) { return leftQuad(lane, chunk, node, child); }

#endif

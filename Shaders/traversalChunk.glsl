// A chunk of a node's rows under traversal verification.
#ifndef ESPALIER_TRAVERSAL_CHUNK_GLSL
#define ESPALIER_TRAVERSAL_CHUNK_GLSL

#include "traversalTree.glsl"
#include "rejectionChunk.glsl"

// U of the lane's tokens once a child is removed.
Wide[4] leftQuad(uint lane, uint chunk, uint node, uint child) {
  approach(lane, chunk, node, child);
  return residualQuad(child);
}

// The token is picked from P once the last child is removed: turns the sums of a chunk and of those below it from U to P.
void toPicked(uint child, Wide total, inout Wide below, inout Wide own) {
  Rounding rounding = roundingAfter(child, total);
  uint begin = roundedSum(below, rounding);
  own = widen(roundedSum(wideAdd(below, own), rounding) - begin);
  below = widen(begin);
}

Wide[4] pickedQuad(uint lane, uint chunk, uint node, uint child) {
  approach(lane, chunk, node, child);
  Rounding rounding;
  reject(lane, chunk, child, rounding);
  return targetQuad();
}

#endif

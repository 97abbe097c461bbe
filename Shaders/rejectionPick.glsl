// Last of a rejection rule's shaders for GPUs: the token that the walk left open. One group a sequence. Include after the
// rule's chunk.
#include "shared/tree.h"

uint pickToken(uint lane) {
  uint at = blockWord();
  uint node = workspace[at + PICK_NODE];
  uint child = workspace[at + PICK_CHILD];
  Wide y = loadWide(at + PICK_NUMBER);
  openNode(node);
  Wide own;
  Wide below;
  Wide total = rowSum(lane, child == NO_NODE ? 0u : child, own, below);
  if (child != NO_NODE) toPicked(child, total, below, own);
  // The lowest of several owners, which sums that wrap have.
  uint chunk = groupMinimum(lane, holds(below, own, y) ? lane : NO_NODE);
  if (chunk == NO_NODE) return 0u;
  y = broadcast(lane, lane == chunk, wideSubtract(y, below));

  openRows(lane, node, chunk, true);
  Wide quad[4] = targetQuad();
  if (child != NO_NODE) quad = pickedQuad(lane, chunk, node, child);
  Wide sum = sumOf(quad);
  Wide all;
  Wide before = wideSubtract(scanAdd(lane, sum, all), sum);
  uint picked = NO_TOKEN;
  [[unroll]] for (uint i = 0u; i < 4u; i++) {
    if (holds(before, quad[i], y)) picked = mine[i];
    before = wideAdd(before, quad[i]);
  }
  return broadcast(lane, picked != NO_TOKEN, picked, 0u);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  turnTo(gl_WorkGroupID.x);
  if (workspace[blockWord() + PICK_IS_DUE] == 0u) return;
  uint token = pickToken(lane);
  if (lane == 0u) result[resultStart(p.maximumNodes) + RESULT_BONUS] = token;
}

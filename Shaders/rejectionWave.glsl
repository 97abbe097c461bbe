// Second of a rejection rule's shaders for GPUs, once a wave: what each of its children finds, and what its rejection leaves.
// Group (chunk, i) has that chunk of the rows of children i, i + groups ... of a sequence's wave. Include after the rule's
// chunk.
#include "shared/tree.h"

void tryChild(uint lane, uint chunk, uint child) {
  uint node = parentOf(child);
  uint token = tokenOf(child);
  bool isFirst = nodeWord(child, NODE_RANK) == 0u;
  openNode(node);
  openRows(lane, node, chunk, true);
  Wide left = sumOf(leftQuad(lane, chunk, node, child));
  if (!isFirst && chunk == 0u && lane == 0u) keepBefore(child);
  Wide sum = sumOfLanes(lane, left);
  if (lane == 0u) storeWide(sumAt(child, chunk), sum);

  uvec2 tokens = chunkTokens(chunk);
  if (isFirst || token < tokens.x || token >= tokens.y) return;
  uint owner = (token - tokens.x) / 4u;
  uint weight = broadcast(lane, lane == owner, target[(token - tokens.x) % 4u], 0u);
  if (lane == 0u) keepWeight(child, weight);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  turnTo(gl_WorkGroupID.y / stage.groups);
  uint end = waveEnd(stage.wave);
  uint begin = stage.wave == 0u ? 0u : waveEnd(stage.wave - 1u);
  for (uint i = begin + gl_WorkGroupID.y % stage.groups; i < end; i += stage.groups) {
    tryChild(lane, gl_WorkGroupID.x, workspace[orderAt(i)]);
  }
}

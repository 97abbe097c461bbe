// A chunk of a node's rows under a rejection rule. A lane has four neighbouring tokens, in registers: chunks have at most four
// tokens a lane. Include after the rule's tree and the buffers weights and draftWeights.
#ifndef ESPALIER_REJECTION_CHUNK_GLSL
#define ESPALIER_REJECTION_CHUNK_GLSL

layout(set = 0, binding = 0, std430) readonly buffer WeightQuads { uvec4 weightQuads[]; };            // of weights
layout(set = 0, binding = 2, std430) readonly buffer DraftWeightQuads { uvec4 draftWeightQuads[]; };  // of draftWeights

LOADS_QUADS(uvec4, targetWeights, weights, weightQuads, 0u)
LOADS_QUADS(uvec4, draftedWeights, draftWeights, draftWeightQuads, 0u)

uvec4 mine;     // the lane's tokens; one past the end of the row weighs nothing
uvec4 target;   // their P
uvec4 drafted;  // Q of all children; not one-hot
bool hasTokens;

// Loads the lane's tokens of a chunk of the rows of a node.
void openRows(uint lane, uint node, uint chunk, bool hasDraft) {
  uint row = firstNode + node;
  uvec2 tokens = chunkTokens(chunk);
  uint first = tokens.x + 4u * lane;
  mine = first + uvec4(0u, 1u, 2u, 3u);
  target = uvec4(0u);
  drafted = uvec4(0u);
  hasTokens = first < tokens.y;
  if (!hasTokens) return;
  target = targetWeights(row, first);
  bool isShared = MODE != SIBLINGS_ONE_HOT && MODE != SIBLINGS_OWN_ROWS;
  if (hasDraft && isShared && isDrafted(row)) drafted = draftedWeights(row, first);
}

Wide sumOf(Wide quad[4]) { return wideAdd(wideAdd(quad[0], quad[1]), wideAdd(quad[2], quad[3])); }

Wide[4] targetQuad() { return Wide[4](widen(target.x), widen(target.y), widen(target.z), widen(target.w)); }

// U of the lane's tokens once a child is rejected.
Wide[4] residualQuad(uint child) {
  uvec4 given = drafted;
  if (MODE == SIBLINGS_ONE_HOT) given = uvec4(equal(mine, uvec4(tokenOf(child))));
  if (MODE == SIBLINGS_OWN_ROWS) {
    uint row = firstNode + child;
    if (hasTokens && isDrafted(row)) given = draftedWeights(row, mine.x);
  }
  return Wide[4](
      residualWeight(target.x, given.x), residualWeight(target.y, given.y), residualWeight(target.z, given.z),
      residualWeight(target.w, given.w));
}

// A row's sum over all chunks, and over those below the lane's; a lane has a chunk.
Wide rowSum(uint lane, uint node, out Wide own, out Wide below) {
  own = lane < chunkCount() ? loadWide(sumAt(node, lane)) : Wide(0u);
  Wide sum;
  below = wideSubtract(scanAdd(lane, own, sum), own);
  return sum;
}

// Turns P to what the rejection of a child leaves, and gives the residual's total.
Wide reject(uint lane, uint chunk, uint child, out Rounding rounding) {
  takeBefore(child);
  Wide ownChunk;
  Wide below;
  Wide total = rowSum(lane, child, ownChunk, below);
  rounding = roundingAfter(child, total);
  Wide left[4] = residualQuad(child);
  Wide own = sumOf(left);
  Wide sum;
  Wide before = wideSubtract(scanAdd(lane, own, sum), own);
  before = wideAdd(before, broadcast(lane, lane == chunk, below));
  [[unroll]] for (uint i = 0u; i < 4u; i++) {
    Wide after = wideAdd(before, left[i]);
    target[i] = roundedSum(after, rounding) - roundedSum(before, rounding);
    before = after;
  }
  return total;
}

// Turns P, and the totals, to what is left of a node before a child is tried.
void approach(uint lane, uint chunk, uint node, uint child) {
  uint sibling = nodeWord(node, NODE_FIRST);
  if (sibling == child) takeBefore(child);
  for (uint i = 0u; i < WAVES && sibling != child; i++) {
    Rounding rounding;
    Wide total = reject(lane, chunk, sibling, rounding);
    uint next = nodeWord(sibling, NODE_NEXT);
    if (next == child) passOn(sibling, child, total, rounding);
    sibling = next;
  }
}

#endif

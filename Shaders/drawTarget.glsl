// The target's own token at each tree node; the key is (seed, absolute position, stream), whatever the tree. One group a row.
#include "shared/distribution.h"
#include "shared/tree.h"
#include "shared/contract.h"
#include "philox.glsl"
#define SAME_WEIGHTS
#include "pick.glsl"

layout(push_constant) uniform Push { DrawTarget p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };  // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };    // [rows][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer Depths { uint depths[]; };    // [rows]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 4, std430) readonly buffer Owners { uint owners[]; };    // [rows]
layout(set = 0, binding = 5, std430) writeonly buffer Out { uint outWords[]; };    // [rows][2]: token, status

#include "owners.glsl"

Wide weightOf(uint token) { return widen(weights[gl_WorkGroupID.x * p.vocabulary + token]); }

#ifdef WORKSPACE
#include "rowChunk.glsl"

// The chunk whose interval holds y, then the token in it.
uint pickInRow(uint lane, Wide y) {
  Wide own = sumOfChunk(lane, gl_WorkGroupID.x);
  Wide sum;
  Wide below = wideSubtract(scanAdd(lane, own, sum), own);
  bool isOwner = holds(below, own, y);
  uint chunk = broadcast(lane, isOwner, lane, NO_NODE);
  if (chunk == NO_NODE) return 0u;
  y = broadcast(lane, isOwner, wideSubtract(y, below));
  uvec2 tokens = chunkTokens(chunk);
  uvec2 block = teamBlock(tokens.y - tokens.x) + tokens.x;
  return pickToken(lane, block, sumTeams(lane, blockSum(block)), y);
}
#else
uint pickInRow(uint lane, Wide y) {
  uvec2 block = teamBlock(p.vocabulary);
  return pickToken(lane, block, sumTeams(lane, blockSum(block)), y);
}
#endif

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint total = totals[row * 2u];
  uint status = totals[row * 2u + 1u];
  uint token = 0u;
  uint start = stateStart(row, p.sequences);
  if (start == NO_NODE) {
    status = STATUS_MALFORMED_TREE;
  } else if (total == 0u) {
    status |= STATUS_EMPTY_ROW;
  } else {
    uint position = state[start + STATE_LENGTH] + depths[row] + 1u;
    Wide y = uniformBelow(widen(total), seedAt(start), ROLE_TARGET, position, p.stream);
    token = pickInRow(lane, y);
  }
  if (lane == 0u) {
    outWords[row * 2u] = token;
    outWords[row * 2u + 1u] = status;
  }
}

// Recursive rejection over the children of each node, from the root down; the output law is the target's, exactly
// (SpecInfer with replacement, Sequoia without, deterministic candidates one-hot). One group walks the tree.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/tree.h"

layout(push_constant) uniform Push { VerifySiblings p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };            // [nodes][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };              // [nodes][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer DraftWeights { uint draftWeights[]; };  // [nodes][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer DraftTotals { uint draftTotals[]; };    // [nodes][2]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };              // [maximumNodes]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; };            // [maximumNodes]
layout(set = 0, binding = 6, std430) readonly buffer Depths { uint depths[]; };              // [maximumNodes]
layout(set = 0, binding = 7, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 8, std430) buffer Scratch { uint scratch[]; };                     // [2][vocabulary]
layout(set = 0, binding = 9, std430) writeonly buffer Result { uint result[]; };             // [RESULT_PATH + 2 * maximumNodes]

#include "tree.glsl"
#include "philox.glsl"
#include "pick.glsl"

// The residual of one node. scratch[0] holds P once a child was rejected; only the owner of a token touches it there.
// Q needs no copy: a rejected token has P = 0 from then on, so its Q enters no residual again.
uint rowStart;           // of the node in target and draft weights
bool isReduced;          // P stands in scratch
bool isResidual;         // weightOf gives U, else P
uint targetTotal;        // R
uint draftTotal;         // S
uint rejected;           // x

uint targetWeight(uint token) { return isReduced ? scratch[token] : weights[rowStart + token]; }

uint draftWeight(uint token) {
  if (p.mode == SIBLINGS_ONE_HOT) return token == rejected ? 1u : 0u;
  return draftWeights[rowStart + token];
}

// U[v] = max(P[v] * S - Q[v] * R, 0); one-hot: S = 1 and Q = 1 at x leave P without x.
Wide weightOf(uint token) {
  uint weight = targetWeight(token);
  if (!isResidual) return widen(weight);
  if (p.mode == SIBLINGS_ONE_HOT) return widen(token == rejected ? 0u : weight);
  return wideExcess(wideProduct(weight, draftTotal), wideProduct(draftWeight(token), targetTotal));
}

struct Outcome {
  uint next;    // accepted child, or NO_NODE
  uint bonus;
  uint status;
};

// Writes P[v] = ((C[v] + o) >> s) - ((C[v-1] + o) >> s) of the own block, C the running sum of U.
void reduceBlock(uvec2 block, Wide before, Wide offset, uint shift) {
  Wide running = wideAdd(before, offset);
  for (uint token = block.x; token < block.y; token++) {
    Wide next = wideAdd(running, weightOf(token));
    scratch[token] = wideShiftRight(next, shift).x - wideShiftRight(running, shift).x;
    running = next;
  }
}

Outcome verifyNode(uint lane, uint node, uint nodes) {
  uvec2 seed = uvec2(state[STATE_SEED_LOW], state[STATE_SEED_HIGH]);
  uint position = state[STATE_LENGTH] + depths[node] + 1u;
  uvec2 block = ownBlock(lane, p.vocabulary);
  uint rowStatus = totals[node * 2u + 1u];
  rowStart = node * p.vocabulary;
  isReduced = false;
  isResidual = false;
  targetTotal = totals[node * 2u];
  if (targetTotal == 0u) return Outcome(NO_NODE, 0u, rowStatus | STATUS_EMPTY_ROW);

  uint child = nextChild(lane, node, node, nodes);
  if (child == NO_NODE) {
    Wide y = uniformBelow(widen(targetTotal), seed, ROLE_TARGET, position, 0u);
    Wide own = blockSum(block);
    Wide sum;
    Wide inclusive = scanAdd(lane, own, sum);
    return Outcome(NO_NODE, pickToken(lane, block, own, inclusive, y), STATUS_OK);
  }

  bool isOneHot = p.mode == SIBLINGS_ONE_HOT;
  bool isWithoutReplacement = p.mode == SIBLINGS_WITHOUT_REPLACEMENT;
  draftTotal = isOneHot ? 1u : draftTotals[node * 2u];
  for (uint j = 0u; j < nodes; j++) {
    uint token = tokens[child];
    if (token >= p.vocabulary) return Outcome(NO_NODE, 0u, STATUS_MALFORMED_DRAFT);
    rejected = token;
    bool isMine = token >= block.x && token < block.y;
    uint targetHere = broadcast(lane, isMine, isMine ? targetWeight(token) : 0u, 0u);
    uint draftHere = draftWeight(token);
    // Without replacement an earlier sibling has used the token up.
    if (isWithoutReplacement && childWithToken(lane, node, node, child, token) != NO_NODE) draftHere = 0u;
    if (draftHere == 0u) return Outcome(NO_NODE, 0u, STATUS_MALFORMED_DRAFT);

    Wide accept = uniformBelow(wideProduct(targetTotal, draftHere), seed, ROLE_ACCEPT, position, j);
    if (wideLess(accept, wideProduct(targetHere, draftTotal))) return Outcome(child, 0u, STATUS_OK);

    child = nextChild(lane, node, child, nodes);
    bool isLast = child == NO_NODE || (isWithoutReplacement && draftTotal == draftHere);
    isResidual = true;
    Wide own = blockSum(block);
    Wide total;
    Wide inclusive = scanAdd(lane, own, total);
    if (isOneHot) total = widen(targetTotal - targetHere);
    if (wideIsZero(total)) return Outcome(NO_NODE, 0u, rowStatus | STATUS_EMPTY_ROW);
    if (isLast) {
      Wide y = uniformBelow(total, seed, ROLE_RESIDUAL, position, j);
      return Outcome(NO_NODE, pickToken(lane, block, own, inclusive, y), STATUS_OK);
    }

    uint length = wideBitLength(total);
    uint shift = isOneHot || length <= REDUCED_TOTAL_BITS ? 0u : length - REDUCED_TOTAL_BITS;
    Wide offset = Wide(0u);
    if (shift != 0u) {
      Wide y = uniformBelow(total, seed, ROLE_ROUND, position, j);
      offset = wideMask(shift) & ~y;  // 2^s - 1 - (y mod 2^s)
    }
    reduceBlock(block, wideSubtract(inclusive, own), offset, shift);
    targetTotal = wideShiftRight(wideAdd(total, offset), shift).x;
    isReduced = true;
    isResidual = false;
    if (isWithoutReplacement) draftTotal -= draftHere;
  }
  return Outcome(NO_NODE, 0u, STATUS_MALFORMED_TREE);  // not reached: a node has fewer children than there are nodes
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint nodes = state[STATE_NODES];
  uint accepted = 0u;
  Outcome outcome = Outcome(0u, 0u, treeStatus(lane, nodes, p.maximumNodes));
  if (lane == 0u) path[0] = 0u;

  // Each step goes to a higher node.
  for (uint depth = 0u; depth < p.maximumNodes && outcome.status == STATUS_OK; depth++) {
    outcome = verifyNode(lane, outcome.next, nodes);
    if (outcome.next == NO_NODE) break;
    accepted++;
    if (lane == 0u) path[accepted] = outcome.next;
  }
  writeResult(lane, outcome.status, accepted, outcome.bonus, nodes, p.maximumNodes);
}

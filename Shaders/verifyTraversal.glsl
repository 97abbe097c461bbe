// Traversal verification: leaves first, depth first; the first accepted node ends the round with the path to it. The
// output law is the target's, exactly; on a chain this is block verification. One group walks a sequence's tree.
#define WIDE_WORDS 3  // shares, weights and totals: 30 + 31 + 31 bits
#include "shared/tree.h"

layout(push_constant) uniform Push { VerifyTraversal p; };
layout(set = 0, binding = 0, std430) coherent buffer Weights { uint weights[]; };            // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };              // [capacity][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer DraftWeights { uint draftWeights[]; };  // [capacity][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer DraftTotals { uint draftTotals[]; };    // [capacity][2]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };              // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; };            // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer State { uint state[]; };                // [sequences][STATE_WORDS]
layout(set = 0, binding = 7, std430) writeonly buffer Result { uint result[]; };             // [sequences][result words]

#include "tree.glsl"
#include "traversalRule.glsl"
#include "residual.glsl"

// What the nodes of the current path above the last one have left.
shared uint shares[MAXIMUM_NODES];        // A
shared uint targetTotals[MAXIMUM_NODES];  // R
shared uint draftLeft[MAXIMUM_NODES];     // S

// The last node of the path. Its residual P replaces its row of weights. Q needs no copy: a removed token has P = 0 from then
// on, so its Q enters no residual again.
uint level;       // nodes above it
uint node;
uint rowStart;    // of the node in target and draft weights
bool isResidual;  // weightOf gives U, else P
uint certain;     // one-hot: the token that Q gives

uint draftWeight(uint token) {
  if (MODE == SIBLINGS_ONE_HOT) return token == certain ? 1u : 0u;
  return draftWeights[rowStart + token];
}

Wide weightOf(uint token) {
  uint weight = weights[rowStart + token];
  return isResidual ? residualWeight(weight, draftWeight(token)) : widen(weight);
}

// Makes `next` the last node of the path. A status if its target row is empty.
uint enter(uint next, uint itsShare) {
  uint row = firstNode + next;
  node = next;
  rowStart = row * p.vocabulary;
  share = itsShare;
  targetTotal = totals[row * 2u];
  draftTotal = draftTotalOf(row);
  return targetTotal == 0u ? totals[row * 2u + 1u] | STATUS_EMPTY_ROW : STATUS_OK;
}

void descend(uint lane) {
  if (lane == 0u) {
    shares[level] = share;
    targetTotals[level] = targetTotal;
    draftLeft[level] = draftTotal;
  }
  level++;
}

void ascend() {
  level--;
  barrier();
  node = path[level];
  rowStart = (firstNode + node) * p.vocabulary;
  share = shares[level];
  targetTotal = targetTotals[level];
  draftTotal = draftLeft[level];
}

// The share of the node's child, fairly rounded; a status for a token that the draft cannot have drawn.
uint childShare(uint lane, uint child, out uint status) {
  if (lane == 0u) tried[level]++;
  uint token = tokenOf(child);
  status = STATUS_MALFORMED_DRAFT;
  if (token >= p.vocabulary) return 0u;
  certain = token;
  uint drafted = isDrafted(firstNode + node) ? draftWeight(token) : 0u;
  if (MODE == SIBLINGS_WITHOUT_REPLACEMENT && childWithToken(lane, node, child, token) != NO_NODE) drafted = 0u;
  if (drafted == 0u) return 0u;
  status = STATUS_OK;
  scaleResidual();
  return shareOf(child, weights[rowStart + token], drafted);
}

void setWeight(uint token, uint weight) { weights[rowStart + token] = weight; }

// The node's share and residual once its child delivered nothing.
uint removeChild(uint lane, uint child) {
  uvec2 block = teamBlock(p.vocabulary);
  certain = tokenOf(child);
  scaleResidual();
  isResidual = true;
  TeamSums sums = sumTeams(lane, blockSum(block));
  Wide total = sums.all;
  if (wideIsZero(total)) {
    bool isWhole = wideIsZero(missingShare());
    share = 0u;
    return isWhole ? totals[(firstNode + node) * 2u + 1u] | STATUS_EMPTY_ROW : STATUS_OK;
  }
  share = shareLeft(child, total);
  Rounding rounding = roundingOf(total, ROLE_TRAVERSAL_ROUND, child);
  reduceWeights(block, sums.below, rounding);
  targetTotal = roundedSum(total, rounding);
  isResidual = false;
  if (MODE == SIBLINGS_WITHOUT_REPLACEMENT) draftTotal -= draftWeight(certain);
  return STATUS_OK;
}

bool isAccepted() {
  if (share == SHARE_ONE || share == 0u) return share != 0u;
  return draw(widen(SHARE_ONE), ROLE_TRAVERSAL_ACCEPT, node).x < share;
}

uint bonusToken(uint lane) {
  uvec2 block = teamBlock(p.vocabulary);
  Wide y = draw(widen(targetTotal), ROLE_TRAVERSAL_BONUS, node);
  return pickToken(lane, block, sumTeams(lane, blockSum(block)), y);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  openTeam();
  uint status = openTree(lane, p.maximumNodes, p.capacity);
  uint bonus = 0u;
  uint last = 0u;  // the child tried last
  level = 0u;
  isResidual = false;
  if (status == STATUS_OK) status = enter(0u, SHARE_ONE);

  // A step tries a child, each once, or ends a node, each once.
  for (uint i = 0u; i < 2u * p.maximumNodes && status == STATUS_OK; i++) {
    uint child = share == 0u ? NO_NODE : nextChild(lane, node, last);
    if (child == NO_NODE) {
      if (isAccepted()) {
        bonus = bonusToken(lane);
        break;
      }
      if (level == 0u) {  // the root's share stays 1 unless rows and totals contradict each other
        status = STATUS_EMPTY_ROW;
        break;
      }
      child = node;
      ascend();
    } else {
      uint itsShare = childShare(lane, child, status);
      if (status != STATUS_OK) break;
      if (itsShare != 0u) {
        descend(lane);
        if (lane == 0u) path[level] = child;
        status = enter(child, itsShare);
        last = child;
        continue;
      }
    }
    status = removeChild(lane, child);
    // Without replacement no further sibling can have been drawn from an exhausted row.
    last = draftTotal == 0u ? nodes : child;
  }
  writeResult(lane, status, status == STATUS_OK ? level : 0u, bonus, p.maximumNodes, p.capacity);
}

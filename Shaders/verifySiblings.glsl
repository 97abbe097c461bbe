// Recursive rejection over the children of each node, from the root down; the output law is the target's, exactly
// (SpecInfer with replacement, Sequoia without, SpecTr's k-seq, deterministic candidates one-hot). One group a sequence.
#ifdef SHARED_ROWS
#include "siblingTree.glsl"
#else
#include "siblingRule.glsl"
#endif
#include "residual.glsl"

// The residual of one node. scratch[s] holds P once a child was rejected. Q needs no copy: a rejected token has P = 0 from
// then on, so its Q enters no residual again.
uint rowStart;           // of the node in the target's weights
uint draftStart;         // of what the child was drawn from in the draft's
uint rowTotal;           // of the node's target row, before any rejection
bool isReduced;          // P stands in scratch
bool isResidual;         // weightOf gives U, else P
uint draftShift;         // of Q and S; k-seq alone
uint rejected;           // x
uint draftCap;           // k-seq: S / r

uint scratchAt(uint token) { return sequence * p.vocabulary + token; }

uint targetWeight(uint token) { return isReduced ? scratch[scratchAt(token)] : weights[rowStart + token]; }

uint draftWeight(uint token) {
  if (MODE == SIBLINGS_ONE_HOT) return token == rejected ? 1u : 0u;
  uint weight = draftWeights[draftStart + token];
  return MODE == SIBLINGS_K_SEQ ? weight << draftShift : weight;
}

// What a rejected child takes from P; k-seq: min(Q, P / r) of the row as it was at first.
uint takenWeight(uint token) {
  uint weight = draftWeight(token);
  if (MODE != SIBLINGS_K_SEQ) return weight;
  return min(weight, wideQuotient(wideProduct(weights[rowStart + token], draftCap), rowTotal));
}

// One-hot: S = 1 and Q = 1 at x leave P without x.
Wide weightOf(uint token) {
  uint weight = targetWeight(token);
  if (!isResidual) return widen(weight);
  if (MODE == SIBLINGS_ONE_HOT) return widen(token == rejected ? 0u : weight);
  return residualWeight(weight, takenWeight(token));
}

struct Outcome {
  uint next;    // accepted child, or NO_NODE
  uint bonus;
  uint status;
};

// k-seq with `count` candidates: whether what they may take with this cap fits into the target `count` times over.
bool capFits(uint lane, uvec2 block, uint count) {
  uint own = 0u;
  EACH_RUN(first, block.x, block.y) {
    [[unroll]] for (uint i = 0u; i < RUN; i++) {
      if (first + i < block.y) own += takenWeight(first + i);
    }
  }
  uint mass = groupAdd(lane, own);
  uint missed = wideQuotient(wideProduct(draftTotal - mass, 1u << 30), draftTotal);
  uint power = 1u << 30;
  for (uint i = 0u; i < count; i++) power = wideShiftRight(wideProduct(power, missed), 30u).x;
  return !wideLess(wideProduct(mass, 1u << 30), wideProduct(draftCap, (1u << 30) - power));
}

uint capOf(uint count, uint step) {
  return wideQuotient(wideProduct(draftTotal, K_SEQ_STEPS), K_SEQ_STEPS + (count - 1u) * step);
}

// Sets the cap to that of the least step that fits; the last one always counts as fitting.
void chooseCap(uint lane, uvec2 block, uint count) {
  uint low = 0u;
  uint high = K_SEQ_STEPS;
  while (low < high) {
    uint middle = (low + high) / 2u;
    draftCap = capOf(count, middle);
    if (capFits(lane, block, count)) {
      high = middle;
    } else {
      low = middle + 1u;
    }
  }
  draftCap = capOf(count, low);
}

void setWeight(uint token, uint weight) { scratch[scratchAt(token)] = weight; }

#ifdef SHARED_ROWS
// A node whose children the waves have tried.
Outcome verifyShared(uint lane, uint depth, uint node, uint rowStatus) {
  uint child = nodeWord(node, NODE_FIRST);
  if (child == NO_NODE) {
    Wide y = draw(widen(targetTotal), ROLE_TARGET, 0u);
    if (lane == 0u) pickLater(node, NO_NODE, y);
    return Outcome(NO_NODE, 0u, STATUS_OK);
  }
  for (uint j = 0u; j < nodes; j++) {
    if (lane == 0u) tried[depth] = j + 1u;
    uint drafted = nodeWord(child, NODE_DRAFTED);
    if (drafted == 0u) return Outcome(NO_NODE, 0u, STATUS_MALFORMED_DRAFT);
    uint weight = nodeWord(child, NODE_WEIGHT);
    takeBefore(child);
    if (accepts(weight, drafted, drafted, j)) return Outcome(child, 0u, STATUS_OK);

    uint next = nodeWord(child, NODE_NEXT);
    bool isOneHot = MODE == SIBLINGS_ONE_HOT;
    bool isLast = next == NO_NODE || (MODE == SIBLINGS_WITHOUT_REPLACEMENT && draftTotal == drafted);
    Wide total = widen(isOneHot ? targetTotal - weight : isLast ? 0u : nodeWord(next, NODE_TOTAL));
    // What is rounded may wrap to 0 where rows contradict their totals.
    if (!isOneHot && wideIsZero(total)) total = sumOfChunks(lane, child);
    if (wideIsZero(total)) return Outcome(NO_NODE, 0u, rowStatus | STATUS_EMPTY_ROW);
    if (isLast) {
      Wide y = draw(total, ROLE_RESIDUAL, j);
      if (lane == 0u) pickLater(node, isOneHot ? nodeWord(node, NODE_FIRST) : child, y);
      return Outcome(NO_NODE, 0u, STATUS_OK);
    }
    child = next;
  }
  return Outcome(NO_NODE, 0u, STATUS_MALFORMED_TREE);  // not reached, as below
}
#endif

void openDraft(uint row) {
  draftStart = row * p.vocabulary;
  draftTotal = draftTotalOf(row);
}

Outcome verifyNode(uint lane, uint depth, uint node) {
  uint row = firstNode + node;
  position = stateWord(STATE_LENGTH) + depth + 1u;
  uint rowStatus = totals[row * 2u + 1u];
  rowTotal = totals[row * 2u];
  targetTotal = rowTotal;
  if (targetTotal == 0u) return Outcome(NO_NODE, 0u, rowStatus | STATUS_EMPTY_ROW);
#ifdef SHARED_ROWS
  if (isShared(node)) return verifyShared(lane, depth, node, rowStatus);
#endif
  uvec2 block = teamBlock(p.vocabulary);
  rowStart = row * p.vocabulary;
  isReduced = false;
  isResidual = false;

  uint child = nextChild(lane, node, node);
  if (child == NO_NODE) {
    Wide y = draw(widen(targetTotal), ROLE_TARGET, 0u);
    return Outcome(NO_NODE, pickToken(lane, block, sumTeams(lane, blockSum(block)), y), STATUS_OK);
  }

  bool isOneHot = MODE == SIBLINGS_ONE_HOT;
  bool isWithoutReplacement = MODE == SIBLINGS_WITHOUT_REPLACEMENT;
  openDraft(draftRow(node, child));
  draftShift = 0u;
  if (MODE == SIBLINGS_K_SEQ && draftTotal != 0u) {
    uint length = bitLength(draftTotal);
    draftShift = TOTAL_BITS - min(length, TOTAL_BITS);
    draftTotal <<= draftShift;
    chooseCap(lane, block, childCount(lane, node, nodes));
  }
  for (uint j = 0u; j < nodes; j++) {
    if (lane == 0u) tried[depth] = j + 1u;
    uint token = tokenOf(child);
    if (token >= p.vocabulary) return Outcome(NO_NODE, 0u, STATUS_MALFORMED_DRAFT);
    rejected = token;
    uint drawnFrom = draftRow(node, child);
    if (MODE == SIBLINGS_OWN_ROWS) openDraft(drawnFrom);
    uint targetHere = targetWeight(token);
    uint draftHere = isDrafted(drawnFrom) ? draftWeight(token) : 0u;
    // Without replacement an earlier sibling has used the token up.
    if (isWithoutReplacement && childWithToken(lane, node, child, token) != NO_NODE) draftHere = 0u;
    if (draftHere == 0u) return Outcome(NO_NODE, 0u, STATUS_MALFORMED_DRAFT);
    if (accepts(targetHere, draftHere, takenWeight(token), j)) return Outcome(child, 0u, STATUS_OK);

    child = nextChild(lane, node, child);
    bool isLast = child == NO_NODE || (isWithoutReplacement && draftTotal == draftHere);
    isResidual = true;
    TeamSums sums = sumTeams(lane, blockSum(block));
    Wide total = isOneHot ? widen(targetTotal - targetHere) : sums.all;
    if (wideIsZero(total)) return Outcome(NO_NODE, 0u, rowStatus | STATUS_EMPTY_ROW);
    if (isLast) return Outcome(NO_NODE, pickToken(lane, block, sums, draw(total, ROLE_RESIDUAL, j)), STATUS_OK);

    Rounding rounding = Rounding(0u, Wide(0u));
    if (!isOneHot) rounding = roundingOf(total, ROLE_ROUND, j);
    reduceWeights(block, sums.below, rounding);
    targetTotal = roundedSum(total, rounding);
    isReduced = true;
    isResidual = false;
    if (isWithoutReplacement) draftTotal -= draftHere;
  }
  return Outcome(NO_NODE, 0u, STATUS_MALFORMED_TREE);  // not reached: a node has fewer children than there are nodes
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  openTeam();
  uint accepted = 0u;
  Outcome outcome = Outcome(0u, 0u, openTree(lane, p.maximumNodes, p.capacity));
  // Each step goes to a higher node.
  for (uint depth = 0u; depth < p.maximumNodes && outcome.status == STATUS_OK; depth++) {
    outcome = verifyNode(lane, depth, outcome.next);
    if (outcome.next == NO_NODE) break;
    accepted++;
    if (lane == 0u) path[accepted] = outcome.next;
  }
  writeResult(lane, outcome.status, accepted, outcome.bonus, p.maximumNodes, p.capacity);
}

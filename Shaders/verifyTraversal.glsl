// Traversal verification: leaves first, depth first; the first accepted node ends the round with the path to it. The
// output law is the target's, exactly; on a chain this is block verification. One group walks a sequence's tree.
#ifdef SHARED_ROWS
#include "traversalTree.glsl"
#else
#include "traversalRule.glsl"
#endif
#include "residual.glsl"

// What the nodes of the current path above the last one have left.
shared uint shares[MAXIMUM_NODES];        // A
shared uint targetTotals[MAXIMUM_NODES];  // R
shared uint draftLeft[MAXIMUM_NODES];     // S

// The last node of the path. Its residual P replaces its row of weights. Q needs no copy: a removed token has P = 0 from then
// on, so its Q enters no residual again.
uint level;       // nodes above it
uint node;
uint rowStart;    // of the node in the target's weights
uint draftStart;  // of what its child was drawn from in the draft's
bool isResidual;  // weightOf gives U, else P
uint certain;     // one-hot: the token that Q gives

uint draftWeight(uint token) {
  if (MODE == SIBLINGS_ONE_HOT) return token == certain ? 1u : 0u;
  return draftWeights[draftStart + token];
}

Wide weightOf(uint token) {
  uint weight = weights[rowStart + token];
  return isResidual ? residualWeight(weight, draftWeight(token)) : widen(weight);
}

// Turns to the row that the node's child was drawn from. One row of all children has lost what was removed.
void openDraft(uint child) {
  uint row = draftRow(node, child);
  draftStart = row * p.vocabulary;
  if (MODE == SIBLINGS_OWN_ROWS) draftTotal = draftTotalOf(row);
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
  barrier();  // lane 0 may write them again
}

// The share of the node's child, fairly rounded; a status for a token that the draft cannot have drawn.
uint childShare(uint lane, uint child, out uint status) {
  if (lane == 0u) tried[level]++;
  openDraft(child);
#ifdef SHARED_ROWS
  if (isShared(node)) {
    status = nodeWord(child, NODE_DRAFTED) == 0u ? STATUS_MALFORMED_DRAFT : STATUS_OK;
    return nodeWord(child, NODE_SHARE);
  }
#endif
  uint token = tokenOf(child);
  status = STATUS_MALFORMED_DRAFT;
  if (token >= p.vocabulary) return 0u;
  certain = token;
  uint drafted = isDrafted(draftRow(node, child)) ? draftWeight(token) : 0u;
  if (MODE == SIBLINGS_WITHOUT_REPLACEMENT && childWithToken(lane, node, child, token) != NO_NODE) drafted = 0u;
  if (drafted == 0u) return 0u;
  status = STATUS_OK;
  scaleResidual();
  return shareOf(child, weights[rowStart + token], drafted);
}

void setWeight(uint token, uint weight) { weights[rowStart + token] = weight; }

// The node's totals once a child that delivered nothing leaves a residual of this total; a status if the node is empty then.
uint loseChild(uint child, Wide total, Rounding rounding) {
  bool isWhole = wideIsZero(missingShare());
  lose(child, total, rounding);
  if (wideIsZero(total)) return isWhole ? totals[(firstNode + node) * 2u + 1u] | STATUS_EMPTY_ROW : STATUS_OK;
  if (MODE == SIBLINGS_WITHOUT_REPLACEMENT) draftTotal -= draftWeight(tokenOf(child));
  return STATUS_OK;
}

#ifdef SHARED_ROWS
// The same of a node whose children the waves have tried.
uint removeShared(uint lane, uint child) {
  uint next = nodeWord(child, NODE_NEXT);
  if (next != NO_NODE && nodeWord(next, NODE_PARENT_SHARE) != 0u) {
    takeBefore(next);
    return STATUS_OK;
  }
  Wide total = sumOfChunks(lane, child);
  return loseChild(child, total, roundingOf(total, ROLE_TRAVERSAL_ROUND, child));
}
#endif

// The node's share and residual once its child delivered nothing.
uint removeChild(uint lane, uint child) {
  openDraft(child);
#ifdef SHARED_ROWS
  if (isShared(node)) return removeShared(lane, child);
#endif
  uvec2 block = teamBlock(p.vocabulary);
  certain = tokenOf(child);
  scaleResidual();
  isResidual = true;
  TeamSums sums = sumTeams(lane, blockSum(block));
  Rounding rounding = roundingOf(sums.all, ROLE_TRAVERSAL_ROUND, child);
  if (!wideIsZero(sums.all)) reduceWeights(block, sums.below, rounding);
  isResidual = false;
  return loseChild(child, sums.all, rounding);
}

// The node's child after `last`, which is the node itself before the first.
uint childAfter(uint lane, uint last) {
#ifdef SHARED_ROWS
  return last >= nodes ? NO_NODE : nodeWord(last, last == node ? NODE_FIRST : NODE_NEXT);
#else
  return nextChild(lane, node, last);
#endif
}

// `removed` is the node's child that was removed last, or NO_NODE.
uint bonusToken(uint lane, uint removed) {
  Wide y = draw(widen(targetTotal), ROLE_TRAVERSAL_BONUS, node);
#ifdef SHARED_ROWS
  if (isShared(node)) {
    if (lane == 0u) pickLater(node, removed, y);
    return 0u;
  }
#endif
  uvec2 block = teamBlock(p.vocabulary);
  return pickToken(lane, block, sumTeams(lane, blockSum(block)), y);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  openTeam();
  uint status = openTree(lane, p.maximumNodes, p.capacity);
  uint bonus = 0u;
  uint last = 0u;  // the child tried last
  uint removed = NO_NODE;
  level = 0u;
  isResidual = false;
  if (status == STATUS_OK) status = enter(0u, SHARE_ONE);

  // A step tries a child, each once, or ends a node, each once.
  for (uint i = 0u; i < 2u * p.maximumNodes && status == STATUS_OK; i++) {
    uint child = share == 0u ? NO_NODE : childAfter(lane, last);
    if (child == NO_NODE) {
      if (isAccepted(node, share)) {
        bonus = bonusToken(lane, removed);
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
        removed = NO_NODE;
        continue;
      }
    }
    status = removeChild(lane, child);
    removed = child;
    // Without replacement no further sibling can have been drawn from an exhausted row.
    last = MODE == SIBLINGS_WITHOUT_REPLACEMENT && draftTotal == 0u ? nodes : child;
  }
  writeResult(lane, status, status == STATUS_OK ? level : 0u, bonus, p.maximumNodes, p.capacity);
}

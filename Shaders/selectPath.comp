// The best of several independent paths, and the law by which it came about, for block verification (greedy multi-path block
// verification, Thomas and Pal, 2026). One group walks a sequence's tree.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#define STRIDE_ID 2
#include "shared/contract.h"
#include "shared/tree.h"

layout(push_constant) uniform Push { SelectPath p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };    // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };      // [capacity][2]: total, status
layout(set = 0, binding = 2, std430) buffer DraftWeights { uint draftWeights[]; };   // [draftRows][vocabulary]
layout(set = 0, binding = 3, std430) buffer DraftTotals { uint draftTotals[]; };     // [draftRows][2]
layout(set = 0, binding = 4, std430) buffer Tokens { uint tokens[]; };               // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; };    // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer State { uint state[]; };        // [sequences][STATE_WORDS]

#define WITHOUT_RESULT
#include "tree.glsl"
#include "pathRanks.glsl"
#include "pathSkew.glsl"

shared uint selected[MAXIMUM_NODES / 32u];  // a bit a node; lane 0 writes

uint row;  // of the last node of the path, packed

void enter(uint node) {
  row = firstNode + node;
  rowStart = row * p.vocabulary;
  targetTotal = totals[row * 2u];
  draftTotal = row < p.draftRows ? draftTotals[row * 2u] : 0u;
}

// As rankKey; 0 for a token that the draft cannot have drawn.
uint childKey(uint child) {
  uint token = tokenOf(child);
  uint drafted = draftTotal > 0u ? draftWeight(token) : 0u;
  return drafted == 0u ? 0u : rankKey(token, drafted);
}

bool isChild(uint node, uint parent) { return parentOf(node) == parent && tokenOf(node) != NO_TOKEN; }

// The best existing child, NO_NODE if there is none; the first of those that the draft cannot have drawn, if any.
uint bestChild(uint lane, uint node, out bool isDrawn) {
  uint ownBest = NO_NODE;
  for (uint i = node + 1u + lane; i < nodes; i += LANES) {
    if (isChild(i, node)) ownBest = min(ownBest, childKey(i));
  }
  uint best = groupMinimum(lane, ownBest);
  uint ownFirst = NO_NODE;
  uint ownLast = 0u;
  if (ownBest == best && best != NO_NODE) {
    for (uint i = node + 1u + lane; i < nodes; i += LANES) {
      if (!isChild(i, node) || childKey(i) != best) continue;
      ownFirst = min(ownFirst, i);
      ownLast = i;
    }
  }
  uint first = groupMinimum(lane, ownFirst);
  // Paths that are equal up to here must share a node.
  isDrawn = best != 0u && groupMaximum(lane, ownLast) == first;
  return first;
}

// No verifier accepts a child whose token the draft cannot have drawn.
void refuseRow(uint lane, uint token) {
  if (lane != 0u || row >= p.draftRows) return;
  if (token < p.vocabulary) draftWeights[rowStart + token] = 0u;
  draftTotals[row * 2u] = 0u;
  draftTotals[row * 2u + 1u] |= STATUS_MALFORMED_DRAFT;
}

// Turns the last node's draft row into the law of the best path's next token, and goes on by `token`.
void skewRow(uint lane, uint token) {
  uint drafted = draftWeights[rowStart + token];
  OwnTokens ranked = ownTokens(lane);
  openRow(draftTotal);
  rankRow(lane, ranked);
  uint own = 0u;
  uint aboveToken = 0u;
  EACH(i, 0u, ranked.count) {
    uint other = tokenAt(ranked, i);
    uint weight = draftWeight(other);
    if (weight != 0u) {
      uint above = takeMass(lane, other, weight);
      if (other == token) aboveToken = above;
      uint skewed = skewedWeight(weight, above);
      draftWeights[rowStart + other] = skewed;
      own += skewed;
    }
  }
  uint total = groupAdd(lane, own);
  if (lane == 0u) draftTotals[row * 2u] = total;
  descend(drafted, broadcast(lane, owns(ranked, token), aboveToken, 0u));
}

void keepSelected(uint lane) {
  for (uint i = 1u + lane; i < nodes; i += LANES) {
    if (((selected[i / 32u] >> (i % 32u)) & 1u) == 0u) tokens[firstNode + i] = NO_TOKEN;
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  if (openTree(lane, p.maximumNodes, p.capacity) != STATUS_OK) return;
  for (uint i = lane; i < MAXIMUM_NODES / 32u; i += LANES) selected[i] = 0u;
  barrier();
  openSkew();
  uint node = 0u;
  for (uint i = 1u; i < p.maximumNodes; i++) {
    enter(node);
    bool isDrawn;
    node = bestChild(lane, node, isDrawn);
    if (node == NO_NODE) break;
    if (lane == 0u) selected[node / 32u] |= 1u << (node % 32u);
    if (!isDrawn) {
      refuseRow(lane, tokenOf(node));
      break;
    }
    if (PATHS > 1u) skewRow(lane, tokenOf(node));
  }
  barrier();
  keepSelected(lane);
}

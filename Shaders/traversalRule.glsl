// Traversal verification at one node: the operands, its share, its totals, its random numbers and what a removed child leaves.
#ifndef ESPALIER_TRAVERSAL_RULE_GLSL
#define ESPALIER_TRAVERSAL_RULE_GLSL

#define WIDE_WORDS 3  // shares, weights and totals: 30 + 31 + 31 bits
#include "shared/tree.h"

#ifdef SHARED_ROWS
layout(push_constant) uniform Push { VerifyTraversal p; RejectionStage stage; };
#else
layout(push_constant) uniform Push { VerifyTraversal p; };
#endif
layout(set = 0, binding = 0, std430) coherent buffer Weights { uint weights[]; };            // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };              // [capacity][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer DraftWeights { uint draftWeights[]; };  // [rows][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer DraftTotals { uint draftTotals[]; };    // [rows][2]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };              // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; };            // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer State { uint state[]; };                // [sequences][STATE_WORDS]
layout(set = 0, binding = 7, std430) writeonly buffer Result { uint result[]; };             // [sequences][result words]

#include "tree.glsl"
#include "rejection.glsl"

#define SHARE_ONE (1u << SHARE_BITS)

uint share;        // A
uint targetTotal;  // R
uint draftTotal;   // S
Wide wantedScale;  // U[v] = max(P[v] * wantedScale - Q[v] * givenScale, 0)
Wide givenScale;

// Keyed by round and node: no other node and no other round draws the same number.
Wide draw(Wide n, uint role, uint index) {
  return uniformBelow(n, seedOfSequence(), role + p.stream * ROLE_STREAM, stateWord(STATE_LENGTH), index);
}

void scaleResidual() {
  wantedScale = wideProduct(share, draftTotal);
  givenScale = wideProduct(SHARE_ONE, targetTotal);
}

Wide residualWeight(uint weight, uint drafted) {
  return wideExcess(wideScale(wantedScale, weight), wideScale(givenScale, drafted));
}

// n / d as a share, at most 1; fairly rounded. d < 2^95.
uint fairShare(Wide n, Wide d, uint role, uint index) {
  if (!wideLess(n, d)) return SHARE_ONE;
  uint quotient = 0u;
  [[unroll]] for (uint i = 0u; i < SHARE_BITS; i++) {
    n = wideAdd(n, n);
    quotient <<= 1u;
    if (!wideLess(n, d)) {
      n = wideSubtract(n, d);
      quotient |= 1u;
    }
  }
  if (wideIsZero(n)) return quotient;
  return wideLess(draw(d, role, index), n) ? quotient + 1u : quotient;
}

// Whether a node with this share, of which no child is left, ends the round.
bool isAccepted(uint node, uint itsShare) {
  if (itsShare == SHARE_ONE || itsShare == 0u) return itsShare != 0u;
  return draw(widen(SHARE_ONE), ROLE_TRAVERSAL_ACCEPT, node).x < itsShare;
}

// The share of the node's child whose token weighs so much, fairly rounded.
uint shareOf(uint child, uint weight, uint drafted) {
  return fairShare(wideScale(wantedScale, weight), wideScale(givenScale, drafted), ROLE_TRAVERSAL_CHILD, child);
}

// What the node's share lacks of 1, in the units of its residual's total.
Wide missingShare() { return wideScale(wideProduct(SHARE_ONE - share, targetTotal), draftTotal); }

// The node's share and total once a child that delivered nothing leaves a residual of this total.
void lose(uint child, Wide total, Rounding rounding) {
  share = wideIsZero(total) ? 0u : fairShare(total, wideAdd(total, missingShare()), ROLE_TRAVERSAL_REST, child);
  if (!wideIsZero(total)) targetTotal = roundedSum(total, rounding);
}

#endif

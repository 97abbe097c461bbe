// Traversal verification at one node: its share, its totals, its random numbers and what a removed child leaves.
#ifndef ESPALIER_TRAVERSAL_RULE_GLSL
#define ESPALIER_TRAVERSAL_RULE_GLSL

#include "rejection.glsl"

#define SHARE_ONE (1u << SHARE_BITS)

uint share;        // A
uint targetTotal;  // R
uint draftTotal;   // S
Wide wantedScale;  // U[v] = max(P[v] * wantedScale - Q[v] * givenScale, 0)
Wide givenScale;

// Keyed by round and node: no other node and no other round draws the same number.
Wide draw(Wide n, uint role, uint index) {
  return uniformBelow(n, seedOfSequence(), role, stateWord(STATE_LENGTH), index);
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

// The share of the node's child whose token weighs so much, fairly rounded.
uint shareOf(uint child, uint weight, uint drafted) {
  return fairShare(wideScale(wantedScale, weight), wideScale(givenScale, drafted), ROLE_TRAVERSAL_CHILD, child);
}

// What the node's share lacks of 1, in the units of its residual's total.
Wide missingShare() { return wideScale(wideProduct(SHARE_ONE - share, targetTotal), draftTotal); }

// The node's share once a child that delivered nothing leaves a residual of this total, above 0.
uint shareLeft(uint child, Wide total) {
  return fairShare(total, wideAdd(total, missingShare()), ROLE_TRAVERSAL_REST, child);
}

#endif

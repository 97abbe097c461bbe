// Sibling rejection at one node: its totals, its random numbers and what a rejected child leaves.
#ifndef ESPALIER_SIBLING_RULE_GLSL
#define ESPALIER_SIBLING_RULE_GLSL

#include "rejection.glsl"

uint position;     // of the node's children
uint targetTotal;  // R
uint draftTotal;   // S

Wide draw(Wide n, uint role, uint index) { return uniformBelow(n, seedOfSequence(), role, position, index); }

// U[v] = max(P[v] * S - Q[v] * R, 0)
Wide residualWeight(uint weight, uint drafted) {
  return wideExcess(wideProduct(weight, draftTotal), wideProduct(drafted, targetTotal));
}

// Whether the node's child number j is accepted, whose token weighs so much; k-seq: of whose weight it may take `taken`.
bool accepts(uint weight, uint drafted, uint taken, uint j) {
  Wide accept = draw(wideProduct(targetTotal, drafted), ROLE_ACCEPT, j);
  if (MODE == SIBLINGS_K_SEQ && !wideLess(accept, wideProduct(taken, targetTotal))) return false;
  return wideLess(accept, wideProduct(weight, draftTotal));
}

#endif

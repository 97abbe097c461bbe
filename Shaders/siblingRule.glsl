// Sibling rejection at one node: the operands, its totals, its random numbers and what a rejected child leaves.
#ifndef ESPALIER_SIBLING_RULE_GLSL
#define ESPALIER_SIBLING_RULE_GLSL

#include "shared/tree.h"

#ifdef SHARED_ROWS
layout(push_constant) uniform Push { VerifySiblings p; RejectionStage stage; };
#else
layout(push_constant) uniform Push { VerifySiblings p; };
#endif
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };            // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };              // [capacity][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer DraftWeights { uint draftWeights[]; };  // [rows][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer DraftTotals { uint draftTotals[]; };    // [rows][2]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };              // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; };            // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer State { uint state[]; };                // [sequences][STATE_WORDS]
layout(set = 0, binding = 7, std430) coherent buffer Scratch { uint scratch[]; };            // [sequences][vocabulary]
layout(set = 0, binding = 8, std430) writeonly buffer Result { uint result[]; };             // [sequences][result words]

#include "tree.glsl"
#include "rejection.glsl"

uint position;     // of the node's children, as many tokens behind the committed ones as the node has ancestors, and one
uint targetTotal;  // R
uint draftTotal;   // S

Wide draw(Wide n, uint role, uint index) {
  return uniformBelow(n, seedOfSequence(), role + p.stream * ROLE_STREAM, position, index);
}

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

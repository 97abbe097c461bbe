// What the rejection rules have in common. Include after tree.glsl and the buffers draftWeights and draftTotals.
#ifndef ESPALIER_REJECTION_GLSL
#define ESPALIER_REJECTION_GLSL

#include "philox.glsl"

// The mode, known to the compiler: llvmpipe runs every branch.
layout(constant_id = 1) const uint MODE = SIBLINGS_WITH_REPLACEMENT;

// The draft's row that a node's child was drawn from, as a packed node.
uint draftRow(uint node, uint child) { return firstNode + (MODE == SIBLINGS_OWN_ROWS ? child : node); }

// Whether the draft has that row; one-hot needs none.
bool isDrafted(uint row) { return MODE == SIBLINGS_ONE_HOT || row < p.draftRows; }

// Its total.
uint draftTotalOf(uint row) {
  return MODE == SIBLINGS_ONE_HOT ? 1u : isDrafted(row) ? draftTotals[row * 2u] : 0u;
}

uvec2 seedOfSequence() { return uvec2(stateWord(STATE_SEED_LOW), stateWord(STATE_SEED_HIGH)); }

// A number below n by the keys of the rule. Defined by the includer.
Wide draw(Wide n, uint role, uint index);

// How a residual gets back into 32-bit weights: P[v] = ((C[v] + offset) >> shift) - ((C[v-1] + offset) >> shift), C its running
// sum.
struct Rounding {
  uint shift;
  Wide offset;
};

// Fair rounding of a residual with this total.
Rounding roundingOf(Wide total, uint role, uint index) {
  uint length = wideBitLength(total);
  if (length <= REDUCED_TOTAL_BITS) return Rounding(0u, Wide(0u));
  uint shift = length - REDUCED_TOTAL_BITS;
  return Rounding(shift, wideMask(shift) & ~draw(total, role, index));  // 2^s - 1 - (y mod 2^s)
}

// Of what stands below running sum `sum`, in rounded weights.
uint roundedSum(Wide sum, Rounding rounding) { return wideShiftRight(wideAdd(sum, rounding.offset), rounding.shift).x; }

#endif

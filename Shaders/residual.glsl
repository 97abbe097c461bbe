// Rows of target and draft under a rejection rule. Include after the parameters p are declared.
#ifndef ESPALIER_RESIDUAL_GLSL
#define ESPALIER_RESIDUAL_GLSL

#ifdef TEAMS
#define SAME_WEIGHTS
#endif
#define STRIDE_ID 2
#include "pick.glsl"

// The mode, known to the compiler: llvmpipe runs every branch.
layout(constant_id = 1) const uint MODE = SIBLINGS_WITH_REPLACEMENT;

// Whether the draft has a row for packed node `row`; one-hot needs none.
bool isDrafted(uint row) { return MODE == SIBLINGS_ONE_HOT || row < p.draftRows; }

// Sets P of a token. Defined by the includer.
void setWeight(uint token, uint weight);

// What is left of P once a child was rejected, back in 32-bit weights:
// P[v] = ((C[v] + o) >> s) - ((C[v-1] + o) >> s), C the running sum of the weights and `below` that of the teams below.
void reduceWeights(uvec2 block, Wide below, Wide offset, uint shift) {
  Wide running = wideAdd(below, offset);
  EACH_RUN(first, block.x, block.y) {
    Wide weights[RUN];
    Wide before = enterRun(block.y, first, running, weights);
    [[unroll]] for (uint i = 0u; i < RUN; i++) {
      Wide after = wideAdd(before, weights[i]);
      uint weight = wideShiftRight(after, shift).x - wideShiftRight(before, shift).x;
      if (first + i < block.y) setWeight(first + i, weight);
      before = after;
    }
  }
  // Any lane may ask for any weight from here on.
  memoryBarrierBuffer();
  barrier();
}

#endif

// Rows of target and draft under a rejection rule. Include after the parameters p and the constant MODE are declared.
#ifndef ESPALIER_RESIDUAL_GLSL
#define ESPALIER_RESIDUAL_GLSL

#ifdef TEAMS
#define SAME_WEIGHTS
#endif
#include "pick.glsl"

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
    Wide own = Wide(0u);
    [[unroll]] for (uint i = 0u; i < RUN; i++) {
      weights[i] = weightBelow(block.y, first + i);
      own = wideAdd(own, weights[i]);
    }
    Wide sum;
    Wide before = wideAdd(running, wideSubtract(teamScan(own, sum), own));
    [[unroll]] for (uint i = 0u; i < RUN; i++) {
      Wide after = wideAdd(before, weights[i]);
      uint weight = wideShiftRight(after, shift).x - wideShiftRight(before, shift).x;
      if (first + i < block.y) setWeight(first + i, weight);
      before = after;
    }
    running = wideAdd(running, sum);
  }
  // Any lane may ask for any weight from here on.
  memoryBarrierBuffer();
  barrier();
}

#endif

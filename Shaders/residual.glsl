// Rows of target and draft under a rejection rule, whose group walks them whole. Include after the rule.
#ifndef ESPALIER_RESIDUAL_GLSL
#define ESPALIER_RESIDUAL_GLSL

#ifdef TEAMS
#define SAME_WEIGHTS
#endif
#define STRIDE_ID 2
#include "pick.glsl"

// Sets P of a token. Defined by the includer.
void setWeight(uint token, uint weight);

// What is left of P once a child was rejected, back in 32-bit weights; `below` is the sum of the weights of the teams below.
void reduceWeights(uvec2 block, Wide below, Rounding rounding) {
  Wide running = below;
  EACH_RUN(first, block.x, block.y) {
    Wide weights[RUN];
    Wide before = enterRun(block.y, first, running, weights);
    [[unroll]] for (uint i = 0u; i < RUN; i++) {
      Wide after = wideAdd(before, weights[i]);
      uint weight = roundedSum(after, rounding) - roundedSum(before, rounding);
      if (first + i < block.y) setWeight(first + i, weight);
      before = after;
    }
  }
  // Any lane may ask for any weight from here on.
  memoryBarrierBuffer();
  barrier();
}

#ifdef SHARED_ROWS
// The sum of the chunks of what a child leaves.
Wide sumOfChunks(uint lane, uint child) {
  Wide own = Wide(0u);
  for (uint chunk = lane; chunk < chunkCount(); chunk += LANES) own = wideAdd(own, loadWide(sumAt(child, chunk)));
  return sumTeams(lane, own).all;
}
#endif

#endif

// What topTokens writes of a token: the group's row has `count` of them. Include after the parameters p and the buffers outTokens
// and values are declared.
#ifndef ESPALIER_TOP_VALUES_GLSL
#define ESPALIER_TOP_VALUES_GLSL

#include "numerics.glsl"

// The key is ~orderedBits of the token's logit.
void writeRank(uint rank, uint key, uint token) {
  uint to = gl_WorkGroupID.x * p.count + rank;
  outTokens[to] = token;
  if (p.hasValues != 0u) values[to] = floatBitsToUint(orderedValue(~key));
}

// The ranks from `kept` on, which have no token.
void writeNone(uint lane, uint kept) {
  for (uint rank = kept + lane; rank < p.count; rank += LANES) {
    writeRank(rank, ~ORDERED_NEGATIVE_INFINITY, NO_TOKEN);
  }
}

#endif

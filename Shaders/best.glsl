// The best of what a group's lanes have found of a row.
#ifndef ESPALIER_BEST_GLSL
#define ESPALIER_BEST_GLSL

#include "numerics.glsl"
#include "workgroup.glsl"

struct Best {
  uint key;     // ordered bits
  uint token;   // the lowest one with the key
  uint status;
};

Best noBest() { return Best(ORDERED_NEGATIVE_INFINITY, 0u, STATUS_OK); }

// One logit more, of a token above those before.
void improve(inout Best best, float logit, uint token) {
  if (isNaNOrPlusInfinity(logit)) best.status = STATUS_NOT_FINITE;
  uint key = orderedBits(logit);
  if (key > best.key) {
    best.key = key;
    best.token = token;
  }
}

// The greatest key of all lanes, the lowest token that has it, any status. Has barriers.
Best bestOfLanes(uint lane, Best own) {
  uint greatest = groupMaximum(lane, own.key);
  uint token = groupMinimum(lane, own.key == greatest ? own.token : 0xffffffffu);
  return Best(greatest, token, groupOr(lane, own.status));
}

// A row without a finite logit is no better than one with a NaN.
uint rowStatus(Best best) { return best.key == ORDERED_NEGATIVE_INFINITY ? STATUS_NOT_FINITE : best.status; }

#endif

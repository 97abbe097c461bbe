// Softmax of a row of logits in float: maximum, sum of exponentials, status; sums in the contract's one order.
// Functions have barriers: call them in uniform control flow.
#ifndef ESPALIER_SOFTMAX_GLSL
#define ESPALIER_SOFTMAX_GLSL

#ifdef LANES_BY_HOST
#error "the lanes are part of the order of summation"
#endif

#include "ahead.glsl"
#include "numerics.glsl"
#include "workgroup.glsl"

// Defined by the includer: the logit of this group's row, of the first or the second matrix.
float logitOf(uint matrix, uint token);

struct Softmax {
  uint status;
  float maximum;  // of the flushed logits
  float sum;      // of exp((logit - maximum) * inverseTemperature): 1 ... vocabulary
};

shared float laneSums[VOCABULARY_LANES];

// Adds the lanes' sums in a halving tree; the same value on every lane.
float groupSum(uint lane, float sum) {
  laneSums[lane] = sum;
  barrier();
  for (uint h = VOCABULARY_LANES / 2u; h > 0u; h /= 2u) {
    if (lane < h) laneSums[lane] = add(laneSums[lane], laneSums[lane + h]);
    barrier();
  }
  float total = laneSums[0];
  barrier();  // the slots may be written again
  return total;
}

// Flushed logits are multiples of 2^-87, so no difference is subnormal.
float belowMaximum(float logit, float maximum) { return subtract(flush(logit), maximum); }

float exponentOf(float logit, float maximum, float inverseTemperature) {
  return multiply(belowMaximum(logit, maximum), inverseTemperature);
}

// With a status the maximum and the sum mean nothing.
Softmax softmaxOf(uint lane, uint matrix, uint vocabulary, float inverseTemperature) {
  uint best = ORDERED_NEGATIVE_INFINITY;
  uint status = STATUS_OK;
  float logits[AHEAD];
  EACH_AHEAD(first, lane, LANES, vocabulary) {
    LOAD_AHEAD(logits, token, first, LANES, vocabulary, logitOf(matrix, token))
    USE_AHEAD(n, token, first, LANES, vocabulary) {
      if (isNaNOrPlusInfinity(logits[n])) status = STATUS_NOT_FINITE;
      best = max(best, orderedBits(flush(logits[n])));
    }
  }
  best = groupMaximum(lane, best);
  if (best == ORDERED_NEGATIVE_INFINITY) status = STATUS_NOT_FINITE;
  status = groupOr(lane, status);

  float maximum = orderedValue(best);
  float sum = 0.0;
  EACH_AHEAD(first, lane, LANES, vocabulary) {
    LOAD_AHEAD(logits, token, first, LANES, vocabulary, logitOf(matrix, token))
    USE_AHEAD(n, token, first, LANES, vocabulary) {
      sum = add(sum, expNonPositive(exponentOf(logits[n], maximum, inverseTemperature)));
    }
  }
  return Softmax(status, maximum, groupSum(lane, sum));
}

Softmax softmaxOf(uint lane, uint matrix, uint vocabulary) { return softmaxOf(lane, matrix, vocabulary, 1.0); }

#endif

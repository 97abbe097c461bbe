// scaleA * a + scaleB * b where a is plausible, -infinity elsewhere (contrastive decoding: Li et al., 2023), of logits or of
// log-probabilities; one group a row; out may be a.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "softmax.glsl"

layout(push_constant) uniform Push { MixLogits p; };
layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };           // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer B { float b[]; };           // [rows][vocabulary]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };  // f32 [rows][vocabulary]

float logitOf(uint matrix, uint token) {
  uint index = gl_WorkGroupID.x * p.vocabulary + token;
  return matrix == 0u ? a[index] : b[index];
}

// The greatest logit of a below +infinity.
float greatestOfA(uint lane) {
  uint best = ORDERED_NEGATIVE_INFINITY;
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint key = orderedBits(flush(logitOf(0u, token)));
    if (key < ORDERED_INFINITY) best = max(best, key);
  }
  return orderedValue(groupMaximum(lane, best));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint start = gl_WorkGroupID.x * p.vocabulary;
  bool normalizes = p.normalize != 0u;
  SoftmaxSums ofA = SoftmaxSums(STATUS_OK, 0.0, 1.0);
  SoftmaxSums ofB = ofA;
  if (normalizes) {
    ofA = softmaxOf(lane, 0u, p.vocabulary);
    ofB = softmaxOf(lane, 1u, p.vocabulary);
    if ((ofA.status | ofB.status) != STATUS_OK) {
      for (uint token = lane; token < p.vocabulary; token += LANES) outWords[start + token] = NAN_BITS;
      return;
    }
  } else {
    ofA.maximum = greatestOfA(lane);
  }
  float least = add(ofA.maximum, p.threshold);
  float logA = logPositive(ofA.sum);
  float logB = logPositive(ofB.sum);

  float ownA[AHEAD];
  float ownB[AHEAD];
  EACH_AHEAD(first, lane, LANES, p.vocabulary) {
    LOAD_AHEAD(ownA, token, first, LANES, p.vocabulary, flush(logitOf(0u, token)))
    LOAD_AHEAD(ownB, token, first, LANES, p.vocabulary, flush(logitOf(1u, token)))
    USE_AHEAD(n, token, first, LANES, p.vocabulary) {
      float y = ownA[n];
      float z = ownB[n];
      uint bits = NAN_BITS;
      if (!isNaNOrPlusInfinity(y) && !isNaNOrPlusInfinity(z)) {
        bool isKept = min(orderedBits(y), orderedBits(z)) > ORDERED_NEGATIVE_INFINITY && !(y < least);
        if (normalizes) {
          y = flush(subtract(subtract(y, ofA.maximum), logA));
          z = flush(subtract(subtract(z, ofB.maximum), logB));
        }
        float mixed = flush(add(flush(multiply(p.scaleA, y)), flush(multiply(p.scaleB, z))));
        bits = isKept ? floatBitsToUint(mixed) : SIGN_BIT | INFINITY_BITS;
      }
      outWords[start + token] = bits;
    }
  }
}

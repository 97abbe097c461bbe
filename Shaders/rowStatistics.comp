// Maximum, log-sum-exp, entropy and the gap between the best two of each row's logits over its temperature; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "softmax.glsl"

layout(push_constant) uniform Push { RowStatistics p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };     // [rows][vocabulary]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outWords[]; };      // f32 [rows][4]
layout(set = 0, binding = 2, std430) writeonly buffer Status { uint statuses[]; };   // [rows]
layout(set = 0, binding = 3, std430) readonly buffer Warps { uint warps[]; };       // [rows][WARP_WORDS]

#define TEMPERED_ID 1
#include "temperature.glsl"

float logitOf(uint matrix, uint token) { return tempered(logits[gl_WorkGroupID.x * p.vocabulary + token]); }

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint status = readTemperature(row);
  SoftmaxSums softmax = softmaxOf(lane, 0u, p.vocabulary);
  status |= softmax.status;

  uint best = ORDERED_NEGATIVE_INFINITY;
  uint second = ORDERED_NEGATIVE_INFINITY;
  float weighted = 0.0;
  float own[AHEAD];
  EACH_AHEAD(first, lane, LANES, p.vocabulary) {
    LOAD_AHEAD(own, token, first, LANES, p.vocabulary, logitOf(0u, token))
    USE_AHEAD(n, token, first, LANES, p.vocabulary) {
      uint key = orderedBits(flush(own[n]));
      second = max(second, min(best, key));
      best = max(best, key);
      float below = belowMaximum(own[n], softmax.maximum);
      float share = expNonPositive(below);
      if (share > 0.0) weighted = add(weighted, flush(multiply(share, below)));
    }
  }
  weighted = groupSum(lane, weighted);
  // One lane that has the best offers its second instead.
  uint greatest = groupMaximum(lane, best);
  uint owner = groupMinimum(lane, best == greatest ? lane : 0xffffffffu);
  second = groupMaximum(lane, lane == owner ? second : best);

  if (lane != 0u) return;
  statuses[row] = status;
  bool isGood = status == STATUS_OK;
  float logSum = logPositive(softmax.sum);
  float entropy = subtract(logSum, multiply(weighted, reciprocal(softmax.sum)));
  float gap = subtract(softmax.maximum, orderedValue(second));
  uint to = row * 4u;
  outWords[to] = isGood ? floatBitsToUint(softmax.maximum) : NAN_BITS;
  outWords[to + 1u] = isGood ? floatBitsToUint(flush(add(softmax.maximum, logSum))) : NAN_BITS;
  outWords[to + 2u] = isGood ? floatBitsToUint(flush(entropy)) : NAN_BITS;
  outWords[to + 3u] = isGood ? floatBitsToUint(flush(gap)) : NAN_BITS;
}

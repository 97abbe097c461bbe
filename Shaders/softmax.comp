// Probabilities of a row in float; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#define LANES_ID 1
#define LANES_OF_SHORT_ROWS
#include "shared/distribution.h"
#include "softmax.glsl"

layout(push_constant) uniform Push { Softmax p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };              // [rows][columns]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outWords[]; };     // f32 [rows][columns]
layout(set = 0, binding = 2, std430) writeonly buffer Status { uint statuses[]; };  // [rows]

float logitOf(uint matrix, uint column) {
  return multiply(flush(x[gl_WorkGroupID.x * p.columns + column]), p.inverseTemperature);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  SoftmaxSums softmax = softmaxOf(lane, 0u, p.columns);
  bool isGood = softmax.status == STATUS_OK;
  float scale = reciprocal(softmax.sum);
  float own[AHEAD];
  EACH_AHEAD(first, lane, LANES, p.columns) {
    LOAD_AHEAD(own, column, first, LANES, p.columns, logitOf(0u, column))
    USE_AHEAD(n, column, first, LANES, p.columns) {
      float share = flush(multiply(expNonPositive(belowMaximum(own[n], softmax.maximum)), scale));
      uint bits = floatBitsToUint(roundBits(share, p.significantBits));
      outWords[row * p.columns + column] = isGood ? bits : NAN_BITS;
    }
  }
  if (lane == 0u) statuses[row] = softmax.status;
}

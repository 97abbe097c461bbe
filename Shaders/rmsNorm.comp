// x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich, 2019); one group of 64 lanes a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "numerics.glsl"

layout(local_size_x = 64) in;  // REDUCTION_LANES: the lanes are part of the order of summation

layout(push_constant) uniform Push { RmsNorm p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][columns]
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };   // [columns]
layout(set = 0, binding = 2, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

shared float laneSums[REDUCTION_LANES];

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint start = gl_WorkGroupID.x * p.columns;

  // Squares of 2^-40 and more are normal, so no partial sum is subnormal.
  float sum = 0.0;
  for (uint i = lane; i < p.columns; i += REDUCTION_LANES) {
    float value = x[start + i];
    if (magnitudeBits(value) < NORM_FLUSH_BITS) value = 0.0;
    sum = addProduct(sum, value, value);
  }
  laneSums[lane] = sum;
  barrier();
  for (uint h = REDUCTION_LANES / 2u; h > 0u; h /= 2u) {
    if (lane < h) laneSums[lane] = add(laneSums[lane], laneSums[lane + h]);
    barrier();
  }

  float scale = reciprocalRoot(addProduct(p.epsilon, laneSums[0], p.inverseColumns));
  for (uint i = lane; i < p.columns; i += REDUCTION_LANES) {
    outValues[start + i] = roundBits(multiply(flush(multiply(x[start + i], scale)), weight[i]), p.significantBits);
  }
}

// x / sqrt(mean(x^2) + epsilon) * weight (Zhang and Sennrich, 2019); one group of 64 lanes a segment of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "ahead.glsl"
#include "numerics.glsl"

layout(local_size_x = 64) in;  // REDUCTION_LANES: the lanes are part of the order of summation

layout(push_constant) uniform Push { RmsNorm p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][stride]: [segments][columns] in it
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };   // [columns]
layout(set = 0, binding = 2, std430) writeonly buffer Out { float outValues[]; };  // as x; may be x

shared float laneSums[REDUCTION_LANES];

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint start = gl_WorkGroupID.x * p.stride + p.first + gl_WorkGroupID.y * p.columns;

  // Squares of 2^-40 and more are normal, so no partial sum is subnormal.
  float sum = 0.0;
  float values[AHEAD];
  EACH_AHEAD(first, lane, REDUCTION_LANES, p.columns) {
    LOAD_AHEAD(values, i, first, REDUCTION_LANES, p.columns, x[start + i])
    USE_AHEAD(n, i, first, REDUCTION_LANES, p.columns) {
      float value = magnitudeBits(values[n]) < NORM_FLUSH_BITS ? 0.0 : values[n];
      sum = addProduct(sum, value, value);
    }
  }
  laneSums[lane] = sum;
  barrier();
  for (uint h = REDUCTION_LANES / 2u; h > 0u; h /= 2u) {
    if (lane < h) laneSums[lane] = add(laneSums[lane], laneSums[lane + h]);
    barrier();
  }

  float scale = reciprocalRoot(addProduct(p.epsilon, laneSums[0], p.inverseColumns));
  float weights[AHEAD];
  EACH_AHEAD(first, lane, REDUCTION_LANES, p.columns) {
    LOAD_AHEAD(values, i, first, REDUCTION_LANES, p.columns, x[start + i])
    LOAD_AHEAD(weights, i, first, REDUCTION_LANES, p.columns, weight[i])
    USE_AHEAD(n, i, first, REDUCTION_LANES, p.columns) {
      outValues[start + i] = roundBits(multiply(flush(multiply(values[n], scale)), weights[n]), p.significantBits);
    }
  }
}

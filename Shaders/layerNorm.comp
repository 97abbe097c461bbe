// (x - mean) / sqrt(variance + epsilon) * weight + bias (Ba, Kiros and Hinton, 2016); one group of 64 lanes a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "ahead.glsl"
#include "numerics.glsl"

layout(local_size_x = 64) in;  // REDUCTION_LANES: the lanes are part of the order of summation

layout(push_constant) uniform Push { LayerNorm p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][columns]
layout(set = 0, binding = 1, std430) readonly buffer Weight { float weight[]; };   // [columns]
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };       // [columns]
layout(set = 0, binding = 3, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

shared float laneSums[REDUCTION_LANES];

// The halving tree over the lanes' sums; every lane returns the total.
float rowSum(uint lane, float sum) {
  laneSums[lane] = sum;
  barrier();
  for (uint h = REDUCTION_LANES / 2u; h > 0u; h /= 2u) {
    if (lane < h) laneSums[lane] = add(laneSums[lane], laneSums[lane + h]);
    barrier();
  }
  float total = laneSums[0];
  barrier();  // before the next sum overwrites it
  return total;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint start = gl_WorkGroupID.x * p.columns;

  // Flushed values are multiples of 2^-87, so are their sums and, once the mean is flushed, the centred values.
  float sum = 0.0;
  float values[AHEAD];
  EACH_AHEAD(first, lane, REDUCTION_LANES, p.columns) {
    LOAD_AHEAD(values, i, first, REDUCTION_LANES, p.columns, flush(x[start + i]))
    USE_AHEAD(n, i, first, REDUCTION_LANES, p.columns) sum = add(sum, values[n]);
  }
  float mean = flush(multiply(rowSum(lane, sum), p.inverseColumns));

  // Squares of 2^-40 and more are normal, so no partial sum is subnormal.
  float squares = 0.0;
  EACH_AHEAD(first, lane, REDUCTION_LANES, p.columns) {
    LOAD_AHEAD(values, i, first, REDUCTION_LANES, p.columns, flush(x[start + i]))
    USE_AHEAD(n, i, first, REDUCTION_LANES, p.columns) {
      float value = subtract(values[n], mean);
      if (magnitudeBits(value) < NORM_FLUSH_BITS) value = 0.0;
      squares = addProduct(squares, value, value);
    }
  }
  float scale = reciprocalRoot(addProduct(p.epsilon, rowSum(lane, squares), p.inverseColumns));

  // A subnormal bias changes no flushed product beside it, and alone it is flushed.
  float weights[AHEAD];
  float biases[AHEAD];
  EACH_AHEAD(first, lane, REDUCTION_LANES, p.columns) {
    LOAD_AHEAD(values, i, first, REDUCTION_LANES, p.columns, flush(x[start + i]))
    LOAD_AHEAD(weights, i, first, REDUCTION_LANES, p.columns, weight[i])
    LOAD_AHEAD(biases, i, first, REDUCTION_LANES, p.columns, bias[i])
    USE_AHEAD(n, i, first, REDUCTION_LANES, p.columns) {
      float centred = subtract(values[n], mean);
      float product = flush(multiply(flush(multiply(centred, scale)), weights[n]));
      outValues[start + i] = roundBits(add(product, biases[n]), p.significantBits);
    }
  }
}

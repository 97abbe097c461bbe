// What becomes of an exact sum of products of bytes.
#ifndef ESPALIER_INT8_SUM_GLSL
#define ESPALIER_INT8_SUM_GLSL

#include "numerics.glsl"

// Both parts are exact, so the sum rounds once.
float exactFloat(int i) { return add(multiply(float(i >> 12), 4096.0), float(i & 4095)); }

float scaledSum(int sum, float inputScale, float weightScale) {
  return multiply(multiply(exactFloat(sum), inputScale), weightScale);
}

#endif

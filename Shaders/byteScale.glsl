// Numbers as signed bytes that share a scale: the greatest magnitude / 127.
#ifndef ESPALIER_BYTE_SCALE_GLSL
#define ESPALIER_BYTE_SCALE_GLSL

#include "numerics.glsl"

#define LEAST_BITS 0x21800000u     // 2^-60
#define GREATEST_BITS 0x5d800000u  // 2^60
#define ROUNDING 12582912.0        // 1.5 * 2^23: the last bit of a sum with it is 1
#define ROUNDING_BITS 0x4b400000

struct ByteScale {
  float scale;
  float inverse;
  bool isEmpty;  // all bytes are 0
};

// Of numbers whose greatest magnitude has these bits.
ByteScale byteScale(uint greatest) {
  if (greatest > GREATEST_BITS) return ByteScale(uintBitsToFloat(NAN_BITS), 0.0, true);
  if (greatest < LEAST_BITS) return ByteScale(0.0, 0.0, true);
  float magnitude = uintBitsToFloat(greatest);
  return ByteScale(multiply(magnitude, INVERSE_127), multiply(127.0, reciprocal(magnitude)), false);
}

uint quantized(float value, ByteScale s) {
  if (s.isEmpty) return 0u;
  int bits = floatBitsToInt(add(multiply(value, s.inverse), ROUNDING));
  return uint(clamp(bits - ROUNDING_BITS, -127, 127)) & 0xffu;
}

#endif

// A product that is exact, because its factors have at most 24 significant bits together, may be added in one rounding or in
// two: the bits are the same, and a GPU fuses them in one instruction. The build lets no other file fuse.
#ifndef ESPALIER_EXACT_PRODUCTS_GLSL
#define ESPALIER_EXACT_PRODUCTS_GLSL

// sum + a * b, the product exact.
float addExactProduct(float sum, float a, float b) {
  precise float result = fma(a, b, sum);
  return result;
}

#endif

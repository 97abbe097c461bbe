// The operands of a matmul, four inputs at a time. The includer defines its format as for matmul.glsl, and BYTE_ROWS for rows
// of quantizeBlocks instead of floats.
#ifndef ESPALIER_MATMUL_INPUTS_GLSL
#define ESPALIER_MATMUL_INPUTS_GLSL

#include "matmulCall.glsl"

layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][GROUP_WORDS]

#define SEGMENTS (GROUP_INPUTS / SEGMENT_INPUTS)
#define SEGMENT_QUADS (SEGMENT_INPUTS / 4u)
#define CHUNK_GROUPS (DOT_CHUNK / GROUP_INPUTS)
#ifdef BLOCK_SCALES
#define GROUP_WORDS (PLANES * MATMUL_TILE + MATMUL_TILE / 8u)
#else
#define GROUP_WORDS MATMUL_TILE
#endif

#ifdef BYTE_ROWS
#include "byteRows.glsl"
#else
#include "floatRows.glsl"
layout(set = 0, binding = 0, std430) readonly buffer XQuads { vec4 xQuads[]; };  // the same, for inputs % 4 == 0

float inputOrZero(uint start, uint k) { return k < p.inputs ? x[start + min(k, p.inputs - 1u)] : 0.0; }

// Inputs k ..< k + 4 of a row, zeros past the end: adding +0 changes no accumulator, none is ever -0.
vec4 partialQuad(uint start, uint k) {
  return vec4(
      inputOrZero(start, k), inputOrZero(start, k + 1u), inputOrZero(start, k + 2u), inputOrZero(start, k + 3u));
}

// Groups whose inputs all exist, in rows that begin at whole quads.
uint wholeGroups() { return p.inputs % 4u == 0u ? p.inputs / GROUP_INPUTS : 0u; }

vec4 inputQuad(uint start, uint k, bool isWhole) {
  if (isWhole) return xQuads[(start + k) / 4u];
  return partialQuad(start, k);
}
#endif

// FUSED: by an instruction that rounds once, which CPU drivers lack; f32 weights have products that are not exact.
#if defined(FUSED) && !defined(ROUNDED_PRODUCTS)
#include "exactProducts.glsl"
#define ADD_PRODUCT addExactProduct
#else
#define ADD_PRODUCT addProduct
#endif

float addQuad(float sum, vec4 a, vec4 b) {
  return ADD_PRODUCT(ADD_PRODUCT(ADD_PRODUCT(ADD_PRODUCT(sum, a.x, b.x), a.y, b.y), a.z, b.z), a.w, b.w);
}

#endif

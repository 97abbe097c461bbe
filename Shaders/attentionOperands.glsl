// Operands of treeAttention and attentionSpans, and the arithmetic of a chunk that all layouts share. Include after the keys and
// values are declared, as cacheElements.glsl wants them.
#ifndef ESPALIER_ATTENTION_OPERANDS_GLSL
#define ESPALIER_ATTENTION_OPERANDS_GLSL

#include "shared/attention.h"

layout(push_constant) uniform Push { TreeAttention p; };
layout(set = 0, binding = 0, std430) readonly buffer Query { vec2 query[]; };  // [rows][queryColumns / 2]
layout(set = 0, binding = 0, std430) readonly buffer QueryQuads { vec4 queryQuads[]; };
layout(set = 0, binding = 3, std430) readonly buffer Mask { uint mask[]; };      // [in-flight rows][maskWords]
layout(set = 0, binding = 4, std430) readonly buffer State { uint state[]; };    // [sequences][STATE_WORDS]
layout(set = 0, binding = 5, std430) readonly buffer Depths { uint depths[]; };  // [in-flight rows]
layout(set = 0, binding = 6, std430) readonly buffer Owners { uint owners[]; };  // [firstRow + rows]
layout(set = 0, binding = 7, std430) readonly buffer Pages { uint pages[]; };    // [sequences][pagesPerSequence]

#define SPAN_KEYS (ATTENTION_SPAN * ATTENTION_CHUNK)
#define KEY_COLUMNS (p.keyHeads * p.headSize)

#include "numerics.glsl"
#include "cacheElements.glsl"
#include "visibleKeys.glsl"

// FUSED: by an instruction that rounds once, which CPU drivers lack; elements of q8_0 have products that are not exact.
#ifdef FUSED
#include "exactProducts.glsl"
float addElement(float sum, float a, float b) {
  return FORMAT == CACHE_Q8 ? addProduct(sum, a, b) : addExactProduct(sum, a, b);
}
#else
#define addElement addProduct
#endif

float addPair(float sum, vec2 a, vec2 b) { return addElement(addElement(sum, a.x, b.x), a.y, b.y); }

float addQuad(float sum, vec4 a, vec4 b) { return addPair(addPair(sum, a.xy, b.xy), a.zw, b.zw); }

vec4 addWeighted(vec4 sum, float weight, vec4 value) {
  return vec4(
      addElement(sum.x, weight, value.x), addElement(sum.y, weight, value.y), addElement(sum.z, weight, value.z),
      addElement(sum.w, weight, value.w));
}

// A key's score from its dot product.
float scoreOf(float product) {
  float score = flush(multiply(product, p.scale));
  if (p.softCap > 0.0) score = flush(multiply(p.softCap, hyperbolicTangent(flush(multiply(score, p.inverseSoftCap)))));
  return score;
}

// e_t: its 13 bits times the 11 of an f16 value are exact.
float weightOf(float score, float maximum) {
  return roundBits(expNonPositive(subtract(score, maximum)), ACTIVATION_BITS_F16);
}

#endif

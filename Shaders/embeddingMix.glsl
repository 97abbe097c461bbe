// out[r] = weighted sum of rows of a table (soft tokens, joined experts); a token outside the vocabulary is left out. The
// includer declares the table at binding 2 and defines `tableValue`.
#ifndef ESPALIER_EMBEDDING_MIX_GLSL
#define ESPALIER_EMBEDDING_MIX_GLSL

#include "shared/rows.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { EmbeddingMix p; };
layout(set = 0, binding = 0, std430) readonly buffer Tokens { uint tokens[]; };    // [firstRow + rows][count]
layout(set = 0, binding = 1, std430) readonly buffer Weights { float weights[]; };  // [firstRow + rows][count]
layout(set = 0, binding = 3, std430) writeonly buffer Out { float outValues[]; };  // [rows][columns]

// Never subnormal, since a weight may be large.
float tableValue(uint token, uint column);

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.columns) return;
  uint row = element / p.columns;
  uint column = element - row * p.columns;
  uint first = (p.firstRow + row) * p.count;
  // Flushed products are multiples of 2^-87, so no partial sum is subnormal.
  float sum = 0.0;
  for (uint j = 0u; j < p.count; ++j) {
    uint token = tokens[first + j];
    if (token >= p.vocabulary) continue;
    sum = add(sum, flush(multiply(flush(weights[first + j]), tableValue(token, column))));
  }
  outValues[element] = roundBits(sum, p.significantBits);
}

#endif

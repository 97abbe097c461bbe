// Rows of logits in quads; see quads.glsl. Include after the buffer logits is declared at binding 0.
#ifndef ESPALIER_LOGIT_QUADS_GLSL
#define ESPALIER_LOGIT_QUADS_GLSL

#include "numerics.glsl"
#include "quads.glsl"

layout(set = 0, binding = 0, std430) readonly buffer LogitQuads { vec4 logitQuads[]; };  // the same as logits

// -infinity, which weighs nothing, past the row's end.
LOADS_QUADS(vec4, logitQuad, logits, logitQuads, negativeInfinity())

uvec4 orderedQuad(vec4 quad) {
  return uvec4(orderedBits(quad.x), orderedBits(quad.y), orderedBits(quad.z), orderedBits(quad.w));
}

#endif

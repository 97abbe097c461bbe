// Chunks of rows of logits; see rowChunk.glsl.
#ifndef ESPALIER_LOGIT_CHUNK_GLSL
#define ESPALIER_LOGIT_CHUNK_GLSL

#include "numerics.glsl"
#include "rowChunk.glsl"

layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };         // [rows][vocabulary]
layout(set = 0, binding = 0, std430) readonly buffer LogitQuads { vec4 logitQuads[]; };  // the same

float logitOrNone(uint token) {
  return token < p.vocabulary ? logits[gl_WorkGroupID.y * p.vocabulary + token] : negativeInfinity();
}

// Logits of tokens first ... first + 3 of the group's row; -infinity, which weighs nothing, past its end.
vec4 logitQuad(uint first) {
  if (hasQuads()) return logitQuads[(gl_WorkGroupID.y * p.vocabulary + first) / 4u];
  return vec4(logitOrNone(first), logitOrNone(first + 1u), logitOrNone(first + 2u), logitOrNone(first + 3u));
}

#endif

// Chunks of rows of logits; see rowChunk.glsl.
#ifndef ESPALIER_LOGIT_CHUNK_GLSL
#define ESPALIER_LOGIT_CHUNK_GLSL

#include "rowChunk.glsl"

layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };  // [rows][vocabulary]

#include "logitQuads.glsl"

// Of the group's row.
vec4 logitQuad(uint first) { return logitQuad(gl_WorkGroupID.y, first); }

#endif

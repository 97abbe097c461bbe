// Softmax weights of chunks of rows of logits, and what is known of the whole row.
#ifndef ESPALIER_WEIGHT_CHUNK_GLSL
#define ESPALIER_WEIGHT_CHUNK_GLSL

#define WORKSPACE 1
#include "logitChunk.glsl"
#include "weight.glsl"

struct Row {
  uint status;
  float maximum;
};

// What the chunks have found of the group's row. Has barriers.
Row rowOfChunks(uint lane) {
  uint from = chunkWord(gl_WorkGroupID.y, repeatedChunk(lane));
  uint best = groupMaximum(lane, workspace[from + BEST_WORD]);
  uint status = groupOr(lane, workspace[from + STATUS_WORD]);
  if (best == ORDERED_NEGATIVE_INFINITY) status = STATUS_NOT_FINITE;
  return Row(status, orderedValue(best));
}

// Four calls, since spirv-opt drops `precise` from loops that it unrolls.
uvec4 weightQuad(uint first, Row row) {
  vec4 quad = logitQuad(first);
  return uvec4(
      softmaxWeight(quad.x, row.maximum, p.inverseTemperature, p.leastWeight),
      softmaxWeight(quad.y, row.maximum, p.inverseTemperature, p.leastWeight),
      softmaxWeight(quad.z, row.maximum, p.inverseTemperature, p.leastWeight),
      softmaxWeight(quad.w, row.maximum, p.inverseTemperature, p.leastWeight));
}

#endif

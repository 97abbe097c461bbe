// treeAttention by shuffles (attentionShuffle.glsl).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "attentionShuffle.glsl"
#include "attentionMerge.glsl"

layout(set = 0, binding = 8, std430) writeonly buffer Out { vec4 outQuads[]; };  // [rows][heads * headSize / 4]

float runningMaxima[VECTORS];
float runningSums[VECTORS];
Eight running[SUMS];
bool isEmpty[ROWS];

void takeChunk(uint lane, uint pass, uint first) {
  // Merging with nothing, as the first chunk does, changes what flushing would change anyway.
  for (uint v = 0u; v < VECTORS; v++) {
    if (pass > 0u && v / HEADS != pass - 1u) continue;
    MergeWeights weights = mergeWeights(runningMaxima[v], chunkMaxima[v]);
    runningSums[v] = merge(runningSums[v], chunkSums[v], weights);
    [[unroll]] for (uint part = 0u; part < PARTS; part++) {
      uint i = v * PARTS + part;
      running[i].low = merge(running[i].low, chunkValues[i].low, weights);
      running[i].high = merge(running[i].high, chunkValues[i].high, weights);
    }
  }
}

void finishRow(uint lane, uint row, uint count) { isEmpty[row] = count == 0u; }

void main() {
  uint lane = gl_SubgroupInvocationID;
  for (uint v = 0u; v < VECTORS; v++) {
    runningMaxima[v] = negativeInfinity();
    runningSums[v] = 0.0;
  }
  for (uint i = 0u; i < SUMS; i++) running[i] = Eight(vec4(0.0), vec4(0.0));

  attend(lane, 0u, 0xffffffffu);

  for (uint v = 0u; v < VECTORS; v++) {
    uint row = gl_WorkGroupID.x * ROWS + v / HEADS;
    float inverse = reciprocal(runningSums[v]);
    for (uint part = 0u; part < PARTS; part++) {
      uint d = ownColumns(lane, part);
      if (row < p.rows && d < p.headSize) {
        Eight sum = running[v * PARTS + part];
        vec4 low = vec4(0.0);
        vec4 high = vec4(0.0);
        if (!isEmpty[v / HEADS]) {
          low = normalized(sum.low, inverse, p.significantBits);
          high = normalized(sum.high, inverse, p.significantBits);
        }
        uint to = ((row * p.heads + firstHead() + v % HEADS) * p.headSize + d) / 4u;
        outQuads[to] = low;
        outQuads[to + 1u] = high;
      }
    }
  }
}

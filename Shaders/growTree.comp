// Scores the candidates of one depth and keeps the best as the rows of the next; one group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/growth.h"
#include "numerics.glsl"
#include "select.glsl"

layout(push_constant) uniform Push { GrowTree p; };
layout(set = 0, binding = 0, std430) readonly buffer LogProbabilities { float logProbabilities[]; };  // [sequences][inputRows][count]
layout(set = 0, binding = 1, std430) readonly buffer Candidates { uint candidates[]; };               // [sequences][inputRows][count]
layout(set = 0, binding = 2, std430) writeonly buffer Tokens { uint tokens[]; };        // [sequences][maximumRows][count]
layout(set = 0, binding = 3, std430) buffer Scores { float scores[]; };                 // [sequences][maximumRows][count]
layout(set = 0, binding = 4, std430) buffer RowParents { uint rowParents[]; };          // [sequences][maximumRows]
layout(set = 0, binding = 5, std430) writeonly buffer NodeTokens { uint nodeTokens[]; };    // [sequences][maximumRows]
layout(set = 0, binding = 6, std430) writeonly buffer NodeParents { uint nodeParents[]; };  // [sequences][maximumRows]

#include "candidates.glsl"

// The store's rows of this sequence start here.
uint storeRow() { return gl_WorkGroupID.x * p.maximumRows; }

// Score of the node whose children row firstRow + i holds. It stands in an earlier row, which this call only reads.
float baseScore(uint i) {
  if (p.firstRow + i == 0u) return 0.0;
  uint parent = rowParents[storeRow() + p.firstRow + i];
  if (parent >= p.firstRow * p.count) return negativeInfinity();
  return flush(scores[storeRow() * p.count + parent]);
}

// Index of this depth's candidate k in the inputs.
uint inputIndex(uint k) { return (gl_WorkGroupID.x * p.inputRows + p.firstInput) * p.count + k; }

float scoreOf(uint k) {
  float base = baseScore(k / p.count);
  float own = flush(logProbabilities[inputIndex(k)]);
  float score = p.accumulates != 0u ? flush(add(base, own)) : own;
  if (magnitudeBits(score) > INFINITY_BITS || candidates[inputIndex(k)] == NO_TOKEN) return negativeInfinity();
  return score > base ? base : score;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint total = p.rows * p.count;
  uint firstCandidate = p.firstRow * p.count;
  for (uint k = lane; k < total; k += LANES) {
    float score = scoreOf(k);
    uint index = storeRow() * p.count + firstCandidate + k;
    scores[index] = score;
    tokens[index] = exists(~orderedBits(score)) ? candidates[inputIndex(k)] : NO_TOKEN;
  }
  if (p.width == 0u) return;

  uint kept = keepBest(lane, total, p.width);
  uint row = storeRow() + p.firstRow + p.rows;
  if (lane < kept) {
    uint rank = rankOf(lane, kept);
    uint k = keptCandidates[lane].y;
    rowParents[row + rank] = firstCandidate + k;
    nodeTokens[row + rank] = candidates[inputIndex(k)];
    nodeParents[row + rank] = p.firstRow + k / p.count;
  }
  for (uint i = kept + lane; i < p.width; i += LANES) {
    rowParents[row + i] = NO_NODE;
    nodeTokens[row + i] = NO_TOKEN;
    nodeParents[row + i] = 0u;
  }
}

// Stochastic beams (Kool et al., 2019): the Gumbel keys of a node's children under the condition that their greatest is the
// node's own key, and what the children's log-probabilities sum to along their path. One group a row of candidates.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/growth.h"
#include "weight.glsl"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { ConditionKeys p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };        // [sequences][inputRows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };          // [sequences][inputRows][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer Tokens { uint tokens[]; };          // [sequences][inputRows][count]
layout(set = 0, binding = 3, std430) readonly buffer Keys { float keys[]; };             // [sequences][inputRows][count], greatest first
layout(set = 0, binding = 4, std430) readonly buffer RowParents { uint rowParents[]; };  // [sequences][maximumRows]
layout(set = 0, binding = 5, std430) readonly buffer Scores { float scores[]; };         // [sequences][maximumRows][count]
layout(set = 0, binding = 6, std430) buffer Sums { float sums[]; };                      // [sequences][maximumRows][count]
layout(set = 0, binding = 7, std430) writeonly buffer Out { float conditioned[]; };      // [sequences][inputRows][count]

// Of the row's candidates, before the least of those up to each is taken; NaN for one that does not exist.
shared float ownKeys[MAXIMUM_CANDIDATES];

// A node's key and the sum of log-probabilities down to it.
struct Node {
  float key;
  float sum;
};

Node parentOf(uint store, uint row) {
  if (row == 0u) return Node(0.0, 0.0);
  uint parent = rowParents[store + row];
  if (parent >= p.firstRow * p.count) return Node(negativeInfinity(), negativeInfinity());
  return Node(flush(scores[store * p.count + parent]), flush(sums[store * p.count + parent]));
}

// -log(e^-G - e^-Z + e^-g), G the node's key, Z and g the greatest key and this one, both shifted by the node's sum.
float conditionedKey(Node node, float key, float greatest) {
  float behind = flush(logOneMinusExp(subtract(key, greatest)));
  return flush(subtract(node.key, softplus(add(subtract(node.key, add(node.sum, key)), behind))));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint place = gl_WorkGroupID.y * p.inputRows + p.firstInput + gl_WorkGroupID.x;
  uint row = p.firstRow + gl_WorkGroupID.x;
  uint store = gl_WorkGroupID.y * p.maximumRows;
  Node node = parentOf(store, row);
  uint total = totals[place * 2u];
  float greatest = flush(keys[place * p.count]);
  for (uint j = lane; j < p.count; j += 64u) {
    uint token = tokens[place * p.count + j];
    uint weight = total > 0u && token < p.vocabulary ? weights[place * p.vocabulary + token] : 0u;
    float sum = negativeInfinity();
    float key = uintBitsToFloat(NAN_BITS);
    if (weight > 0u) {
      float logProbability = subtract(logPositive(leadingFloat(weight)), logPositive(leadingFloat(total)));
      sum = flush(add(node.sum, logProbability));
      key = conditionedKey(node, flush(keys[place * p.count + j]), greatest);
    }
    sums[(store + row) * p.count + j] = sum;
    ownKeys[j] = key;
  }
  barrier();
  for (uint j = lane; j < p.count; j += 64u) {
    float least = node.key;
    for (uint i = 0u; i <= j; i++) least = ownKeys[i] < least ? ownKeys[i] : least;
    bool exists = magnitudeBits(ownKeys[j]) <= INFINITY_BITS;
    conditioned[place * p.count + j] = exists ? least : negativeInfinity();
  }
}

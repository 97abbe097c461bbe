// Tests each tree node by the mass of the cluster of tokens around its own, on its parent's rows (grouped speculative
// decoding, So et al., 2025): lossy. One group a node.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/contract.h"
#include "shared/tree.h"
#include "numerics.glsl"
#include "philox.glsl"
#include "weight.glsl"
#include "workgroup.glsl"

layout(push_constant) uniform Push { ClusterAccept p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };            // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };              // [capacity][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer DraftWeights { uint draftWeights[]; };  // [capacity][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer DraftTotals { uint draftTotals[]; };    // [capacity][2]
layout(set = 0, binding = 4, std430) readonly buffer Table { float table[]; };               // [vocabulary][columns]
layout(set = 0, binding = 5, std430) readonly buffer Tokens { uint tokens[]; };              // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer Parents { uint parents[]; };            // [capacity]
layout(set = 0, binding = 7, std430) readonly buffer Depths { uint depths[]; };              // [capacity]
layout(set = 0, binding = 8, std430) readonly buffer Owners { uint owners[]; };              // [capacity]
layout(set = 0, binding = 9, std430) readonly buffer State { uint state[]; };                // [sequences][STATE_WORDS]
layout(set = 0, binding = 10, std430) writeonly buffer Accept { uint accept[]; };            // [capacity]
layout(set = 0, binding = 11, std430) writeonly buffer Score { uint scores[]; };             // f32 [capacity]

#include "owners.glsl"

#define NO_KEY Wide(0xffffffffu)

shared uint neighbours[2u * CLUSTER_RANKS];  // near in rank and in probability

uint rowStart;  // of the parent in target and draft weights
uint rowTotal;  // R

// Ascends with the rank: greater weight first, then the lower token.
Wide rankKey(uint token) { return Wide(token + 1u, ~weights[rowStart + token]); }  // neither it nor ~it is NO_KEY

Wide leastKey(uint lane, Wide key) {
  uint high = groupMinimum(lane, key.y);
  return Wide(groupMinimum(lane, key.y == high ? key.x : 0xffffffffu), high);
}

bool isNear(uint weight, uint other) {
  uint apart = max(weight, other) - min(weight, other);
  return wideLess(wideProduct(apart, 1u << CLUSTER_TOLERANCE_BITS), wideProduct(p.tolerance, rowTotal));
}

void list(uint lane, inout uint count, bool isNeighbour, uint token) {
  if (!isNeighbour) return;
  if (lane == 0u) neighbours[count] = token;
  count++;
}

// Lists the tokens next to `token` in rank, on each side as far as they are near, since those beyond are farther still.
// Gives their number.
uint listNeighbours(uint lane, uint token) {
  uint weight = weights[rowStart + token];
  Wide after = rankKey(token);  // the farthest so far
  Wide before = ~after;         // turned round, so that here too the next is the least beyond
  uint count = 0u;
  for (uint rank = 0u; rank < p.ranks && (after != NO_KEY || before != NO_KEY); rank++) {
    Wide nextAfter = NO_KEY;
    Wide nextBefore = NO_KEY;
    for (uint other = lane; other < p.vocabulary; other += LANES) {
      Wide key = rankKey(other);
      if (wideLess(after, key) && wideLess(key, nextAfter)) nextAfter = key;
      if (wideLess(before, ~key) && wideLess(~key, nextBefore)) nextBefore = ~key;
    }
    after = leastKey(lane, nextAfter);
    before = leastKey(lane, nextBefore);
    if (!isNear(weight, ~after.y)) after = NO_KEY;
    if (!isNear(weight, before.y)) before = NO_KEY;
    list(lane, count, after != NO_KEY, after.x - 1u);
    list(lane, count, before != NO_KEY, ~before.x - 1u);
  }
  barrier();
  return count;
}

float squaredDistance(uint token, uint other) {
  float sum = 0.0;
  for (uint c = 0u; c < p.columns; c++) {
    float d = subtract(flush(table[token * p.columns + c]), flush(table[other * p.columns + c]));
    if (magnitudeBits(d) >= NORM_FLUSH_BITS) sum = addProduct(sum, d, d);
  }
  return sum;
}

// The cluster's sums of target and draft weights.
uvec2 clusterMass(uint lane, uint token) {
  uint count = listNeighbours(lane, token);
  uvec2 mass = lane == 0u ? uvec2(weights[rowStart + token], draftWeights[rowStart + token]) : uvec2(0u);
  for (uint i = lane; i < count; i += LANES) {
    uint other = neighbours[i];
    if (p.columns != 0u && !(squaredDistance(token, other) < flush(p.squaredDistance))) continue;
    mass += uvec2(weights[rowStart + other], draftWeights[rowStart + other]);
  }
  return uvec2(groupAdd(lane, mass.x), groupAdd(lane, mass.y));
}

// Siblings of packed node n below it, `parent` being packed node v.
uint siblingsBelow(uint lane, uint n, uint v, uint parent) {
  uint count = 0u;
  for (uint i = v + 1u + lane; i < n; i += LANES) {
    if (parents[i] == parent && tokens[i] != NO_TOKEN) count++;
  }
  return groupAdd(lane, count);
}

float logProbability(uint weight) {
  if (weight == 0u) return negativeInfinity();
  return flush(subtract(logPositive(leadingFloat(weight)), logPositive(leadingFloat(rowTotal))));
}

// Whether packed node n passes, and the bits of its score.
uvec2 verdict(uint lane, uint n) {
  const uvec2 refused = uvec2(0u, NAN_BITS);
  uint start = stateStart(n, p.sequences);
  if (start == NO_NODE) return refused;
  uint first = state[start + STATE_FIRST_NODE];
  if (n < first || n - first >= min(state[start + STATE_NODES], MAXIMUM_NODES)) return refused;
  if (n == first) return uvec2(1u, 0u);

  uint parent = parents[n];
  uint token = tokens[n];
  if (parent >= n - first || token >= p.vocabulary) return refused;
  uint v = first + parent;
  rowStart = v * p.vocabulary;
  rowTotal = totals[v * 2u];
  if (rowTotal == 0u || draftWeights[rowStart + token] == 0u) return refused;

  uvec2 mass = clusterMass(lane, token);
  if (mass.y == 0u) return refused;
  uint child = siblingsBelow(lane, n, v, parent);
  uint position = state[start + STATE_LENGTH] + depths[v] + 1u;
  uint role = ROLE_ACCEPT + p.stream * ROLE_STREAM;
  Wide y = uniformBelow(wideProduct(rowTotal, mass.y), seedAt(start), role, position, child);
  bool passes = wideLess(y, wideProduct(mass.x, draftTotals[v * 2u]));
  return uvec2(passes ? 1u : 0u, floatBitsToUint(logProbability(mass.x)));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint n = gl_WorkGroupID.x;
  uvec2 outcome = verdict(lane, n);
  if (lane == 0u) {
    accept[n] = outcome.x;
    scores[n] = outcome.y;
  }
}

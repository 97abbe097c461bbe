// The best candidates of a grown tree, in their order, as a token tree; one group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/growth.h"
#include "numerics.glsl"
#include "select.glsl"

layout(push_constant) uniform Push { SelectTree p; };
layout(set = 0, binding = 0, std430) readonly buffer Tokens { uint tokens[]; };          // [sequences][maximumRows][count]
layout(set = 0, binding = 1, std430) readonly buffer Scores { float scores[]; };         // [sequences][maximumRows][count]
layout(set = 0, binding = 2, std430) readonly buffer RowParents { uint rowParents[]; };  // [sequences][maximumRows]
layout(set = 0, binding = 3, std430) buffer State { uint state[]; };                     // [sequences][STATE_WORDS]
layout(set = 0, binding = 4, std430) buffer NodeTokens { uint nodeTokens[]; };           // [capacity]
layout(set = 0, binding = 5, std430) writeonly buffer NodeParents { uint nodeParents[]; };  // [capacity]
layout(set = 0, binding = 6, std430) writeonly buffer Sources { uint sources[]; };          // [capacity]

#define WRITES_STATE
#include "packed.glsl"
#include "candidates.glsl"

shared uint selected[MAXIMUM_NODES];  // candidates in ascending order; node i + 1 carries the i-th

uint storeRow() { return gl_WorkGroupID.x * p.maximumRows; }

float scoreOf(uint candidate) { return scores[storeRow() * p.count + candidate]; }

// Fills `selected`; lanes own consecutive candidates, so that their order is kept.
uint selectBest(uint lane, uint need) {
  uint total = p.rows * p.count;
  Cut cut = findCut(lane, total, need);
  uvec2 own = ownBlock(lane, total);
  uint count = 0u;
  for (uint c = own.x; c < own.y; c++) count += isSelected(cut, c) ? 1u : 0u;
  Wide kept;
  uint next = scanAdd(lane, widen(count), kept).x - count;
  for (uint c = own.x; c < own.y; c++) {
    if (isSelected(cut, c)) selected[next++] = c;
  }
  barrier();
  return kept.x;
}

// The node that carries a candidate, by bisection; NO_NODE if it was not selected.
uint nodeOf(uint candidate, uint kept) {
  uint low = 0u;
  uint high = kept;
  while (low < high) {
    uint middle = (low + high) / 2u;
    if (selected[middle] < candidate) low = middle + 1u;
    else high = middle;
  }
  return low < kept && selected[low] == candidate ? low + 1u : NO_NODE;
}

uint parentOf(uint candidate, uint kept) {
  uint row = candidate / p.count;
  return row == 0u ? 0u : nodeOf(rowParents[storeRow() + row], kept);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint sequence = gl_WorkGroupID.x;
  if (!nodesFit(sequence, p.nodes, p.capacity)) {
    if (lane == 0u) addStatus(sequence, STATUS_MALFORMED_TREE);
    return;
  }
  uint kept = p.nodes > 1u ? selectBest(lane, p.nodes - 1u) : 0u;

  uint malformed = STATUS_OK;
  for (uint i = lane; i < kept; i += LANES) {
    if (parentOf(selected[i], kept) > i) malformed = STATUS_MALFORMED_TREE;
  }
  uint status = groupOr(lane, malformed);
  if (status != STATUS_OK) kept = 0u;

  uint first = stateWord(sequence, STATE_FIRST_NODE);
  if (lane == 0u) {
    addStatus(sequence, status);
    state[sequence * STATE_WORDS + STATE_NODES] = 1u + kept;
    nodeParents[first] = NO_NODE;
    sources[first] = NO_NODE;
  }
  for (uint i = lane; i < kept; i += LANES) {
    uint candidate = selected[i];
    nodeTokens[first + 1u + i] = tokens[storeRow() * p.count + candidate];
    nodeParents[first + 1u + i] = parentOf(candidate, kept);
    sources[first + 1u + i] = candidate;
  }
}

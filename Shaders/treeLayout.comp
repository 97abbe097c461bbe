// Depths, ancestor bits, and first-child / next-sibling links of a tree given by its parents; one group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/growth.h"
#include "workgroup.glsl"

layout(push_constant) uniform Push { TreeLayout p; };
layout(set = 0, binding = 0, std430) readonly buffer Parents { uint parents[]; };  // [capacity]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };               // [sequences][STATE_WORDS]
layout(set = 0, binding = 2, std430) writeonly buffer Depths { uint depths[]; };   // [capacity]
layout(set = 0, binding = 3, std430) writeonly buffer Mask { uint mask[]; };       // [capacity][maskWords]
layout(set = 0, binding = 4, std430) writeonly buffer Links { uint links[]; };     // [capacity][2]

#define WRITES_STATE
#include "packed.glsl"

shared uint parentOf[MAXIMUM_NODES];    // NO_NODE: a root
shared uint firstChild[MAXIMUM_NODES];

// Every parent is below its child, so the walk to the root descends and meets each word of the row in turn.
void writeAncestors(uint node, uint first) {
  uint row = (first + node) * p.maskWords;
  uint depth = 0u;
  uint bits = 0u;
  uint word = p.maskWords - 1u;
  for (uint ancestor = node; ancestor != NO_NODE; ancestor = parentOf[ancestor]) {
    for (; word > ancestor / 32u; word--) {
      mask[row + word] = bits;
      bits = 0u;
    }
    bits |= 1u << (ancestor % 32u);
    depth++;
  }
  for (; word > 0u; word--) {
    mask[row + word] = bits;
    bits = 0u;
  }
  mask[row] = bits;
  depths[first + node] = depth - 1u;
}

uint nextSibling(uint node, uint nodes) {
  uint parent = parentOf[node];
  if (parent == NO_NODE) return NO_NODE;
  for (uint other = node + 1u; other < nodes; other++) {
    if (parentOf[other] == parent) return other;
  }
  return NO_NODE;
}

// Whether the nodes of a sequence, which fit, are also those of another one.
bool overlaps(uint lane, uint sequence, uint first, uint nodes) {
  uint found = 0u;
  for (uint s = lane; s < p.sequences; s += LANES) {
    uint otherNodes = stateWord(s, STATE_NODES);
    if (s == sequence || otherNodes == 0u || otherNodes > p.maximumNodes || !nodesFit(s, otherNodes, p.capacity)) continue;
    uint other = stateWord(s, STATE_FIRST_NODE);
    if (other < first + nodes && first < other + otherNodes) found = 1u;
  }
  return groupOr(lane, found) != 0u;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint sequence = gl_WorkGroupID.x;
  uint first = stateWord(sequence, STATE_FIRST_NODE);
  uint nodes = stateWord(sequence, STATE_NODES);
  if (nodes == 0u) return;  // it sits out this round
  bool isFitting = nodes <= p.maximumNodes && nodesFit(sequence, nodes, p.capacity);
  if (!isFitting || overlaps(lane, sequence, first, nodes)) {
    if (lane == 0u) addStatus(sequence, STATUS_MALFORMED_TREE);
    return;
  }

  uint malformed = STATUS_OK;
  for (uint node = lane; node < nodes; node += LANES) {
    uint parent = node == 0u ? NO_NODE : parents[first + node];
    if (node > 0u && parent >= node) malformed = STATUS_MALFORMED_TREE;
    parentOf[node] = parent;
    firstChild[node] = NO_NODE;
  }
  uint status = groupOr(lane, malformed);
  if (lane == 0u && status != STATUS_OK) addStatus(sequence, status);

  for (uint node = lane; node < nodes; node += LANES) {
    if (status != STATUS_OK) {
      parentOf[node] = NO_NODE;
    } else if (node > 0u) {
      atomicMin(firstChild[parentOf[node]], node);
    }
  }
  barrier();
  for (uint node = lane; node < nodes; node += LANES) {
    writeAncestors(node, first);
    links[2u * (first + node)] = firstChild[node];
    links[2u * (first + node) + 1u] = nextSibling(node, nodes);
  }
}

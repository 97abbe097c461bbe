// Paths of tokens as a tree in which equal beginnings share nodes; one group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/contract.h"
#include "shared/growth.h"
#include "workgroup.glsl"

layout(push_constant) uniform Push { MergePaths p; };
layout(set = 0, binding = 0, std430) readonly buffer Paths { uint paths[]; };        // [sequences][paths][length]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };                 // [sequences][STATE_WORDS]
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };               // [capacity]
layout(set = 0, binding = 3, std430) writeonly buffer Parents { uint parents[]; };   // [capacity]
layout(set = 0, binding = 4, std430) writeonly buffer Nodes { uint nodes[]; };       // [sequences][paths][length]

#define WRITES_STATE
#include "packed.glsl"

shared uint numbers[MAXIMUM_PATH_TOKENS];  // of the elements that own themselves

// An element is path * length + depth.
uint tokenOf(uint element) { return paths[gl_WorkGroupID.x * p.paths * p.maximumLength + element]; }

bool isEqual(uint path, uint other, uint count) {
  for (uint d = 0u; d < count; d++) {
    if (tokenOf(path * p.maximumLength + d) != tokenOf(other * p.maximumLength + d)) return false;
  }
  return true;
}

// The element whose node this one takes; NO_NODE past the end of the path.
uint ownerOf(uint element) {
  uint path = element / p.maximumLength;
  uint depth = element - path * p.maximumLength;
  for (uint d = 0u; d <= depth; d++) {
    if (tokenOf(path * p.maximumLength + d) == NO_TOKEN) return NO_NODE;
  }
  if (p.merging == 0u) return element;
  for (uint other = 0u; other < path; other++) {
    if (isEqual(path, other, depth + 1u)) return other * p.maximumLength + depth;
  }
  return element;
}

// The number of an element's node, NO_NODE if it has none.
uint nodeOf(uint element) {
  uint owner = ownerOf(element);
  if (owner == NO_NODE) return NO_NODE;
  uint number = numbers[owner];
  return number < p.maximumNodes ? number : NO_NODE;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint sequence = gl_WorkGroupID.x;
  if (!nodesFit(sequence, p.maximumNodes, p.capacity)) {
    if (lane == 0u) addStatus(sequence, STATUS_MALFORMED_TREE);
    return;
  }
  uint first = stateWord(sequence, STATE_FIRST_NODE);
  uint elements = p.paths * p.maximumLength;
  uvec2 own = ownBlock(lane, elements);
  uint count = 0u;
  for (uint e = own.x; e < own.y; e++) count += ownerOf(e) == e ? 1u : 0u;
  Wide owners;
  uint next = 1u + scanAdd(lane, widen(count), owners).x - count;
  for (uint e = own.x; e < own.y; e++) {
    if (ownerOf(e) == e) numbers[e] = next++;
  }
  barrier();
  if (lane == 0u) {
    parents[first] = NO_NODE;
    state[sequence * STATE_WORDS + STATE_NODES] = min(1u + owners.x, p.maximumNodes);
  }
  for (uint e = lane; e < elements; e += LANES) {
    uint node = nodeOf(e);
    nodes[sequence * elements + e] = node;
    if (node == NO_NODE || ownerOf(e) != e) continue;
    tokens[first + node] = tokenOf(e);
    parents[first + node] = e % p.maximumLength == 0u ? 0u : nodeOf(e - 1u);
  }
}

// Paths of tokens as a tree in which equal beginnings share nodes; one group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/contract.h"
#include "shared/growth.h"
#include "workgroup.glsl"
#define STRIDE_ID 0
#include "stride.glsl"

layout(push_constant) uniform Push { MergePaths p; };
layout(set = 0, binding = 0, std430) readonly buffer Paths { uint paths[]; };        // [sequences][paths][length]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };                 // [sequences][STATE_WORDS]
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };               // [capacity]
layout(set = 0, binding = 3, std430) writeonly buffer Parents { uint parents[]; };   // [capacity]
layout(set = 0, binding = 4, std430) writeonly buffer Nodes { uint nodes[]; };       // [sequences][paths][length]

#define WRITES_STATE
#include "packed.glsl"

// Of each element: NO_NODE past the end of its path, the element whose node it takes, or IS_OWNER and its own number.
shared uint owners[MAXIMUM_PATH_TOKENS];

#define IS_OWNER 0x80000000u

// An element is path * length + depth.
uint tokenOf(uint element) { return paths[gl_WorkGroupID.x * p.paths * p.maximumLength + element]; }

// The first path up to `path` that is equal to it down to `depth`, whose owners one depth above are known.
uint ownerOf(uint path, uint depth) {
  uint element = path * p.maximumLength + depth;
  uint token = tokenOf(element);
  uint above = depth == 0u ? 0u : owners[element - 1u];
  if (token == NO_TOKEN || above == NO_NODE) return NO_NODE;
  if (p.merging == 0u) return element;
  uint owner = element;
  uint end = path;
  EACH(other, 0u, end) {
    uint candidate = other * p.maximumLength + depth;
    if (tokenOf(candidate) == token && (depth == 0u || owners[candidate - 1u] == above)) {
      owner = candidate;  // no path before it is equal to it, else that one were equal to `path`
      end = other;
    }
  }
  return owner;
}
// The number of an element's node, NO_NODE if it has none.
uint nodeOf(uint element) {
  uint owner = owners[element];
  if (owner == NO_NODE) return NO_NODE;
  if (owner < IS_OWNER) owner = owners[owner];
  uint number = owner - IS_OWNER;
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
  for (uint depth = 0u; depth < p.maximumLength; depth++) {
    for (uint path = lane; path < p.paths; path += LANES) owners[path * p.maximumLength + depth] = ownerOf(path, depth);
    barrier();
  }

  uvec2 own = ownBlock(lane, elements);
  uint count = 0u;
  for (uint e = own.x; e < own.y; e++) count += owners[e] == e ? 1u : 0u;
  Wide total;
  uint next = 1u + scanAdd(lane, widen(count), total).x - count;
  for (uint e = own.x; e < own.y; e++) {
    if (owners[e] == e) owners[e] = IS_OWNER + next++;
  }
  barrier();

  if (lane == 0u) {
    parents[first] = NO_NODE;
    state[sequence * STATE_WORDS + STATE_NODES] = min(1u + total.x, p.maximumNodes);
  }
  for (uint e = lane; e < elements; e += LANES) {
    uint node = nodeOf(e);
    nodes[sequence * elements + e] = node;
    if (node == NO_NODE || owners[e] < IS_OWNER) continue;
    tokens[first + node] = tokenOf(e);
    parents[first + node] = e % p.maximumLength == 0u ? 0u : nodeOf(e - 1u);
  }
}

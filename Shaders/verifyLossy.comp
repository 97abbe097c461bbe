// lossyAccept and verifyAccepted in one: each node is tested on its parent's row, then the round ends at the deepest node whose
// whole path passes. One group a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/contract.h"
#include "shared/tree.h"

layout(push_constant) uniform Push { LossyAccept p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };          // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Statistics { float statistics[]; };  // [capacity][4]
layout(set = 0, binding = 2, std430) readonly buffer Best { uint best[]; };               // [capacity][count]
layout(set = 0, binding = 3, std430) readonly buffer Divergences { float divergence[]; }; // [capacity]
layout(set = 0, binding = 4, std430) readonly buffer Picks { uint picks[]; };             // [capacity][2]
layout(set = 0, binding = 5, std430) readonly buffer Tokens { uint tokens[]; };           // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer Parents { uint parents[]; };         // [capacity]
layout(set = 0, binding = 7, std430) readonly buffer State { uint state[]; };             // [sequences][STATE_WORDS]
layout(set = 0, binding = 8, std430) buffer Accept { uint accept[]; };                    // [capacity]
layout(set = 0, binding = 9, std430) writeonly buffer Score { uint scores[]; };           // f32 [capacity]
layout(set = 0, binding = 10, std430) writeonly buffer Result { uint result[]; };         // [sequences][result words]
layout(set = 0, binding = 11, std430) readonly buffer Warps { uint warps[]; };            // [capacity][WARP_WORDS]

#include "lossyTest.glsl"
#include "verifyAccepted.glsl"

shared uint passing[MAXIMUM_NODES];  // bits of a node's score, which is a number; NAN_BITS where it does not pass

bool isAccepted(uint node) { return passing[node] != NAN_BITS; }

float scoreOf(uint node) { return uintBitsToFloat(passing[node]); }

uvec2 pickOf(uint node, bool isLeaf) {
  uint at = 2u * (firstNode + node);
  return uvec2(picks[at], picks[at + 1u]);
}

void testNodes(uint lane) {
  for (uint node = lane; node < nodes; node += LANES) {
    uint n = firstNode + node;
    uvec2 outcome = lossyVerdict(firstNode, n);
    if (node != 0u && p.combines != 0u && accept[n] == 0u) outcome.x = 0u;
    accept[n] = outcome.x;
    scores[n] = outcome.y;
    passing[node] = outcome.x != 0u ? outcome.y : NAN_BITS;
  }
  barrier();
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint status = openTree(lane, p.maximumNodes, p.capacity);
  if (status == STATUS_OK) testNodes(lane);
  endRound(lane, status);
}

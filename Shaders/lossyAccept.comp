// Tests each tree node against its parent's row: which tokens a lossy rule would let pass. One invocation a node.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/contract.h"
#include "shared/tree.h"
#include "elements.glsl"

layout(push_constant) uniform Push { LossyAccept p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };          // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Statistics { float statistics[]; };  // [capacity][4]
layout(set = 0, binding = 2, std430) readonly buffer Best { uint best[]; };               // [capacity][count]
layout(set = 0, binding = 3, std430) readonly buffer Divergences { float divergence[]; }; // [capacity]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };           // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; };         // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer Owners { uint owners[]; };           // [capacity]
layout(set = 0, binding = 7, std430) readonly buffer State { uint state[]; };             // [sequences][STATE_WORDS]
layout(set = 0, binding = 8, std430) buffer Accept { uint accept[]; };                    // [capacity]
layout(set = 0, binding = 9, std430) writeonly buffer Score { uint scores[]; };           // f32 [capacity]
layout(set = 0, binding = 10, std430) readonly buffer Warps { uint warps[]; };            // [capacity][WARP_WORDS]

#include "lossyTest.glsl"
#include "owners.glsl"

uvec2 verdict(uint n) {
  uint start = stateStart(n, p.sequences);
  if (start == NO_NODE) return uvec2(0u, NAN_BITS);
  uint first = state[start + STATE_FIRST_NODE];
  if (n < first || n - first >= state[start + STATE_NODES]) return uvec2(0u, NAN_BITS);
  uvec2 outcome = lossyVerdict(first, n);
  if (n != first && p.combines != 0u && accept[n] == 0u) outcome.x = 0u;
  return outcome;
}

void main() {
  uint n = elementIndex();
  if (n >= p.capacity) return;
  uvec2 outcome = verdict(n);
  accept[n] = outcome.x;
  scores[n] = outcome.y;
}

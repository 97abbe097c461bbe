// Appends the accepted tokens and the bonus token to the history and moves the state past them; one group a
// sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/contract.h"
#include "shared/tree.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { CommitRound p; };
layout(set = 0, binding = 0, std430) readonly buffer Result { uint result[]; };  // [sequences][result words]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };              // [sequences][STATE_WORDS]
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };            // [capacity]
layout(set = 0, binding = 3, std430) buffer History { uint history[]; };         // [sequences][historyCapacity]

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint resultAt = gl_WorkGroupID.x * (RESULT_PATH + RESULT_ARRAYS * p.maximumNodes);
  uint stateAt = gl_WorkGroupID.x * STATE_WORDS;
  uint status = result[resultAt + RESULT_STATUS];
  uint accepted = result[resultAt + RESULT_ACCEPTED];
  uint bonus = result[resultAt + RESULT_BONUS];
  uint length = state[stateAt + STATE_LENGTH];
  if (status == STATUS_OK && accepted >= p.maximumNodes) status = STATUS_MALFORMED_TREE;
  barrier();  // every lane has read the old length
  if (status != STATUS_OK) {
    if (lane == 0u) state[stateAt + STATE_STATUS] |= status & ~STATUS_IDLE;
    return;
  }
  uint path = resultAt + RESULT_PATH;
  uint room = p.historyCapacity - min(length, p.historyCapacity);
  for (uint j = lane; j <= accepted + 1u; j += 64u) {
    if (j >= room) break;
    history[gl_WorkGroupID.x * p.historyCapacity + length + j] =
        j <= accepted ? result[path + p.maximumNodes + j] : bonus;
  }
  if (lane == 0u) {
    state[stateAt + STATE_LENGTH] = length + accepted + 1u;
    state[stateAt + STATE_LAST_NODE] = result[path + accepted];
    uint root = state[stateAt + STATE_FIRST_NODE];
    if (root < p.capacity) tokens[root] = bonus;
  }
}

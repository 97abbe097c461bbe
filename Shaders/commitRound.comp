// Appends the accepted tokens and the bonus token to the history and moves the state past them; one group.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/contract.h"
#include "shared/tree.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { CommitRound p; };
layout(set = 0, binding = 0, std430) readonly buffer Result { uint result[]; };  // [RESULT_PATH + 2 * maximumNodes]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };
layout(set = 0, binding = 3, std430) buffer History { uint history[]; };         // [historyCapacity]

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint status = result[RESULT_STATUS];
  uint accepted = result[RESULT_ACCEPTED];
  uint length = state[STATE_LENGTH];
  barrier();  // every lane has read the old length
  if (status != STATUS_OK) {
    if (lane == 0u) state[STATE_STATUS] |= status;
    return;
  }
  for (uint j = lane; j <= accepted + 1u; j += 64u) {
    if (length + j >= p.historyCapacity) break;
    history[length + j] = j <= accepted ? result[RESULT_PATH + p.maximumNodes + j] : result[RESULT_BONUS];
  }
  if (lane == 0u) {
    state[STATE_LENGTH] = length + accepted + 1u;
    state[STATE_LAST_NODE] = result[RESULT_PATH + accepted];
    tokens[0] = result[RESULT_BONUS];
  }
}

// Where a sequence of a batch has its nodes. Include after the buffer state is declared.
#ifndef ESPALIER_PACKED_GLSL
#define ESPALIER_PACKED_GLSL

#include "shared/contract.h"
#include "shared/tree.h"

uint stateWord(uint sequence, uint word) { return state[sequence * STATE_WORDS + word]; }

// Whether `nodes` nodes from STATE_FIRST_NODE on lie in arrays of `capacity` nodes.
bool nodesFit(uint sequence, uint nodes, uint capacity) {
  uint first = stateWord(sequence, STATE_FIRST_NODE);
  return first <= capacity && nodes <= capacity - first;
}

// First packed row and number of rows of a sequence; one alone has all `rows` of them.
uvec2 rowsOf(uint sequence, uint sequences, uint rows) {
  if (sequences == 1u) return uvec2(0u, rows);
  uint first = min(stateWord(sequence, STATE_FIRST_NODE), rows);
  return uvec2(first, min(stateWord(sequence, STATE_NODES), rows - first));
}

#ifdef WRITES_STATE
// For one lane to call.
void addStatus(uint sequence, uint status) { state[sequence * STATE_WORDS + STATE_STATUS] |= status; }
#endif

#endif

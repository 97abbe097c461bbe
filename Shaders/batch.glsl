// Packed rows of a batch. Include after the push constants `p` and the buffers state and owners are declared.
#ifndef ESPALIER_BATCH_GLSL
#define ESPALIER_BATCH_GLSL

#include "shared/contract.h"
#include "shared/tree.h"

uint stateWord(uint sequence, uint word) { return state[sequence * STATE_WORDS + word]; }

// The sequence of packed row `row`, below `sequences` even where the result is false: the row is then void.
bool findSequence(uint row, out uint sequence) {
  sequence = 0u;
  if (p.sequences <= 1u) return true;
  uint owner = owners[row];
  if (owner >= p.sequences) return false;
  sequence = owner;
  uint first = stateWord(sequence, STATE_FIRST_NODE);
  return row >= first && row - first < min(stateWord(sequence, STATE_NODES), MAXIMUM_NODES);
}

// Packed row of the sequence's root.
uint firstNode(uint sequence) { return p.sequences <= 1u ? 0u : stateWord(sequence, STATE_FIRST_NODE); }

#endif

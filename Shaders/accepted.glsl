// The accepted path of a sequence in a batch of results. Include after the parameters p and the buffer result are declared.
#ifndef ESPALIER_ACCEPTED_GLSL
#define ESPALIER_ACCEPTED_GLSL

#include "shared/contract.h"
#include "shared/tree.h"

uint resultWord(uint sequence, uint word) { return result[sequence * p.resultWords + word]; }

uint acceptedNodes(uint sequence) { return resultWord(sequence, RESULT_ACCEPTED); }

uint pathNode(uint sequence, uint step) { return resultWord(sequence, RESULT_PATH + step); }

// Whether the round went well and its path lies in the result.
bool hasPath(uint sequence) {
  return resultWord(sequence, RESULT_STATUS) == STATUS_OK && acceptedNodes(sequence) < p.maximumNodes;
}

// Whether first + node is below `rows`, without a carry.
bool isRow(uint first, uint node, uint rows) { return first < rows && node < rows - first; }

#endif

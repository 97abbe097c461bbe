// The accepted path of a sequence in a batch of results. Include after the buffer result is declared.
#ifndef ESPALIER_ACCEPTED_GLSL
#define ESPALIER_ACCEPTED_GLSL

#include "shared/contract.h"
#include "shared/tree.h"

uint resultStart(uint sequence, uint maximumNodes) { return sequence * (RESULT_PATH + 2u * maximumNodes); }

uint acceptedNodes(uint sequence, uint maximumNodes) {
  return result[resultStart(sequence, maximumNodes) + RESULT_ACCEPTED];
}

uint pathNode(uint sequence, uint maximumNodes, uint step) {
  return result[resultStart(sequence, maximumNodes) + RESULT_PATH + step];
}

// Whether the round went well and its path lies in the result.
bool hasPath(uint sequence, uint maximumNodes) {
  return result[resultStart(sequence, maximumNodes) + RESULT_STATUS] == STATUS_OK
      && acceptedNodes(sequence, maximumNodes) < maximumNodes;
}

// Whether first + node is below `rows`, without a carry.
bool isRow(uint first, uint node, uint rows) { return first < rows && node < rows - first; }

#endif

// The token tree and the round's result. Include after the buffers tokens, parents, state and result are declared.
// Functions have barriers: call them in uniform control flow.
#ifndef ESPALIER_TREE_GLSL
#define ESPALIER_TREE_GLSL

#include "shared/contract.h"
#include "shared/tree.h"
#include "workgroup.glsl"

shared uint path[MAXIMUM_NODES];  // accepted nodes, root first; lane 0 writes

// Every parent is below its child, so a walk from the root ascends and ends.
uint treeStatus(uint lane, uint nodes, uint maximumNodes) {
  if (nodes == 0u || nodes > maximumNodes) return STATUS_MALFORMED_TREE;
  uint status = STATUS_OK;
  for (uint node = 1u + lane; node < nodes; node += LANES) {
    if (parents[node] >= node) status = STATUS_MALFORMED_TREE;
  }
  return groupOr(lane, status);
}

// First child of `node` above `after`, or NO_NODE.
uint nextChild(uint lane, uint node, uint after, uint nodes) {
  uint child = NO_NODE;
  for (uint i = after + 1u + lane; i < nodes; i += LANES) {
    if (parents[i] == node && tokens[i] != NO_TOKEN) {
      child = i;
      break;
    }
  }
  return groupMinimum(lane, child);
}

// First child of `node` between the nodes `after` and `before` that carries `token`, or NO_NODE.
uint childWithToken(uint lane, uint node, uint after, uint before, uint token) {
  uint child = NO_NODE;
  for (uint i = after + 1u + lane; i < before; i += LANES) {
    if (parents[i] == node && tokens[i] == token && token != NO_TOKEN) {
      child = i;
      break;
    }
  }
  return groupMinimum(lane, child);
}

// Writes every word of the result.
void writeResult(uint lane, uint status, uint accepted, uint bonus, uint nodes, uint maximumNodes) {
  barrier();  // the path is complete
  if (lane == 0u) {
    result[RESULT_STATUS] = status;
    result[RESULT_ACCEPTED] = accepted;
    result[RESULT_BONUS] = bonus;
    result[RESULT_LENGTH] = state[STATE_LENGTH] + accepted + 1u;
    result[RESULT_NODES] = nodes;
    for (uint i = RESULT_NODES + 1u; i < RESULT_PATH; i++) result[i] = 0u;
  }
  for (uint i = lane; i < maximumNodes; i += LANES) {
    bool isAccepted = i <= accepted;
    uint node = isAccepted ? path[i] : 0u;
    result[RESULT_PATH + i] = node;
    result[RESULT_PATH + maximumNodes + i] = isAccepted ? tokens[node] : 0u;
  }
}

#endif

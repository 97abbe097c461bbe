// One sequence of a batch: its token tree and, unless WITHOUT_RESULT is defined, its round's result. Include after the buffers
// tokens, parents, state and result are declared. Functions have barriers: call them in uniform control flow.
#ifndef ESPALIER_TREE_GLSL
#define ESPALIER_TREE_GLSL

#include "shared/contract.h"
#include "shared/tree.h"
#include "workgroup.glsl"

#ifndef WITHOUT_RESULT
shared uint path[MAXIMUM_NODES];   // accepted nodes, root first; lane 0 writes
shared uint tried[MAXIMUM_NODES];  // [d]: nodes of depth d + 1 that the rule looked at; lane 0 writes
#endif

uint sequence;    // this group's
uint stateAt;     // of the sequence in state
uint firstNode;   // of the sequence in the packed node arrays
uint nodes;       // of the sequence's tree

uint stateWord(uint word) { return state[stateAt + word]; }
uint tokenOf(uint node) { return tokens[firstNode + node]; }
uint parentOf(uint node) { return parents[firstNode + node]; }

void turnTo(uint itsSequence) {
  sequence = itsSequence;
  stateAt = sequence * STATE_WORDS;
  firstNode = stateWord(STATE_FIRST_NODE);
  nodes = stateWord(STATE_NODES);
}

// Turns to the group's sequence. Its tree's status: every parent is below its child, so a walk from the root ascends and
// ends, and the nodes lie in the `capacity` of the arrays.
uint openTree(uint lane, uint maximumNodes, uint capacity) {
  turnTo(gl_WorkGroupID.x);
#ifndef WITHOUT_RESULT
  for (uint i = lane; i < maximumNodes; i += LANES) {
    path[i] = 0u;
    tried[i] = 0u;
  }
  barrier();
#endif
  if (nodes == 0u) return STATUS_IDLE;
  if (nodes > maximumNodes || firstNode > capacity || nodes > capacity - firstNode) {
    return STATUS_MALFORMED_TREE;
  }
  uint status = STATUS_OK;
  for (uint node = 1u + lane; node < nodes; node += LANES) {
    if (parentOf(node) >= node) status = STATUS_MALFORMED_TREE;
  }
  return groupOr(lane, status);
}

// First child of `node` above `after`, or NO_NODE.
uint nextChild(uint lane, uint node, uint after) {
  uint child = NO_NODE;
  for (uint i = after + 1u + lane; i < nodes; i += LANES) {
    if (parentOf(i) == node && tokenOf(i) != NO_TOKEN) {
      child = i;
      break;
    }
  }
  return groupMinimum(lane, child);
}

// First child of `node` below the node `before` that carries `token`, or NO_NODE.
uint childWithToken(uint lane, uint node, uint before, uint token) {
  uint child = NO_NODE;
  for (uint i = node + 1u + lane; i < before; i += LANES) {
    if (parentOf(i) == node && tokenOf(i) == token && token != NO_TOKEN) {
      child = i;
      break;
    }
  }
  return groupMinimum(lane, child);
}

// Children of `node` below the node `before`.
uint childCount(uint lane, uint node, uint before) {
  uint count = 0u;
  for (uint i = node + 1u + lane; i < before; i += LANES) {
    if (parentOf(i) == node && tokenOf(i) != NO_TOKEN) count++;
  }
  return groupAdd(lane, count);
}

#ifndef WITHOUT_RESULT
// Of the sequence in the results of a batch.
uint resultStart(uint maximumNodes) { return sequence * (RESULT_PATH + RESULT_ARRAYS * maximumNodes); }

// Writes every word of the sequence's result.
void writeResult(uint lane, uint status, uint accepted, uint bonus, uint maximumNodes, uint capacity) {
  barrier();  // path and tried are complete
  uint at = resultStart(maximumNodes);
  if (lane == 0u) {
    result[at + RESULT_STATUS] = status;
    result[at + RESULT_ACCEPTED] = accepted;
    result[at + RESULT_BONUS] = bonus;
    result[at + RESULT_LENGTH] = stateWord(STATE_LENGTH) + accepted + 1u;
    result[at + RESULT_NODES] = nodes;
    for (uint i = RESULT_NODES + 1u; i < RESULT_PATH; i++) result[at + i] = 0u;
  }
  at += RESULT_PATH;
  for (uint i = lane; i < maximumNodes; i += LANES) {
    bool isAccepted = i <= accepted;
    uint node = isAccepted ? path[i] : 0u;
    result[at + i] = node;
    result[at + maximumNodes + i] = isAccepted && firstNode < capacity ? tokenOf(node) : 0u;
    result[at + 2u * maximumNodes + i] = tried[i];
  }
}
#endif

#endif

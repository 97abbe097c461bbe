// First of a rejection rule's shaders for GPUs: each node's links, what the draft says of it, and the wave that tries it. One
// group a sequence. Include after the rule's tree.
#include "shared/tree.h"

shared uint waveCounts[REJECTION_WAVES];

bool isNode(uint node) { return tokenOf(node) != NO_TOKEN; }

// Q of a token that a child of packed node `row` has.
uint draftedWeight(uint row, uint token) {
  if (token >= p.vocabulary || !isDrafted(row)) return 0u;
  return MODE == SIBLINGS_ONE_HOT ? 1u : draftWeights[row * p.vocabulary + token];
}

void linkChildren(uint node) {
  uint first = NO_NODE;
  uint children = 0u;
  for (uint i = node + 1u; i < nodes; i++) {
    if (parentOf(i) != node || !isNode(i)) continue;
    if (children == 0u) first = i;
    children++;
  }
  setNodeWord(node, NODE_FIRST, first);
  setNodeWord(node, NODE_CHILDREN, children);
}

// What is known of a child before any wave.
void openChild(uint child) {
  uint parent = parentOf(child);
  uint row = firstNode + parent;
  uint token = tokenOf(child);
  uint drafted = draftedWeight(row, token);
  uint used = 0u;
  uint rank = 0u;
  bool isRepeated = false;
  for (uint i = parent + 1u; i < child; i++) {
    if (parentOf(i) != parent || !isNode(i)) continue;
    rank++;
    isRepeated = isRepeated || tokenOf(i) == token;
    if (MODE == SIBLINGS_WITHOUT_REPLACEMENT) used += draftedWeight(row, tokenOf(i));
  }
  uint next = NO_NODE;
  for (uint i = nodes - 1u; i > child; i--) {
    if (parentOf(i) == parent && isNode(i)) next = i;
  }
  // Without replacement an earlier sibling has used the token up; one-hot, it took its weight.
  uint weight = token < p.vocabulary && !isRepeated ? weights[row * p.vocabulary + token] : 0u;
  setNodeWord(child, NODE_NEXT, next);
  setNodeWord(child, NODE_RANK, rank);
  setNodeWord(child, NODE_DRAFTED, MODE == SIBLINGS_WITHOUT_REPLACEMENT && isRepeated ? 0u : drafted);
  setNodeWord(child, NODE_LEFT, draftTotalOf(row) - used);
  setNodeWord(child, NODE_TOTAL, totals[row * 2u]);
  setNodeWord(child, NODE_WEIGHT, weight);
}

// The wave that tries a child, or one that never comes.
uint waveOf(uint child) { return isNode(child) ? nodeWord(parentOf(child), NODE_START) + nodeWord(child, NODE_RANK) : NEVER; }

void planWaves(uint lane) {
  if (lane < REJECTION_WAVES) waveCounts[lane] = 0u;
  barrier();
  for (uint child = 1u + lane; child < nodes; child += LANES) {
    uint wave = waveOf(child);
    if (wave < WAVES) atomicAdd(waveCounts[wave], 1u);
  }
  barrier();
  if (lane == 0u) {
    uint end = 0u;
    for (uint wave = 0u; wave < REJECTION_WAVES; wave++) {
      uint begin = end;
      end += waveCounts[wave];
      waveCounts[wave] = begin;
      workspace[waveEndAt(wave)] = end;
    }
  }
  barrier();
  for (uint child = 1u + lane; child < nodes; child += LANES) {  // any order in a wave
    uint wave = waveOf(child);
    if (wave < WAVES) workspace[orderAt(atomicAdd(waveCounts[wave], 1u))] = child;
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint status = openTree(lane, p.maximumNodes, p.capacity);
  if (lane == 0u) workspace[blockWord() + PICK_IS_DUE] = 0u;
  if (status != STATUS_OK) nodes = 0u;  // no waves
  for (uint node = lane; node < nodes; node += LANES) {
    linkChildren(node);
    if (node != 0u) openChild(node);
  }
  memoryBarrierBuffer();
  barrier();
  for (uint node = lane; node < nodes; node += LANES) setNodeWord(node, NODE_START, startOf(node));
  memoryBarrierBuffer();
  barrier();
  if (nodes != 0u) beginRule(lane);
  planWaves(lane);
}

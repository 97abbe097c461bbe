// First of a rejection rule's shaders for GPUs: each node's links, what the draft says of it, and the wave that tries it. One
// group a sequence. Include after the rule's tree.
#include "shared/tree.h"

shared uint nodeParents[MAXIMUM_NODES];  // NO_NODE of one that is no child
shared uint nodeRanks[MAXIMUM_NODES];    // among its siblings
shared uint waveCounts[REJECTION_WAVES];

// The wave that tries the node's first child, or NEVER. Defined by the includer.
uint startOf(uint node);

// What else the rule knows before any wave. Defined by the includer.
void beginRule(uint lane);

// Puts off for ever the nodes whose children no wave has to try, as far as that is known already. Defined by the includer.
void prune(uint lane);

// Q of a token in a row of the draft.
uint draftedWeight(uint row, uint token) {
  if (token >= p.vocabulary || !isDrafted(row)) return 0u;
  return MODE == SIBLINGS_ONE_HOT ? 1u : draftWeights[row * p.vocabulary + token];
}

void readParents(uint lane) {
  for (uint node = lane; node < nodes; node += LANES) {
    nodeParents[node] = node == 0u || tokenOf(node) == NO_TOKEN ? NO_NODE : parentOf(node);
  }
  barrier();
}

void linkChildren(uint node) {
  uint first = NO_NODE;
  uint children = 0u;
  for (uint i = node + 1u; i < nodes; i++) {
    if (nodeParents[i] != node) continue;
    if (children == 0u) first = i;
    children++;
  }
  setNodeWord(node, NODE_FIRST, first);
  setNodeWord(node, NODE_CHILDREN, children);
}

// What is known of a child before any wave.
void openChild(uint child, uint parent) {
  uint row = firstNode + parent;
  uint drawnFrom = draftRow(parent, child);
  uint token = tokenOf(child);
  uint drafted = draftedWeight(drawnFrom, token);
  uint used = 0u;
  uint rank = 0u;
  bool isRepeated = false;
  for (uint i = parent + 1u; i < child; i++) {
    if (nodeParents[i] != parent) continue;
    rank++;
    isRepeated = isRepeated || tokenOf(i) == token;
    if (MODE == SIBLINGS_WITHOUT_REPLACEMENT) used += draftedWeight(row, tokenOf(i));
  }
  uint next = child + 1u;
  while (next < nodes && nodeParents[next] != parent) next++;
  // Without replacement an earlier sibling has used the token up; one-hot, it took its weight.
  uint weight = token < p.vocabulary && !isRepeated ? weights[row * p.vocabulary + token] : 0u;
  nodeRanks[child] = rank;
  setNodeWord(child, NODE_NEXT, next < nodes ? next : NO_NODE);
  setNodeWord(child, NODE_RANK, rank);
  setNodeWord(child, NODE_DRAFTED, MODE == SIBLINGS_WITHOUT_REPLACEMENT && isRepeated ? 0u : drafted);
  setNodeWord(child, NODE_LEFT, draftTotalOf(drawnFrom) - used);
  setNodeWord(child, NODE_TOTAL, totals[row * 2u]);
  setNodeWord(child, NODE_WEIGHT, weight);
}

// The wave that tries a child, or one that never comes.
uint waveOf(uint child) {
  uint parent = nodeParents[child];
  return parent == NO_NODE ? NEVER : nodeWord(parent, NODE_START) + nodeRanks[child];
}

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
      // A sequence alone says how many groups a wave has.
      if (p.sequences == 1u) {
        workspace[wave * REJECTION_GROUP_WORDS] = begin == end ? 0u : chunkCount();
        workspace[wave * REJECTION_GROUP_WORDS + 1u] = min(end - begin, stage.groups);
        workspace[wave * REJECTION_GROUP_WORDS + 2u] = 1u;
      }
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
  readParents(lane);
  for (uint node = lane; node < nodes; node += LANES) {
    linkChildren(node);
    if (nodeParents[node] != NO_NODE) openChild(node, nodeParents[node]);
  }
  memoryBarrierBuffer();
  barrier();
  for (uint node = lane; node < nodes; node += LANES) setNodeWord(node, NODE_START, startOf(node));
  memoryBarrierBuffer();
  barrier();
  if (nodes != 0u) {
    beginRule(lane);
    memoryBarrierBuffer();
    barrier();
    prune(lane);
  }
  memoryBarrierBuffer();
  barrier();
  planWaves(lane);
}

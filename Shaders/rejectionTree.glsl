// Rejection on GPUs. What a rejected child leaves does not depend on whether it is rejected, so that all nodes' children are
// tried at once, in waves, each as if all before it were rejected; the walk over the tree then only looks up what became of
// them. A wave's groups have a chunk of a row each. What they find waits in the workspace, a block a sequence.
// Include after the rule.
#ifndef ESPALIER_REJECTION_TREE_GLSL
#define ESPALIER_REJECTION_TREE_GLSL

#define CHUNK_TOKENS stage.chunkTokens
#define WAVES stage.waves
#include "chunk.glsl"

// First the numbers of groups of each wave, x, y and z, then a block a sequence.
// Words of a block: those of the pick, where the waves end in the order, the order of children, nodes, then the sums of
// weights [maximumNodes][chunks][WIDE_WORDS]: of the residual that a child leaves; of the root, which is no child, of the row
// that the token is picked from if that is whole.
#define PICK_IS_DUE 0u
#define PICK_NODE 1u   // whose row gives the token
#define PICK_CHILD 2u  // of its children the one rejected last, or NO_NODE
#define PICK_NUMBER 3u // the random number, WIDE_WORDS

// Words of a node. What is found "before it is tried" is of its parent.
#define NODE_FIRST 0u         // child, or NO_NODE
#define NODE_NEXT 1u          // sibling, or NO_NODE
#define NODE_CHILDREN 2u      // how many
#define NODE_RANK 3u          // among its siblings
#define NODE_START 4u         // the wave that tries its first child, or NEVER
#define NODE_DRAFTED 5u       // Q of its token; 0: the draft cannot have drawn it
#define NODE_LEFT 6u          // S before it is tried
#define NODE_TOTAL 7u         // R before it is tried
#define NODE_WEIGHT 8u        // P of its token before it is tried
#define NODE_DEPTH 9u         // siblings alone
#define NODE_PARENT_SHARE 9u  // A before it is tried; traversal alone
#define NODE_SHARE 10u        // its own, when it is entered; traversal alone

#define NEVER 0x10000u

uint blockWord() {
  uint sums = p.maximumNodes * chunkCount() * WIDE_WORDS;
  uint words = REJECTION_PICK_WORDS + REJECTION_WAVES + p.maximumNodes * (1u + REJECTION_NODE_WORDS) + sums;
  return REJECTION_WAVES * REJECTION_GROUP_WORDS + sequence * words;
}

uint waveEndAt(uint wave) { return blockWord() + REJECTION_PICK_WORDS + wave; }
uint orderAt(uint i) { return waveEndAt(REJECTION_WAVES) + i; }
uint nodeAt(uint node) { return orderAt(p.maximumNodes) + node * REJECTION_NODE_WORDS; }
uint sumAt(uint node, uint chunk) { return nodeAt(p.maximumNodes) + (node * chunkCount() + chunk) * WIDE_WORDS; }

uint nodeWord(uint node, uint word) { return workspace[nodeAt(node) + word]; }
void setNodeWord(uint node, uint word, uint value) { workspace[nodeAt(node) + word] = value; }

// Nodes that waves from ... until end have tried; wave 0 begins at 0.
uint waveEnd(uint wave) { return workspace[waveEndAt(wave)]; }

Wide loadWide(uint at) {
  Wide value;
  [[unroll]] for (uint i = 0u; i < WIDE_WORDS; i++) value[i] = workspace[at + i];
  return value;
}

void storeWide(uint at, Wide value) {
  [[unroll]] for (uint i = 0u; i < WIDE_WORDS; i++) workspace[at + i] = value[i];
}

// Leaves the token to the last shader; for one lane.
void pickLater(uint node, uint child, Wide y) {
  uint at = blockWord();
  workspace[at + PICK_IS_DUE] = 1u;
  workspace[at + PICK_NODE] = node;
  workspace[at + PICK_CHILD] = child;
  storeWide(at + PICK_NUMBER, y);
}

#endif

// The state of a sequence and the arrays of its token tree. All words are 32-bit.
// A batch has one state block a sequence, [sequences][STATE_WORDS]; the nodes of all its trees lie packed in shared arrays.
#ifndef ESPALIER_TREE_H
#define ESPALIER_TREE_H

#include "scalars.h"

// Word offsets in a sequence's state.
#define STATE_LENGTH 0u      // committed slots in the cache = absolute position of the root
#define STATE_SEED_LOW 1u
#define STATE_SEED_HIGH 2u
#define STATE_NODES 3u       // nodes of this round's tree that count, root included
#define STATE_LAST_NODE 4u   // node whose hidden row gave the root's token (input of blockwise heads)
#define STATE_STATUS 5u      // status bits of every round so far
#define STATE_FIRST_NODE 6u  // where the sequence's root stands in the packed node arrays; 0 for a sequence alone
#define STATE_WORDS 8u

// Word offsets in a round's result, the small read-back.
#define RESULT_STATUS 0u
#define RESULT_ACCEPTED 1u   // draft tokens accepted, root not counted
#define RESULT_BONUS 2u
#define RESULT_LENGTH 3u     // STATE_LENGTH after the round
#define RESULT_NODES 4u      // nodes that counted
#define RESULT_PATH 8u       // accepted nodes in order, root first: accepted + 1 words
// The accepted tokens follow at RESULT_PATH + maximumNodes, in the same order, root first; then the tried nodes, by depth.
#define RESULT_ARRAYS 3u     // arrays of maximumNodes words from RESULT_PATH on; a batch has one such block a sequence

// How the children of a node came about: modes of VerifySiblings and VerifyTraversal.
#define SIBLINGS_WITH_REPLACEMENT 0u
#define SIBLINGS_WITHOUT_REPLACEMENT 1u
#define SIBLINGS_ONE_HOT 2u  // deterministic candidates: the draft gave its token with certainty
#define SIBLINGS_K_SEQ 3u    // with replacement, each accepted alike (VerifySiblings alone)
#define SIBLINGS_OWN_ROWS 4u  // each from a row of its own, which is the child's of the draft, not its parent's

struct PromptLookup {
  U32 minimum;          // shortest n-gram tried
  U32 maximum;          // longest n-gram tried, first
  U32 count;            // tokens proposed at most; they become nodes 1...count
  U32 sequences;        // one group each
  U32 historyCapacity;  // tokens of a sequence's history
  U32 capacity;         // nodes that the packed arrays hold
};

struct GatherTokens {
  U32 first;       // tokens[root + first + i] = candidates[source[i]]
  U32 count;
  U32 sequences;
  U32 candidates;  // of a sequence
  U32 capacity;    // nodes that the packed arrays hold
};

struct VerifyMatch {
  U32 maximumNodes;  // a sequence
  U32 pickStride;    // words between rows of picks (argmax and drawTarget write two: token, status)
  U32 sequences;     // one group each
  U32 capacity;      // nodes that the packed arrays hold
  U32 pickOffset;    // word of a row that is the pick
  U32 hasStatus;     // 1: the word after it is its status
};

struct VerifySiblings {
  U32 maximumNodes;  // a sequence
  U32 vocabulary;
  U32 mode;
  U32 sequences;     // one group each
  U32 capacity;      // nodes that the packed arrays hold
  U32 draftRows;     // that the draft has; a node beyond has children of no weight, with own rows none itself
  U32 stream;        // of random numbers, below RANDOM_STREAMS
};

struct VerifyTraversal {
  U32 maximumNodes;  // a sequence
  U32 vocabulary;
  U32 mode;
  U32 sequences;     // one group each
  U32 capacity;      // nodes that the packed arrays hold
  U32 draftRows;     // that the draft has; a node beyond has children of no weight, with own rows none itself
  U32 stream;        // of random numbers, below RANDOM_STREAMS
};

#define MAXIMUM_PATHS 16u         // whose best SelectPath finds
#define RANK_CLASSES 24u          // of tokens: by how much likelier the target finds them than the draft
#define RANK_CLASS_EVEN 12u       // the class from equal probabilities on
#define RANK_CLASS_SHIFT 6u       // four classes a factor of two, from logarithms in units of 2^-8
#define RANK_LOGARITHM_SHIFT 15u  // such logarithms from the bits of a float
#define RANK_STRIDE 256u          // of a class, tokens this far apart are neighbours: so lanes load neighbouring words

struct SelectPath {
  U32 maximumNodes;  // a sequence
  U32 vocabulary;
  U32 paths;         // drawn, at most MAXIMUM_PATHS
  U32 sequences;     // one group each
  U32 capacity;      // nodes that the packed arrays hold
  U32 draftRows;     // that the draft has; a node beyond has children of no weight
};

// What the shaders of a rejection rule leave for one another on GPUs: rejectionTree.glsl.
#define REJECTION_PICK_WORDS 8u     // a sequence: the token that is still to be picked
#define REJECTION_NODE_WORDS 11u    // a node
#define REJECTION_WAVES 16u         // of children tried together, at most
#define REJECTION_GROUP_WORDS 3u    // a wave's number of groups, as an indirect dispatch reads it

struct RejectionStage {
  U32 chunkTokens;  // of a chunk, a multiple of 4; four times VOCABULARY_LANES at most, as many chunks a row at most
  U32 waves;        // of the call, at most REJECTION_WAVES
  U32 wave;         // of this shader
  U32 groups;       // a sequence and chunk; of the plan: at most
};

// Of verifyLossy too.
struct LossyAccept {
  U32 capacity;        // nodes that the packed arrays hold
  U32 maximumNodes;    // a sequence, of verifyLossy
  U32 sequences;
  U32 vocabulary;
  U32 count;           // best tokens a row; 0: best is not read
  U32 distance;        // |token - best token| at most this; NO_TOKEN: the token is among the best instead
  U32 combines;        // 1: nodes that were not accepted before stay so
  U32 readsDivergence; // 0: divergence is not read
  F32 inverseTemperature;
  U32 rowWarps;        // 1: it is not read; each row has its own in the operand warps
  F32 logEpsilon;      // log p > min(logEpsilon, logDelta - entropyScale * entropy)
  F32 logDelta;
  F32 entropyScale;
  F32 gap;             // best logit - logit at most this
  F32 divergence;      // divergence of the row at most this
  F32 maximumEntropy;  // of the row
  F32 minimumGap;      // between the row's best two logits
};

#define CLUSTER_RANKS 32u             // neighbours of a token on each side, at most
#define CLUSTER_TOLERANCE_BITS 30u    // a probability's tolerance is a multiple of 2^-30
#define CLUSTER_COLUMNS 16384u        // of an embedding, at most

struct ClusterAccept {
  U32 capacity;         // nodes that the packed arrays hold: one group each
  U32 sequences;
  U32 vocabulary;
  U32 ranks;            // neighbours on each side, at most CLUSTER_RANKS
  U32 tolerance;        // between probabilities of neighbours, in units of 2^-30
  U32 columns;          // of an embedding; 0: the table is not read
  F32 squaredDistance;  // between embeddings of neighbours, below this
  U32 stream;           // of random numbers, below RANDOM_STREAMS
};

struct VerifyAccepted {
  U32 maximumNodes;  // a sequence
  U32 sequences;     // one group each
  U32 capacity;      // nodes that the packed arrays hold
  U32 hasEndPicks;   // 1: nodes without children have picks of their own
};

struct CommitRound {
  U32 maximumNodes;     // a sequence
  U32 historyCapacity;  // a sequence
  U32 sequences;        // one group each
  U32 capacity;         // nodes that the packed arrays hold
};

struct AdvanceState {
  U32 rows;       // added to STATE_LENGTH
  U32 ownNodes;   // 1: a sequence's STATE_NODES in place of rows
  U32 sequences;
};

#endif

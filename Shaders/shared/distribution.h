#ifndef ESPALIER_DISTRIBUTION_H
#define ESPALIER_DISTRIBUTION_H

#include "scalars.h"

struct Argmax {
  U32 rows;
  U32 vocabulary;
};

struct TopTokens {
  U32 rows;
  U32 vocabulary;
  U32 count;      // tokens a row, best first
  U32 hasValues;  // 0: values are not written
};

struct Distribution {
  U32 rows;
  U32 vocabulary;
  F32 inverseTemperature;
  U32 topK;        // 0: all
  U32 topP;        // share in units of 2^-32; 0: all
  U32 leastWeight; // min-p: lesser weights become 0, before topK; the greatest weight is 2^30
  U32 typicalP;    // share in units of 2^-32; 0: all
  U32 rowWarps;    // 1: the five above are not read; each row has its own in the operand warps
};

#define WARP_WORDS 5u  // inverseTemperature, topK, topP, leastWeight, typicalP
#define LEAST_INVERSE_TEMPERATURE_BITS 0x1f800000u     // 2^-64
#define GREATEST_INVERSE_TEMPERATURE_BITS 0x49800000u  // 2^20

#define ROW_CHUNK_WORDS 4u  // that a chunk of a row leaves in the workspace; VOCABULARY_LANES chunks a row at most
#define SELECTION_BINS 2048u      // of keys, by which a row's first selection counts its tokens
#define ROW_SELECTION_WORDS 2064u // that it leaves there: the bins, then 16 for the words of warpChunk.glsl

struct RowStatistics {
  U32 rows;
  U32 vocabulary;
  F32 inverseTemperature;
  U32 rowWarps;    // 1: it is not read; each row has its own in the operand warps
};

struct Softmax {
  U32 rows;
  U32 columns;
  F32 inverseTemperature;
  U32 significantBits;   // of the probabilities
};

struct TokenLogProbability {
  U32 rows;
  U32 vocabulary;
  U32 count;       // tokens a row
  F32 inverseTemperature;
  U32 rowWarps;    // 1: it is not read; each row has its own in the operand warps
};

struct Divergence {
  U32 rows;
  U32 vocabulary;
  F32 inverseTemperature;
  U32 rowWarps;    // 1: it is not read; each row has its own in the operand warps
};

struct WarpRows {
  U32 rows;
  F32 inverseTemperature;  // the words of every row, but for what it has of its own
  U32 topK;
  U32 topP;
  U32 leastWeight;
  U32 typicalP;
  U32 hasTemperatures;     // 1: each row has its own temperature
  U32 hasTopP;             // 1: each row has its own share
};

#define COUNTED_TOKENS 4096u  // whose occurrences penalties counts at a time

struct Penalties {
  U32 rows;               // row r is packed node r
  U32 vocabulary;
  U32 historyCapacity;    // tokens that the history can hold, at least 1
  U32 window;             // latest tokens that count; 0: none
  F32 repetition;         // factor of a logit that is not above 0; 1: none
  F32 inverseRepetition;  // factor of a logit above 0
  F32 presence;           // taken from the logit of a token that occurs
  F32 frequency;          // taken once an occurrence
  U32 hasBias;            // 0: bias is not read
  U32 maskWords;          // words a mask row; 0: mask is not read
  U32 rowMasks;           // 1: a mask row for each row; 0: one for all
  U32 sequences;          // 1: owners is not read
  U32 rowSettings;        // 1: window to frequency are not read; each row has its own in the operand settings
  U32 rowBiases;          // 1: a row of biases for each row; 0: one for all
};

#define PENALTY_WORDS 5u  // repetition, inverseRepetition, presence, frequency, window

struct MixLogits {
  U32 rows;
  U32 vocabulary;
  F32 scaleA;
  F32 scaleB;              // MIX_TRANSFER: of the difference of probabilities
  F32 threshold;           // log(alpha) <= 0 below the best of a, MIX_TRANSFER: of b; -infinity keeps all
  U32 mode;                // MIX_LOGITS, MIX_LOG_PROBABILITIES or MIX_TRANSFER
  F32 inverseTemperature;  // MIX_TRANSFER: of both softmaxes
};

struct DrawTarget {
  U32 rows;        // row r is packed node r
  U32 vocabulary;
  U32 sequences;   // 1: owners is not read
  U32 stream;      // of random numbers: the index of the counter
};

struct DrawLogits {
  U32 rows;        // row r is packed node r
  U32 vocabulary;
  U32 sequences;   // 1: owners is not read
  F32 inverseTemperature;
  U32 leastWeight; // as in Distribution
  U32 stream;      // of random numbers: the index of the counter
  U32 rowWarps;    // 1: temperature and leastWeight are not read; each row has its own in the operand warps
};

struct DrawGumbel {
  U32 rows;        // row r is packed node r
  U32 vocabulary;
  U32 sequences;   // 1: owners is not read
  U32 count;       // tokens a row, greatest key first
  U32 rowStreams;  // 1: noise of its own for each node; 0: one for all nodes at a position
  U32 stream;      // of noise, or of the first node's
};

struct DrawShared {
  U32 rows;        // row r is packed node r
  U32 vocabulary;
  U32 sequences;   // 1: owners is not read
  F32 inverseTemperature;
  F32 ratio;       // R: the first row's part of the mixture
  F32 rest;        // 1 - R
  U32 stream;      // of noise
  U32 rowWarps;    // 1: inverseTemperature is not read; each row has its own in the operand warps
};

struct CombineDistributions {
  U32 rows;
  U32 vocabulary;
  U32 mode;        // COMBINE_MIXTURE, COMBINE_RESIDUAL or COMBINE_MINIMUM
  U32 factorA;     // of the first law; both factors in one unit: 2^-31 in a mixture
  U32 factorB;     // of the second law
};

struct SuppressTokens {
  U32 rows;
  U32 vocabulary;
  U32 count;       // tokens a list
  U32 rowLists;    // 1: a list for each row; 0: one for all
};

struct GroupSums {
  U32 rows;
  U32 vocabulary;
  U32 groups;      // sums a row
};

struct DrawChildren {
  U32 parents;         // distribution rows
  U32 vocabulary;
  U32 children;        // a parent; of a tree at most
  U32 replacement;     // 1: independent draws; 0: without replacement
  U32 firstChild;      // node of parent 0's child 0; children of parent i follow at + i * children
  U32 childDepth;      // all children have this depth
  U32 firstParent;     // draft rows are kept by parent node: weights row firstParent + i
  U32 keyedByNode;     // 0: random numbers keyed by position and child; 1: by round and node
  U32 sequences;
  U32 rows;            // draft rows held, all sequences' nodes packed
  U32 capacity;        // tokens held, packed alike
  U32 maximumNodes;    // of a sequence's tree, whose parents tell the children; 0: children follow from firstChild
  U32 stream;          // of random numbers, below RANDOM_STREAMS
};

#endif

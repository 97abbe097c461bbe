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
};

struct TokenLogProbability {
  U32 rows;
  U32 vocabulary;
  U32 count;      // tokens a row
};

struct Divergence {
  U32 rows;
  U32 vocabulary;
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
};

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
};

struct DrawLogits {
  U32 rows;        // row r is packed node r
  U32 vocabulary;
  U32 sequences;   // 1: owners is not read
  F32 inverseTemperature;
  U32 leastWeight; // as in Distribution
};

struct DrawGumbel {
  U32 rows;        // row r is packed node r
  U32 vocabulary;
  U32 sequences;   // 1: owners is not read
  U32 count;       // tokens a row, greatest key first
  U32 rowStreams;  // 1: noise of its own for each node; 0: one for all nodes at a position
};

struct DrawShared {
  U32 rows;        // row r is packed node r
  U32 vocabulary;
  U32 sequences;   // 1: owners is not read
  F32 inverseTemperature;
  F32 ratio;       // R: the first row's part of the mixture
  F32 rest;        // 1 - R
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
  U32 children;        // a parent
  U32 replacement;     // 1: independent draws; 0: without replacement
  U32 firstChild;      // node of parent 0's child 0; children of parent i follow at + i * children
  U32 childDepth;      // all children have this depth
  U32 firstParent;     // draft rows are kept by parent node: weights row firstParent + i
  U32 keyedByNode;     // 0: random numbers keyed by position and child; 1: by round and node
  U32 sequences;
  U32 rows;            // draft rows held, all sequences' nodes packed
  U32 capacity;        // tokens held, packed alike
};

#endif

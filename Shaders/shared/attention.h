#ifndef ESPALIER_ATTENTION_H
#define ESPALIER_ATTENTION_H

#include "scalars.h"

// A cache is words [slots][rowWords] of keys, and as many of values. Formats of a row:
#define CACHE_F16 0u
#define CACHE_BF16 1u
#define CACHE_Q8 2u        // bytes, then an f16 scale a block of 32 columns; rows are multiples of four words
#define CACHE_Q8_BLOCK 32u

// Words after the weighted values of a span: maximum, sum, 1 if the span exists, unused.
#define PART_MAXIMUM 0u
#define PART_SUM 1u
#define PART_EXISTS 2u
#define PART_WORDS 4u

struct KeyValueAppend {
  U32 rows;
  U32 firstRow;      // row r is packed row firstRow + r
  U32 keyColumns;    // keyHeads * headSize, even
  U32 keyStride;     // elements between rotated rows (query and key)
  U32 keyOffset;     // element where the key starts in such a row
  U32 valueStride;   // elements between rows of the projection
  U32 valueOffset;   // element where the value starts there
  U32 slots;         // of the whole cache
  U32 rowWords;      // words of a slot's keys, and of its values
  U32 format;
  U32 sequences;
  U32 pageSize;      // slots a page; 0: slot t of the only sequence lies at t
  U32 pagesPerSequence;
};

struct RotaryAppend {
  U32 rows;
  U32 firstRow;         // row r is packed row firstRow + r
  U32 heads;
  U32 keyHeads;
  U32 headSize;         // even
  U32 inputColumns;     // (heads + 2 * keyHeads) * headSize: query, key, value
  U32 significantBits;  // of the query; keys are only flushed
  U32 rotarySize;       // elements of a head that turn, even; the others pass
  U32 pairing;          // ROTARY_HALVES or ROTARY_INTERLEAVED
  U32 keyColumns;       // keyHeads * headSize
  U32 slots;            // of the whole cache
  U32 rowWords;         // words of a slot's keys, and of its values
  U32 format;
  U32 sequences;
  U32 pageSize;         // slots a page; 0: slot t of the only sequence lies at t
  U32 pagesPerSequence;
};

struct TreeAttention {
  U32 rows;
  U32 firstRow;         // row r is packed row firstRow + r
  U32 heads;
  U32 keyHeads;
  U32 headSize;         // even, at most 256
  U32 queryColumns;     // from row to row of the query, a multiple of headSize
  U32 maskWords;        // words of ancestor bits a row; 0: causal (row i sees in-flight rows 0...i)
  U32 slots;            // of the whole cache
  U32 rowWords;         // words of a slot's keys, and of its values
  U32 format;           // for the reference; shaders are specialized
  U32 sequences;
  U32 pageSize;         // slots a page; 0: slot t of the only sequence lies at t
  U32 pagesPerSequence;
  U32 isCross;          // 1: rows see the committed slots alone
  U32 window;           // positions that a row reaches back, its own included; 0: all
  F32 scale;
  F32 softCap;          // 0: none
  F32 inverseSoftCap;   // rounded from double
  U32 significantBits;  // of the output
  U32 spans;            // of a row and head in parts
  U32 spansPerGroup;    // neighbours that one group of attentionSpans computes
};

struct AttentionMerge {
  U32 rows;
  U32 heads;
  U32 headSize;
  U32 spans;
  U32 significantBits;
};

struct CompactCache {
  U32 rowWords;      // words of a slot's keys, and of its values
  U32 slots;
  U32 maximumNodes;  // a result has RESULT_PATH + RESULT_ARRAYS * maximumNodes words
  U32 sequences;
  U32 pageSize;
  U32 pagesPerSequence;
};

#endif

#ifndef ESPALIER_ATTENTION_H
#define ESPALIER_ATTENTION_H

#include "scalars.h"

// A cache is f16 in words of two: keys [slots][keyHeads * headSize / 2], then values of the same shape.
struct KeyValueAppend {
  U32 rows;
  U32 firstRow;      // row r goes to slot length + firstRow + r
  U32 keyColumns;    // keyHeads * headSize, even
  U32 keyStride;     // elements between rotated rows (query and key)
  U32 keyOffset;     // element where the key starts in such a row
  U32 valueStride;   // elements between rows of the projection
  U32 valueOffset;   // element where the value starts there
  U32 slots;         // capacity; rows beyond it are dropped
};

struct TreeAttention {
  U32 rows;
  U32 firstRow;         // row r is in-flight row firstRow + r
  U32 heads;
  U32 keyHeads;
  U32 headSize;         // even, at most 256
  U32 maskWords;        // words of ancestor bits a row; 0: causal (row i sees in-flight rows 0...i)
  U32 slots;
  F32 scale;
  U32 significantBits;  // of the output
};

struct CompactCache {
  U32 rowWords;   // words a slot: keyHeads * headSize / 2
  U32 slots;
  U32 planes;     // 2: keys and values
};

#endif

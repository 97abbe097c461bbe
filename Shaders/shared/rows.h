// Row-wise kernels. Rows are dense: row r of a matrix with n columns starts at element r * n.
#ifndef ESPALIER_ROWS_H
#define ESPALIER_ROWS_H

#include "scalars.h"

struct EmbeddingGather {
  U32 rows;
  U32 columns;     // even
  U32 vocabulary;
  U32 firstRow;    // tokens[firstRow + r] is the token of output row r
};

struct RmsNorm {
  U32 rows;
  U32 columns;
  F32 inverseColumns;   // 1 / columns, rounded from double
  F32 epsilon;
  U32 significantBits;  // of the output
};

struct Swiglu {
  U32 rows;
  U32 columns;          // of the output; the input has twice as many: gate, then up
  U32 significantBits;
};

struct ResidualAdd {
  U32 count;
  U32 significantBits;
};

struct RoundActivations {
  U32 count;
  U32 significantBits;
};

struct Rotary {
  U32 rows;
  U32 firstRow;         // depth[firstRow + r] is the depth of row r
  U32 heads;
  U32 keyHeads;
  U32 headSize;         // even
  U32 inputColumns;     // (heads + 2 * keyHeads) * headSize: query, key, value
  U32 significantBits;  // of the rotated query; keys are only flushed
};

struct GatherRow {
  U32 columns;
  U32 rows;
};

#endif

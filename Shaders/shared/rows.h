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

struct EmbeddingMix {
  U32 rows;
  U32 columns;     // even
  U32 vocabulary;
  U32 firstRow;    // tokens[firstRow + r] are the tokens of output row r
  U32 count;       // tokens a row
  U32 significantBits;
};

struct RmsNorm {
  U32 rows;
  U32 segments;         // of a row, neighbours, each with a norm of its own
  U32 columns;          // of a segment
  U32 stride;           // elements of a row of x and out in which the segments lie
  U32 first;            // their first one there
  F32 inverseColumns;   // 1 / columns, rounded from double
  F32 epsilon;
  U32 significantBits;  // of the output
};

struct LayerNorm {
  U32 rows;
  U32 columns;
  F32 inverseColumns;   // 1 / columns, rounded from double
  F32 epsilon;          // 2^-60 or more
  U32 significantBits;  // of the output
};

struct GatedUnit {
  U32 rows;
  U32 columns;          // of the output; the input has twice as many: gate, then up
  U32 significantBits;
};

struct Gelu {
  U32 count;
  U32 significantBits;
};

struct Softplus {
  U32 rows;
  U32 columns;
  U32 inputStride;      // elements of a row in which the columns of x lie
  U32 inputFirst;       // their first one there
  U32 significantBits;
};

struct ScaleColumns {
  U32 rows;
  U32 columns;
  U32 inputStride;      // elements of a row in which the columns of x lie
  U32 inputFirst;       // their first one there
  U32 width;            // columns that share a scale
  U32 scaleStride;      // elements of a row in which the scales lie; 0: all rows have the same
  U32 scaleFirst;       // the first one there
  U32 hasBase;          // 0: base is not read
  U32 hasGate;          // 1: a scale is taken times its sigmoid (SiLU)
  U32 significantBits;  // of the output
};

struct ResidualAdd {
  U32 count;
  U32 significantBits;
};

struct ScaledAdd {
  U32 count;
  F32 scaleA;
  F32 scaleB;
  U32 significantBits;
};

struct RoundActivations {
  U32 count;
  U32 significantBits;
};

struct QuantizeRows {
  U32 rows;
  U32 columns;
};

struct Rotary {
  U32 rows;
  U32 firstRow;         // depth[firstRow + r] is the depth of row r
  U32 heads;
  U32 keyHeads;
  U32 headSize;         // even
  U32 inputColumns;     // (heads + 2 * keyHeads) * headSize: query, key, value
  U32 significantBits;  // of the query; keys are only flushed
  U32 rotarySize;       // elements of a head that turn, even; the others pass
  U32 pairing;          // ROTARY_HALVES or ROTARY_INTERLEAVED
  U32 sequences;
};

struct GatherRow {
  U32 columns;
  U32 rows;
  U32 sequences;
};

struct GatherColumns {
  U32 rows;
  U32 columns;
  U32 count;            // indices a list
  U32 rowLists;         // 1: a list for each row; 0: one for all
  U32 missing;          // the word in place of columns that do not exist
};

struct GatherRows {
  U32 sequences;
  U32 rows;             // of a sequence of x
  U32 columns;
  U32 count;            // rows of a sequence of out
  U32 firstSource;      // of a sequence's sources
  U32 sourceStride;     // words between the sources of two sequences
  U32 missing;          // the word in place of rows that do not exist
};

struct ScatterRows {
  U32 count;            // rows of x
  U32 columns;
  U32 rows;             // of out
  U32 sequences;        // each with rows of its own
};

#endif

// Building token trees: one group a sequence; the sequence's nodes start at its STATE_FIRST_NODE in arrays of `capacity` nodes.
#ifndef ESPALIER_GROWTH_H
#define ESPALIER_GROWTH_H

#include "scalars.h"

struct TreeLayout {
  U32 sequences;
  U32 maximumNodes;  // of a sequence
  U32 capacity;
  U32 maskWords;     // words of ancestor bits a node
};

// A growing tree has rows of candidates: row r holds the children of one node of the draft's tree, node r.
struct GrowTree {
  U32 sequences;
  U32 firstRow;      // the depth's rows are firstRow ..< firstRow + rows
  U32 rows;
  U32 maximumRows;   // of a sequence's store
  U32 count;         // candidates a row; candidate r * count + j is the j-th of row r
  U32 width;         // rows of the next depth; 0 after the last
  U32 firstInput;    // row of the inputs that is row firstRow
  U32 inputRows;     // between the inputs of two sequences
  U32 accumulates;   // 1: a score is its parent's plus the candidate's; 0: the candidate's own
};

#define MAXIMUM_CANDIDATES 256u  // of a row

struct ConditionKeys {
  U32 sequences;
  U32 firstRow;      // the depth's rows are firstRow ..< firstRow + rows
  U32 rows;
  U32 maximumRows;   // of a sequence's store
  U32 count;         // candidates a row
  U32 vocabulary;
  U32 firstInput;    // as of GrowTree
  U32 inputRows;
};

struct SelectTree {
  U32 sequences;
  U32 rows;          // rows grown so far
  U32 maximumRows;
  U32 count;
  U32 nodes;         // of the tree, root included
  U32 capacity;
};

struct MergePaths {
  U32 sequences;
  U32 paths;
  U32 maximumLength; // tokens a path at most
  U32 maximumNodes;
  U32 capacity;
  U32 merging;       // 1: equal beginnings share nodes; 0: paths stand side by side
};

// Elements of all paths of a sequence.
#define MAXIMUM_PATH_TOKENS 4096u

#endif

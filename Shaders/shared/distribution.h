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
};

struct DrawTarget {
  U32 rows;        // row r is tree node r
  U32 vocabulary;
};

struct DrawChildren {
  U32 parents;         // distribution rows
  U32 vocabulary;
  U32 children;        // a parent
  U32 replacement;     // 1: independent draws; 0: without replacement
  U32 firstChild;      // node of parent 0's child 0; children of parent i follow at + i * children
  U32 childDepth;      // all children have this depth
  U32 firstParent;     // draft rows are kept by parent node: weights row firstParent + i
};

#endif

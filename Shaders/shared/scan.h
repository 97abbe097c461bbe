// Recurrent layers over a token tree: what attention's cache is to keys, a committed state and tail are here.
#ifndef ESPALIER_SCAN_H
#define ESPALIER_SCAN_H

#include "scalars.h"

#define MAXIMUM_STATE_SIZE 1024u  // elements of a group's key

struct TreeScan {
  U32 sequences;
  U32 rows;             // in flight, of all sequences
  U32 heads;
  U32 headSize;         // elements of a head's value
  U32 stateSize;        // elements of a group's key and query, at most MAXIMUM_STATE_SIZE
  U32 groups;           // of keys and queries; head h reads group h / (heads / groups)
  U32 decays;           // a head: 1, or stateSize
  U32 isTree;           // 1: a state a row; 0: rows follow one another and move the committed state
  U32 significantBits;  // of the output
  U32 queryStride;      // elements of a row in which query lies
  U32 queryFirst;       // its first column there
  U32 keyStride;
  U32 keyFirst;
  U32 valueStride;
  U32 valueFirst;
  U32 decayStride;
  U32 decayFirst;
};

struct TreeConvolution {
  U32 sequences;
  U32 rows;
  U32 channels;
  U32 width;            // taps: the row itself and its width - 1 nearest ancestors
  U32 isTree;           // 0: the row before is the parent
  U32 hasBias;
  U32 hasGate;          // 1: the sum times its sigmoid (SiLU)
  U32 significantBits;  // of the output
  U32 inputStride;      // elements of a row in which the channels of x lie
  U32 inputFirst;       // the first channel's column there
};

struct GatherState {
  U32 sequences;
  U32 maximumNodes;
  U32 resultWords;      // of a sequence
  U32 rows;
  U32 words;            // a state: heads * stateSize * headSize
};

struct GatherTail {
  U32 sequences;
  U32 maximumNodes;
  U32 resultWords;      // of a sequence
  U32 rows;
  U32 channels;
  U32 width;
  U32 isTree;           // 0: all rows of the sequence are taken, in order
  U32 inputStride;      // elements of a row in which the channels of x lie
  U32 inputFirst;       // the first channel's column there
};

#endif

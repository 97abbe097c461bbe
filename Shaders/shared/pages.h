// Paged caches: slot t of sequence s lies in page table[s][t / pageSize] of a pool, at t % pageSize.
#ifndef ESPALIER_PAGES_H
#define ESPALIER_PAGES_H

#include "scalars.h"

#define NO_PAGE 0xffffffffu  // a table entry that names no page

struct AllocatePages {
  U32 sequences;
  U32 pages;             // of the pool
  U32 pagesPerSequence;  // entries of a sequence's table
  U32 pageSize;          // slots
  U32 rows;              // slots to be written behind the committed ones; 0: STATE_NODES
  U32 sitsOut;           // 1: a sequence that is not served loses its nodes
};

struct ReleasePages {
  U32 sequences;
  U32 pages;
  U32 pagesPerSequence;
  U32 pageSize;
  U32 keep;              // slots kept at most, beside those above the committed length
};

struct ForkPages {
  U32 sequences;
  U32 pages;
  U32 pagesPerSequence;
  U32 pageSize;
};

struct CopyPages {
  U32 sequences;
  U32 pages;
  U32 pageWords;         // words of a page's keys, and of its values
};

#endif

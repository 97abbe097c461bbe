// Entries of a page table. Include after the parameters p and the buffer state are declared.
#ifndef ESPALIER_PAGES_GLSL
#define ESPALIER_PAGES_GLSL

#include "packed.glsl"

// Pages that hold `slots` slots, without a carry.
uint pagesOf(uint slots) { return slots / p.pageSize + (slots % p.pageSize == 0u ? 0u : 1u); }

uint entryAt(uint sequence, uint entry) { return sequence * p.pagesPerSequence + entry; }

#endif

// Where slots lie. Include after the push constants `p` and the buffer pages are declared.
#ifndef ESPALIER_CACHE_SLOTS_GLSL
#define ESPALIER_CACHE_SLOTS_GLSL

#include "shared/attention.h"

#define NO_SLOT 0xffffffffu

// Slots of a sequence.
uint slotCapacity() { return p.pageSize == 0u ? p.slots : p.pagesPerSequence * p.pageSize; }

// Where slot `slot` of a sequence lies; NO_SLOT if it does not exist or is missing.
uint physicalSlot(uint sequence, uint slot) {
  if (slot >= slotCapacity()) return NO_SLOT;
  if (p.pageSize == 0u) return slot;
  uint page = pages[sequence * p.pagesPerSequence + slot / p.pageSize];
  return page < p.slots / p.pageSize ? page * p.pageSize + slot % p.pageSize : NO_SLOT;
}

#endif

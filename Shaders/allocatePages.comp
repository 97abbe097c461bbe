// Gives each sequence the pages that its next rows need, its own to write to; one group for all sequences.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/pages.h"
#include "stride.glsl"
#include "workgroup.glsl"

layout(push_constant) uniform Push { AllocatePages p; };
layout(set = 0, binding = 0, std430) buffer State { uint state[]; };                      // [sequences][STATE_WORDS]
layout(set = 0, binding = 1, std430) buffer Table { uint table[]; };                      // [sequences][pagesPerSequence]
layout(set = 0, binding = 2, std430) buffer Counts { uint counts[]; };                    // [pages]
layout(set = 0, binding = 3, std430) coherent buffer Scratch { uint scratch[]; };         // free pages, then replaced ones
layout(set = 0, binding = 4, std430) writeonly buffer Copies { uint copies[]; };          // [sequences][2]
layout(set = 0, binding = 5, std430) writeonly buffer Status { uint statuses[]; };        // [sequences]

#include "pages.glsl"

// Entries to be written, first and end; the end lies before the first where they do not fit into the table.
uvec2 writtenEntries(uint sequence) {
  uint length = stateWord(sequence, STATE_LENGTH);
  uint rows = p.rows == 0u ? stateWord(sequence, STATE_NODES) : p.rows;
  uint slots = p.pagesPerSequence * p.pageSize;
  if (length > slots || rows > slots - length) return uvec2(1u, 0u);
  if (rows == 0u) return uvec2(0u);
  return uvec2(length / p.pageSize, pagesOf(length + rows));
}

// Counts change only after the last question.
bool needsPage(uint sequence, uint entry) {
  uint page = table[entryAt(sequence, entry)];
  return page >= p.pages || counts[page] != 1u;
}

uint needsOf(uint sequence) {
  uvec2 entries = writtenEntries(sequence);
  uint needs = 0u;
  EACH(e, entries.x, entries.y) needs += needsPage(sequence, e) ? 1u : 0u;
  return needs;
}

// Writes the free pages in ascending order; their number.
uint listFreePages(uint lane) {
  uvec2 own = ownBlock(lane, p.pages);
  uint count = 0u;
  for (uint page = own.x; page < own.y; page++) count += counts[page] == 0u ? 1u : 0u;
  Wide total;
  uint next = scanAdd(lane, widen(count), total).x - count;
  for (uint page = own.x; page < own.y; page++) {
    if (counts[page] == 0u) scratch[next++] = page;
  }
  return total.x;
}

// Gives free page `next` and those after it to the entries of a sequence; the pair to copy.
uvec2 serve(uint sequence, uint next) {
  uvec2 pair = uvec2(NO_PAGE);
  uvec2 entries = writtenEntries(sequence);
  EACH(e, entries.x, entries.y) {
    if (needsPage(sequence, e)) {
      uint old = table[entryAt(sequence, e)];
      uint page = scratch[next];
      scratch[p.pages + next] = old;
      next++;
      table[entryAt(sequence, e)] = page;
      bool isPartial = e == entries.x && stateWord(sequence, STATE_LENGTH) % p.pageSize != 0u;
      if (isPartial && old < p.pages) pair = uvec2(old, page);
    }
  }
  return pair;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint available = listFreePages(lane);
  memoryBarrierBuffer();
  barrier();

  uvec2 own = ownBlock(lane, p.sequences);
  uint needs = 0u;
  for (uint s = own.x; s < own.y; s++) needs += needsOf(s);
  Wide total;
  uint next = scanAdd(lane, widen(needs), total).x - needs;
  uint given = 0u;  // pages given away by this lane and those before it
  for (uint s = own.x; s < own.y; s++) {
    uvec2 entries = writtenEntries(s);
    uint count = needsOf(s);
    bool isServed = count <= available && next <= available - count;
    uvec2 pair = uvec2(NO_PAGE);
    if (isServed && count != 0u) {
      pair = serve(s, next);
      given = next + count;
    }
    next += count;
    copies[2u * s] = pair.x;
    copies[2u * s + 1u] = pair.y;
    bool isShort = entries.x > entries.y || (count != 0u && !isServed);
    statuses[s] = isShort ? STATUS_OUT_OF_PAGES : STATUS_OK;
    // No other lane reads this sequence's state, and this one no more.
    if (isShort && p.sitsOut != 0u) state[s * STATE_WORDS + STATE_NODES] = 0u;
  }

  given = groupMaximum(lane, given);
  memoryBarrierBuffer();
  barrier();
  for (uint k = lane; k < given; k += LANES) {
    atomicAdd(counts[scratch[k]], 1u);
    uint old = scratch[p.pages + k];
    if (old < p.pages) atomicAdd(counts[old], 0xffffffffu);
  }
}

// The best tokens of a row, in one pass over its keys and a walk of the few blocks that can hold them.
// A lane's block is every LANES-th token of a tile, or with QUADS every LANES-th four neighbours. The `count`-th best of the
// blocks' best keys bounds the `count`-th best key, so tokens beyond that bound need no second look.
#ifndef ESPALIER_TOP_GLSL
#define ESPALIER_TOP_GLSL

#include "shared/contract.h"
#include "neighbours.glsl"
#include "select.glsl"

#define TOP_BLOCKS 1024u
#define TOP_CANDIDATES 1024u
#define MAXIMUM_BEST 256u

shared uvec2 candidates[TOP_CANDIDATES];  // key, token; in any order
shared uint candidateCount;
shared uint blockBest[TOP_BLOCKS];        // a lane reads those that it wrote

#ifdef QUADS
// Defined by the includer: the keys of tokens first ... first + 3, those past the row's end no better than any before it.
uvec4 keysOf(uint first);

#ifndef FIRST_KEYS_OF  // the includer's, where its first look at tokens is another one
#define FIRST_KEYS_OF(first) keysOf(first)
#endif

uint bestKey(uint first) {
  uvec4 keys = FIRST_KEYS_OF(first);
  return min(min(keys.x, keys.y), min(keys.z, keys.w));
}
#else
uint bestKey(uint token) { return keyOf(token); }
#endif

// This lane's blocks begin at its first neighbours, a tile later ... and have the numbers lane, lane + LANES ...
uint tileTokens(uint vocabulary) {
  uint least = TOP_BLOCKS * NEIGHBOURS;  // of all blocks together
  return (vocabulary + least - 1u) / least * NEIGHBOURS * LANES;
}

// The least bound of key, bit by bit, that `count` blocks reach, or one that exactly so many reach.
uint boundOfBest(uint lane, uint vocabulary, uint count) {
  uint tile = tileTokens(vocabulary);
  uint owned = 0u;
  for (uint first = NEIGHBOURS * lane; first < vocabulary; first += tile) {
    uint best = KEEP_ALL;
    uint end = min(first + tile, vocabulary);
    for (uint token = first; token < end; token += NEIGHBOURS * LANES) best = min(best, bestKey(token));
    blockBest[owned * LANES + lane] = best;
    owned++;
  }
  uint bound = 0u;
  for (int bit = 31; bit >= 0; bit--) {
    uint tried = bound | ((1u << bit) - 1u);
    uint within = 0u;
    for (uint i = 0u; i < owned; i++) within += blockBest[i * LANES + lane] <= tried ? 1u : 0u;
    within = groupAdd(lane, within);
    if (within == count) return tried;
    if (within < count) bound |= 1u << bit;
  }
  return bound;
}

// Once there are too many, the lane need not look on: its block and its row end.
void collect(uint key, uint token, uint bound, inout uint end, inout uint last) {
  if (key <= bound) {
    uint slot = atomicAdd(candidateCount, 1u);
    if (slot < TOP_CANDIDATES) {
      candidates[slot] = uvec2(key, token);
    } else {
      end = last = 0u;
    }
  }
}

void collectNeighbours(uint first, uint bound, inout uint end, inout uint last) {
#ifdef QUADS
  // What lies past the row's end ranks behind all of the row, if it is collected at all.
  uvec4 keys = keysOf(first);
  [[unroll]] for (uint i = 0u; i < 4u; i++) collect(keys[i], first + i, bound, end, last);
#else
  collect(keyOf(first), first, bound, end, last);
#endif
}

void collectKept(uint key, uint token, Cut cut) {
  if (isKept(cut, key, token)) candidates[atomicAdd(candidateCount, 1u)] = uvec2(key, token);
}

void collectKeptElements(uint first, uint vocabulary, Cut cut) {
#ifdef SELECTS_QUADS
  uvec4 keys = keysOf(first);
  [[unroll]] for (uint i = 0u; i < 4u; i++)
    if (first + i < vocabulary) collectKept(keys[i], first + i, cut);
#else
  collectKept(keyOf(first), first, cut);
#endif
}

// Collects at least the `kept` best tokens, 1 ... MAXIMUM_BEST and at most `vocabulary`; gives their number.
uint collectBest(uint lane, uint vocabulary, uint kept) {
  uint bound = boundOfBest(lane, vocabulary, kept);
  if (lane == 0u) candidateCount = 0u;
  barrier();
  uint tile = tileTokens(vocabulary);
  uint block = lane;
  uint last = vocabulary;
  for (uint first = NEIGHBOURS * lane; first < last; first += tile) {
    uint end = blockBest[block] <= bound ? min(first + tile, vocabulary) : first;
    for (uint token = first; token < end; token += NEIGHBOURS * LANES) {
      collectNeighbours(token, bound, end, last);
    }
    block += LANES;
  }
  barrier();
  uint found = candidateCount;
  barrier();
  if (found <= TOP_CANDIDATES) return found;

  // Crowded blocks or many equal keys: select among all.
  Cut cut = findCut(lane, vocabulary, kept);
  if (lane == 0u) candidateCount = 0u;
  barrier();
  EACH_ELEMENTS(first, vocabulary) collectKeptElements(first, vocabulary, cut);
  barrier();
  return kept;
}

// Ranks of four candidates among `found`: how many are better, whatever the order they arrived in.
uvec4 ranksOf(uvec4 keys, uvec4 tokens, uint found) {
  uvec4 ranks = uvec4(0u);
  for (uint i = 0u; i < found; i++) {
    uvec2 other = candidates[i];
    uvec4 isLower = uvec4(equal(uvec4(other.x), keys)) & uvec4(lessThan(uvec4(other.y), tokens));
    ranks += uvec4(lessThan(uvec4(other.x), keys)) | isLower;
  }
  return ranks;
}

// The cut that keeps the candidates up to this rank.
Cut cutAtRank(uint lane, uint found, uint rank) {
  bool isOwner = false;
  uint owned = 0u;
  for (uint first = 4u * lane; first < found; first += 4u * LANES) {
    uvec4 own = min(first + uvec4(0u, 1u, 2u, 3u), uvec4(found - 1u));
    uvec4 ranks = ranksOf(
      uvec4(candidates[own.x].x, candidates[own.y].x, candidates[own.z].x, candidates[own.w].x),
      uvec4(candidates[own.x].y, candidates[own.y].y, candidates[own.z].y, candidates[own.w].y), found);
    for (uint i = 0u; i < 4u; i++) {
      if (ranks[i] != rank) continue;
      isOwner = true;
      owned = own[i];
    }
  }
  uvec2 last = candidates[broadcast(lane, isOwner, owned, 0u)];
  return Cut(last.x, last.y);
}

#ifdef WRITES_BEST
// Elements are taken one by one, ties in their order.
uint tokenOf(uint element) { return element; }

uint amountOf(uint key, uint element) { return 1u; }

uint leastAmountOf(uint key) { return 1u; }

// Defined by the includer: writes the token that has this rank.
void writeBest(uint rank, uint key, uint token);

// Writes the `kept` best tokens in any order.
void writeAllBest(uint lane, uint vocabulary, uint kept) {
  uint found = collectBest(lane, vocabulary, kept);
  for (uint first = 4u * lane; first < found; first += 4u * LANES) {
    uvec2 own[4];
    for (uint i = 0u; i < 4u; i++) own[i] = candidates[min(first + i, found - 1u)];
    uvec4 ranks = ranksOf(
      uvec4(own[0].x, own[1].x, own[2].x, own[3].x), uvec4(own[0].y, own[1].y, own[2].y, own[3].y), found);
    for (uint i = 0u; i < 4u; i++) {
      if (first + i < found && ranks[i] < kept) writeBest(ranks[i], own[i].x, own[i].y);
    }
  }
}
#endif

#endif

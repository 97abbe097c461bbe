// The best of a set of scored candidates. Include after select.glsl; the includer defines scoreOf.
#ifndef ESPALIER_CANDIDATES_GLSL
#define ESPALIER_CANDIDATES_GLSL

float scoreOf(uint candidate);

shared uvec2 keptCandidates[LANES];  // key, candidate; in any order
shared uint keptCount;

uint tokenOf(uint candidate) { return candidate; }

uint keyOf(uint candidate) { return ~orderedBits(scoreOf(candidate)); }

// A candidate at -infinity does not.
bool exists(uint key) { return key < ~ORDERED_NEGATIVE_INFINITY; }

uint amountOf(uint key, uint candidate) { return exists(key) ? 1u : 0u; }

uint leastAmountOf(uint key) { return 1u; }

bool isSelected(Cut cut, uint candidate) {
  uint key = keyOf(candidate);
  return exists(key) && isKept(cut, key, candidate);
}

// Fills keptCandidates with the `count` best of `total`, 1 ... 256, and tells how many there are.
uint keepBest(uint lane, uint total, uint count) {
  Cut cut = findCut(lane, total, count);
  if (lane == 0u) keptCount = 0u;
  barrier();
  for (uint k = lane; k < total; k += LANES) {
    if (isSelected(cut, k)) keptCandidates[atomicAdd(keptCount, 1u)] = uvec2(keyOf(k), k);
  }
  barrier();
  return keptCount;
}

// How many kept candidates are better than the lane's: the better score, then the lower candidate.
uint rankOf(uint lane, uint kept) {
  uvec2 own = keptCandidates[lane];
  uint rank = 0u;
  for (uint i = 0u; i < kept; i++) {
    uvec2 other = keptCandidates[i];
    rank += other.x < own.x || (other.x == own.x && other.y < own.y) ? 1u : 0u;
  }
  return rank;
}

#endif

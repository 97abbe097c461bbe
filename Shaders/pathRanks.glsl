// Which of two tokens ranks higher after a prefix, by the rows there alone: the one in the higher class, of a class the one with
// the lower place. A class holds tokens that the target finds about as much likelier than the draft does. Include after the
// buffers weights and draftWeights.
#ifndef ESPALIER_PATH_RANKS_GLSL
#define ESPALIER_PATH_RANKS_GLSL

#include "stride.glsl"
#include "weight.glsl"
#include "workgroup.glsl"

uint rowStart;     // in weights and draftWeights
uint targetTotal;  // R
uint draftTotal;   // S; 0 for a row that the draft lacks

// In units of 2^-8 of a factor of two, linear within it.
int rankLogarithm(uint x) { return int(floatBitsToUint(leadingFloat(x)) >> RANK_LOGARITHM_SHIFT); }

// Of a token with this draft weight.
uint classOf(uint token, uint drafted) {
  uint weight = weights[rowStart + token];
  if (weight == 0u) return 0u;
  int likelier = rankLogarithm(weight) + rankLogarithm(draftTotal) - rankLogarithm(drafted) - rankLogarithm(targetTotal);
  return uint(clamp((likelier >> RANK_CLASS_SHIFT) + int(RANK_CLASS_EVEN), 1, int(RANK_CLASSES) - 1));
}

// Places ascend through the tokens of one remainder, and through the remainders.
uint placeOf(uint token) { return token % RANK_STRIDE * (MAXIMUM_VOCABULARY / RANK_STRIDE) + token / RANK_STRIDE; }

// Ascends from the best token to the worst; at least 1.
uint rankKey(uint token, uint drafted) {
  return (RANK_CLASSES - 1u - classOf(token, drafted)) * MAXIMUM_VOCABULARY + placeOf(token) + 1u;
}

// The tokens of a lane, those of some remainders, in the order of their places.
struct OwnTokens {
  uvec2 remainders;  // begin ..< end
  uint turns;        // tokens of a remainder, at most
  uint count;        // of all, those at or above the vocabulary too
};

OwnTokens ownTokens(uint lane) {
  OwnTokens own;
  own.remainders = ownBlock(lane, RANK_STRIDE);
  own.turns = (p.vocabulary + RANK_STRIDE - 1u) / RANK_STRIDE;
  own.count = (own.remainders.y - own.remainders.x) * own.turns;
  return own;
}

uint tokenAt(OwnTokens own, uint i) { return own.remainders.x + i / own.turns + i % own.turns * RANK_STRIDE; }

bool owns(OwnTokens own, uint token) {
  uint remainder = token % RANK_STRIDE;
  return remainder >= own.remainders.x && remainder < own.remainders.y;
}

// 0 for a token that does not exist.
uint draftWeight(uint token) { return token < p.vocabulary ? draftWeights[rowStart + token] : 0u; }

// [classes, the best first][lanes]: of a lane's tokens of a class the draft's mass, then of all tokens that rank above the next
// of them. Sums wrap where rows contradict their totals.
shared uint rankedMass[RANK_CLASSES * LANES];

uint rankedAt(uint lane, uint rankClass) { return (RANK_CLASSES - 1u - rankClass) * LANES + lane; }

// Prepares takeMass.
void rankRow(uint lane, OwnTokens ranked) {
  [[unroll]] for (uint i = 0u; i < RANK_CLASSES; i++) rankedMass[i * LANES + lane] = 0u;
  EACH(i, 0u, ranked.count) {
    uint token = tokenAt(ranked, i);
    uint drafted = draftWeight(token);
    if (drafted != 0u) rankedMass[rankedAt(lane, classOf(token, drafted))] += drafted;
  }
  barrier();
  uint first = lane * RANK_CLASSES;  // of the lane's run of sums
  uint own = 0u;
  [[unroll]] for (uint i = 0u; i < RANK_CLASSES; i++) own += rankedMass[first + i];
  Wide all;
  uint above = scanAdd(lane, widen(own), all).x - own;
  [[unroll]] for (uint i = 0u; i < RANK_CLASSES; i++) {
    uint mass = rankedMass[first + i];
    rankedMass[first + i] = above;
    above += mass;
  }
  barrier();
}

// The draft's mass above a token of the lane: for each with a draft weight, in the order of their places.
uint takeMass(uint lane, uint token, uint drafted) {
  uint at = rankedAt(lane, classOf(token, drafted));
  uint above = rankedMass[at];
  rankedMass[at] = above + drafted;
  return above;
}

#endif

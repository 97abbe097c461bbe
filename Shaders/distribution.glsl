// Softmax with temperature, min-p, top-k, top-p and typical-p into integer weights with an exact total; one group a row.
// Weights are computed anew in each pass over the logits and written in the last one; with QUADS the first pass that wants
// them writes them as they are, for the others. The tokens of a top-k of up to MAXIMUM_BEST are collected, so that what
// follows looks at those alone.
#include "shared/distribution.h"
#ifdef QUADS
#define SELECTS_QUADS
#define FIRST_KEYS_OF(first) (~firstWeights(first))
uvec4 firstWeights(uint first);
#endif
#include "top.glsl"

layout(push_constant) uniform Push { Distribution p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };    // [rows][vocabulary]
#ifdef QUADS
layout(set = 0, binding = 1, std430) buffer Weights { uint weights[]; };            // [rows][vocabulary]
layout(set = 0, binding = 1, std430) buffer WeightQuads { uvec4 weightQuads[]; };   // the same
#else
layout(set = 0, binding = 1, std430) writeonly buffer Weights { uint weights[]; };  // [rows][vocabulary]
#endif
layout(set = 0, binding = 2, std430) writeonly buffer Totals { uint totals[]; };    // [rows][2]: total, status
layout(set = 0, binding = 3, std430) readonly buffer Warps { uint warps[]; };       // [rows][WARP_WORDS]

#include "warp.glsl"
#include "warpSelect.glsl"

bool isCollected;  // elements are the collected candidates instead of all tokens

uint tokenOf(uint element) { return isCollected ? candidates[element].y : element; }

uint collectedWeight(uint element) { return decided(~candidates[element].x, candidates[element].y); }

void look(float logit, inout uint best, inout uint status) {
  if (isNaNOrPlusInfinity(logit)) status = STATUS_NOT_FINITE;
  best = max(best, orderedBits(flush(logit)));
}

// Of ELEMENTS neighbours each. Four calls, since spirv-opt drops `precise` from loops that it unrolls.
#ifdef QUADS
#include "logitQuads.glsl"

#define NOTHING uvec4(0u)

LOADS_QUADS(uvec4, weightQuad, weights, weightQuads, 0u)
STORES_QUADS(uvec4, writeQuad, weights, weightQuads)

vec4 rowLogits(uint first) { return logitQuad(gl_WorkGroupID.x, first); }

// Leaves them in the output, where a lane's later looks, at the same quads, find them.
uvec4 firstWeights(uint first) {
  vec4 quad = rowLogits(first);
  uvec4 found = uvec4(softmaxWeight(quad.x), softmaxWeight(quad.y), softmaxWeight(quad.z), softmaxWeight(quad.w));
  writeQuad(gl_WorkGroupID.x, first, found);
  return found;
}

uvec4 rowWeights(uint first) { return weightQuad(gl_WorkGroupID.x, first); }

uvec4 decidedOfRow(uint first) {
  uvec4 quad = rowWeights(first);
  return uvec4(
      decided(quad.x, first), decided(quad.y, first + 1u), decided(quad.z, first + 2u), decided(quad.w, first + 3u));
}

uvec4 weightsOf(uint first) {
  if (!isCollected) return decidedOfRow(first);
  return uvec4(
      collectedWeight(first), collectedWeight(first + 1u), collectedWeight(first + 2u), collectedWeight(first + 3u));
}

uvec4 keysOf(uint first) { return ~rowWeights(first); }  // top-k comes first

void look(vec4 quad, inout uint best, inout uint status) {
  look(quad.x, best, status);
  look(quad.y, best, status);
  look(quad.z, best, status);
  look(quad.w, best, status);
}

// Gives what they add up to.
uint write(uint first, uvec4 quad) {
  writeQuad(gl_WorkGroupID.x, first, quad);
  return quad.x + quad.y + quad.z + quad.w;
}
#else
#define NOTHING 0u

float rowLogits(uint token) { return logits[gl_WorkGroupID.x * p.vocabulary + token]; }

uint rowWeights(uint token) { return softmaxWeight(rowLogits(token)); }

uint firstWeights(uint token) { return rowWeights(token); }

uint decidedOfRow(uint token) { return decided(rowWeights(token), token); }

uint weightsOf(uint element) { return isCollected ? collectedWeight(element) : decidedOfRow(element); }

uint write(uint token, uint weight) {
  weights[gl_WorkGroupID.x * p.vocabulary + token] = weight;
  return weight;
}
#endif

Wide sumOfWeights(uint lane, uint elements) {
  Wide sum = Wide(0u);
  if (!isCollected && cutOfNumber.key == KEEP_ALL) {
    EACH_ELEMENTS(first, elements) sum = addWeight(sum, firstWeights(first));
  } else {
    EACH_ELEMENTS(first, elements) sum = addWeight(sum, weightsOf(first));
  }
  return sumOfLanes(lane, sum);
}

#ifdef QUADS
// Behind the collected elements are such as weigh nothing. The next barrier makes them known.
void fillLastQuad(uint lane, uint elements) {
  if (lane < 4u && elements + lane < TOP_CANDIDATES) candidates[elements + lane] = uvec2(KEEP_ALL, NO_TOKEN);
}
#endif

// Finds all cuts and the shift.
void decide(uint lane) {
  uint elements = p.vocabulary;
  if (selectsByNumber()) {
    selection = BY_NUMBER;
    if (topK <= MAXIMUM_BEST) {
      elements = collectBest(lane, p.vocabulary, topK);
#ifdef QUADS
      fillLastQuad(lane, elements);
#endif
      cutOfNumber = cutAtRank(lane, elements, topK - 1u);
      isCollected = true;
    } else {
#ifdef QUADS
      sumOfWeights(lane, elements);  // for the weights that it leaves in the output
#endif
      cutOfNumber = findCut(lane, p.vocabulary, topK);
    }
  }
  shift = totalShift(sumOfWeights(lane, elements));
  if (topP > 0u) {
    selection = BY_SHARE;
    cutOfShare = findCut(lane, elements, 0u, topP);
  }
  if (typicalP > 0u) {
    selection = BY_TYPICALITY;
    meanLogarithm = meanOfLogarithms(lane, elements);
    cutOfTypicality = findCut(lane, elements, 0u, typicalP);
  }
  isCollected = false;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;

  readWarp(row);
  uint best = ORDERED_NEGATIVE_INFINITY;
  uint status = STATUS_OK;
  EACH_ELEMENTS(first, p.vocabulary) look(rowLogits(first), best, status);
  best = groupMaximum(lane, best);
  status = statusOfRow(groupOr(lane, status), best);

  beginWarp(orderedValue(best));
  isCollected = false;
  if (status == STATUS_OK) decide(lane);

  // Drivers that run both sides of a branch lane by lane want the plain cases apart.
  uint kept = 0u;
  bool hasCuts = (cutOfNumber.key & cutOfShare.key & cutOfTypicality.key) != KEEP_ALL;
  if (status != STATUS_OK) {
    EACH_ELEMENTS(first, p.vocabulary) write(first, NOTHING);
  } else if (hasCuts) {
    EACH_ELEMENTS(first, p.vocabulary) kept += write(first, decidedOfRow(first));
  } else {
    EACH_ELEMENTS(first, p.vocabulary) kept += write(first, rowWeights(first) >> shift);
  }
  kept = groupAdd(lane, kept);
  if (lane == 0u) {
    totals[row * 2u] = kept;
    totals[row * 2u + 1u] = status;
  }
}

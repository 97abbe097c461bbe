// What temperature, min-p, top-k, top-p and typical-p make of a row's logits: weights, of which each selection drops some.
// Include after the parameters p and the buffer warps are declared.
#ifndef ESPALIER_WARP_GLSL
#define ESPALIER_WARP_GLSL

#include "cut.glsl"
#include "temperature.glsl"
#include "weight.glsl"

#define BY_NUMBER 0u      // the greatest weights, each counts as 1
#define BY_SHARE 1u       // the greatest weights
#define BY_TYPICALITY 2u  // the weights whose logarithm is nearest to the mean

// The same on every lane. The row's parameters, beside its inverse temperature:
uint temperatureStatus;
uint topK;
uint topP;
uint leastWeight;
uint typicalP;
// What is known of it:
float maximum;
uint selection;    // what the keys are for
Cut cutOfNumber;   // each keeps everything until it is found
Cut cutOfShare;
Cut cutOfTypicality;
uint shift;
uint meanLogarithm;

void readWarp(uint row) {
  bool isOwn = p.rowWarps != 0u;
  uint at = row * WARP_WORDS;
  temperatureStatus = readTemperature(row);
  topK = isOwn ? warps[at + 1u] : p.topK;
  topP = isOwn ? warps[at + 2u] : p.topP;
  leastWeight = min(isOwn ? warps[at + 3u] : p.leastWeight, uint(WEIGHT_SCALE));
  typicalP = isOwn ? warps[at + 4u] : p.typicalP;
}

bool selectsByNumber() { return topK > 0u && topK < p.vocabulary; }
bool hasSelection() { return selectsByNumber() || topP > 0u || typicalP > 0u; }

// The row's status, given that of its logits and the ordered bits of the greatest.
uint statusOfRow(uint status, uint best) {
  return best == ORDERED_NEGATIVE_INFINITY ? STATUS_NOT_FINITE : status | temperatureStatus;
}

void beginWarp(float rowMaximum) {
  maximum = rowMaximum;
  shift = 0u;
  cutOfNumber = Cut(KEEP_ALL, KEEP_ALL);
  cutOfShare = cutOfNumber;
  cutOfTypicality = cutOfNumber;
}

uint softmaxWeight(float logit) { return softmaxWeight(logit, maximum, inverseTemperature, leastWeight); }

uint typicality(uint weight) { return uint(abs(int(weightLogarithm(weight)) - int(meanLogarithm))); }

// A weight of the row as far as it is decided; 0 once it is dropped.
uint decided(uint weight, uint token) {
  weight = isKept(cutOfNumber, ~weight, token) ? weight >> shift : 0u;
  weight = isKept(cutOfShare, ~weight, token) ? weight : 0u;
  if (cutOfTypicality.key != KEEP_ALL && weight != 0u) {
    weight = isKept(cutOfTypicality, typicality(weight), token) ? weight : 0u;
  }
  return weight;
}

uint keyOfWeight(uint weight) {
  if (selection != BY_TYPICALITY) return ~weight;
  return weight == 0u ? KEEP_ALL : typicality(weight);
}

// What a weight, as far as it is decided, adds to a sum of weight * logarithm.
Wide informationOf(uint weight) {
  return weight == 0u ? Wide(0u) : wideProduct(weight, weightLogarithm(weight));
}

#endif

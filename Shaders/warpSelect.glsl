// Selections among elements that one group looks at: all tokens of a row, or those that are left of it. Include after warp.glsl
// and select.glsl; the includer defines tokenOf.
#ifndef ESPALIER_WARP_SELECT_GLSL
#define ESPALIER_WARP_SELECT_GLSL

// Defined by the includer: the weights of ELEMENTS neighbours as far as they are decided.
#ifdef SELECTS_QUADS
uvec4 weightsOf(uint first);
#else
uint weightsOf(uint element);
#endif

uint leastAmountOf(uint key) { return selection == BY_SHARE ? ~key : 1u; }

Wide addWeight(Wide sum, uint weight) { return wideAdd(sum, widen(weight)); }

// Adds weight * logarithm; gives the weight.
uint addInformation(inout Wide sum, uint weight) {
  sum = wideAdd(sum, informationOf(weight));
  return weight;
}

#ifdef SELECTS_QUADS
Wide addWeight(Wide sum, uvec4 quad) { return wideAdd(addWeight(sum, quad.x + quad.y), widen(quad.z + quad.w)); }

uint addInformation(inout Wide sum, uvec4 quad) {
  return addInformation(sum, quad.x) + addInformation(sum, quad.y) + addInformation(sum, quad.z)
      + addInformation(sum, quad.w);
}

void elementsOf(uint first, out uvec4 keys, out uvec4 amounts) {
  uvec4 quad = weightsOf(first);
  keys = uvec4(keyOfWeight(quad.x), keyOfWeight(quad.y), keyOfWeight(quad.z), keyOfWeight(quad.w));
  amounts = selection == BY_NUMBER ? uvec4(1u) : quad;
}
#else
uint keyOf(uint element) { return keyOfWeight(weightsOf(element)); }

uint amountOf(uint key, uint element) {
  if (selection == BY_TYPICALITY) return weightsOf(element);
  return selection == BY_SHARE ? ~key : 1u;
}
#endif

// floor(sum of weight * logarithm / total): the mean logarithm, below 2^25.
uint meanOfLogarithms(uint lane, uint elements) {
  Wide sum = Wide(0u);
  uint own = 0u;
  EACH_ELEMENTS(first, elements) own += addInformation(sum, weightsOf(first));
  uint total = groupAdd(lane, own);
  return wideQuotient(sumOfLanes(lane, sum), total);
}

#endif

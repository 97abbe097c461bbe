// Combined distributions brought back to totals of at most 2^30. The includer declares weights, with QUADS weightQuads that are
// the same, totals and mass. Include after workgroup.glsl.
#ifndef ESPALIER_COMBINED_WEIGHTS_GLSL
#define ESPALIER_COMBINED_WEIGHTS_GLSL

// As ownBlock, with neighbours together.
uvec2 ownNeighbours(uint lane, uint tokens) {
  return min(ownBlock(lane, (tokens + NEIGHBOURS - 1u) / NEIGHBOURS) * NEIGHBOURS, uvec2(tokens));
}

Wide sumOfBlock(uvec2 block) {
  Wide sum = Wide(0u);
  for (uint first = block.x; first < block.y; first += NEIGHBOURS) sum = wideAdd(sum, combinedSum(first));
  return sum;
}

#ifdef QUADS
STORES_QUADS(uvec4, writeQuad, weights, weightQuads)

void writeNeighbours(uint first, uint values[NEIGHBOURS]) {
  writeQuad(ROW, first, uvec4(values[0], values[1], values[2], values[3]));
}
#else
void writeNeighbours(uint token, uint values[NEIGHBOURS]) { weights[ROW * p.vocabulary + token] = values[0]; }
#endif

// D of the contract.
Wide wholeOf(Wide sum) {
  if (p.mode == COMBINE_MIXTURE) return sum;
  Wide x = wideProduct(totalsA[ROW * 2u] << leftShifts.x, factors.x);
  Wide y = wideProduct(totalsB[ROW * 2u] << leftShifts.y, factors.y);
  return wideLess(x, y) ? y : x;
}

// What the row's total is before it is brought back.
Wide longTotal(Wide sum) { return p.mode == COMBINE_MINIMUM ? wholeOf(sum) : sum; }

uint shiftOf(Wide sum) {
  uint length = wideBitLength(longTotal(sum));
  return length > REDUCED_TOTAL_BITS ? length - REDUCED_TOTAL_BITS : 0u;
}

// `running` is the sum of what lies before the block, `sum` that of the row.
void writeBlock(uvec2 block, Wide running, Wide sum) {
  uint shift = shiftOf(sum);
  uint below = wideShiftRight(running, shift).x;
  for (uint first = block.x; first < block.y; first += NEIGHBOURS) {
    Wide values[NEIGHBOURS];
    combined(first, values);
    uint shares[NEIGHBOURS];
    [[unroll]] for (uint i = 0u; i < NEIGHBOURS; i++) {
      running = wideAdd(running, values[i]);
      uint reached = wideShiftRight(running, shift).x;
      shares[i] = reached - below;
      below = reached;
    }
    writeNeighbours(first, shares);
  }
}

void writeTotals(Wide sum) {
  uint total = wideShiftRight(longTotal(sum), shiftOf(sum)).x;
  uint status = totalsA[ROW * 2u + 1u] | totalsB[ROW * 2u + 1u];
  totals[ROW * 2u] = total;
  totals[ROW * 2u + 1u] = total == 0u ? status | STATUS_EMPTY_ROW : status;
  Wide whole = wholeOf(sum);
  mass[ROW * 4u] = sum.x;
  mass[ROW * 4u + 1u] = sum.y;
  mass[ROW * 4u + 2u] = whole.x;
  mass[ROW * 4u + 3u] = whole.y;
}

#endif

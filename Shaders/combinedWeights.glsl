// Combined distributions brought back to totals of at most 2^30. The includer declares weights, totals and mass.
#ifndef ESPALIER_COMBINED_WEIGHTS_GLSL
#define ESPALIER_COMBINED_WEIGHTS_GLSL

Wide sumOfBlock(uvec2 block) {
  Wide sum = Wide(0u);
  for (uint token = block.x; token < block.y; token++) sum = wideAdd(sum, combined(token));
  return sum;
}

uint shiftOf(Wide sum) {
  uint length = wideBitLength(sum);
  return length > REDUCED_TOTAL_BITS ? length - REDUCED_TOTAL_BITS : 0u;
}

// `running` is the sum of what lies before the block, `sum` that of the row.
void writeBlock(uvec2 block, Wide running, Wide sum) {
  uint shift = shiftOf(sum);
  uint below = wideShiftRight(running, shift).x;
  for (uint token = block.x; token < block.y; token++) {
    running = wideAdd(running, combined(token));
    uint reached = wideShiftRight(running, shift).x;
    weights[ROW * p.vocabulary + token] = reached - below;
    below = reached;
  }
}

void writeTotals(Wide sum) {
  uint total = wideShiftRight(sum, shiftOf(sum)).x;
  uint status = totalsA[ROW * 2u + 1u] | totalsB[ROW * 2u + 1u];
  totals[ROW * 2u] = total;
  totals[ROW * 2u + 1u] = total == 0u ? status | STATUS_EMPTY_ROW : status;
  Wide whole = p.mode == COMBINE_RESIDUAL ? wideProduct(totalsA[ROW * 2u], totalsB[ROW * 2u]) : sum;
  mass[ROW * 4u] = sum.x;
  mass[ROW * 4u + 1u] = sum.y;
  mass[ROW * 4u + 2u] = whole.x;
  mass[ROW * 4u + 3u] = whole.y;
}

#endif

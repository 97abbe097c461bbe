// treeAttention in groups of rows. Include after the layout, attentionShuffle.glsl or attentionSpread.glsl.
layout(set = 0, binding = 8, std430) writeonly buffer Out { vec4 outQuads[]; };  // [rows][heads * headSize / 4]

float runningMaxima[OWN];
float runningSums[OWN];
Eight running[OWN * PARTS];

void takeSpan(uint lane, uint own, uint span) {
  // Merging with nothing, as the first span does, changes what flushing would change anyway.
  MergeWeights weights = mergeWeights(runningMaxima[own], spanMaxima[own]);
  runningSums[own] = merge(runningSums[own], spanSums[own], weights);
  [[unroll]] for (uint part = 0u; part < PARTS; part++) {
    uint at = own * PARTS + part;
    running[at].low = merge(running[at].low, spanValues[at].low, weights);
    running[at].high = merge(running[at].high, spanValues[at].high, weights);
  }
}

void finishRow(uint lane, uint row, uint count) {}

void main() {
  uint lane = LANE;
  EACH_OWN(i) {
    runningMaxima[i] = negativeInfinity();
    runningSums[i] = 0.0;
  }
  EACH_OWN(i) {
    [[unroll]] for (uint part = 0u; part < PARTS; part++) running[i * PARTS + part] = Eight(vec4(0.0), vec4(0.0));
  }
  openGroup(lane);
  attend(lane, 0u, 0xffffffffu);

  EACH_OWN(i) {
    uint row = rowOf(i);
    float inverse = reciprocal(runningSums[i]);
    for (uint part = 0u; part < PARTS; part++) {
      uint d = ownColumns(lane, part);
      if (isRow(row) && d < p.headSize) {
        Eight sum = running[i * PARTS + part];
        vec4 low = vec4(0.0);
        vec4 high = vec4(0.0);
        if (hasSlots(runningMaxima[i])) {
          low = normalized(sum.low, inverse, p.significantBits);
          high = normalized(sum.high, inverse, p.significantBits);
        }
        uint to = ((tileRow(row) * p.heads + headOf(lane, i)) * p.headSize + d) / 4u;
        outQuads[to] = low;
        outQuads[to + 1u] = high;
      }
    }
  }
}

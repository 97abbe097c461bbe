// attentionSpans in groups of rows. Include after the layout, attentionShuffle.glsl or attentionSpread.glsl.
layout(set = 0, binding = 8, std430) writeonly buffer Parts { vec4 partQuads[]; };  // [rows][heads][spans][(headSize + PART_WORDS) / 4]

// The group's first span.
uint firstSpan() { return gl_WorkGroupID.y / (p.heads / HEADS) * p.spansPerGroup; }

// The first quad of a row's and head's part of a span.
uint partStart(uint row, uint head, uint span) {
  return ((tileRow(row) * p.heads + head) * p.spans + span) * ((p.headSize + PART_WORDS) / 4u);
}

void takeSpan(uint lane, uint own, uint span) {
  if (!isRow(rowOf(own))) return;
  uint to = partStart(rowOf(own), headOf(lane, own), span);
  [[unroll]] for (uint part = 0u; part < PARTS; part++) {
    uint d = ownColumns(lane, part);
    if (d < p.headSize) {
      partQuads[to + d / 4u] = spanValues[own * PARTS + part].low;
      partQuads[to + d / 4u + 1u] = spanValues[own * PARTS + part].high;
    }
  }
  if (ownColumns(lane, 0u) == 0u) partQuads[to + p.headSize / 4u] = vec4(spanMaxima[own], spanSums[own], 1.0, 0.0);
}

// Lanes share the spans that the row does not have.
void finishRow(uint lane, uint row, uint count) {
  if (!isRow(row)) return;
  uint begin = max(firstSpan(), (count + SPAN_KEYS - 1u) / SPAN_KEYS);
  uint end = min(firstSpan() + p.spansPerGroup, p.spans);
  for (uint span = begin + lane; span < end; span += LANES) {
    for (uint h = 0u; h < HEADS; h++) {
      partQuads[partStart(row, firstHead() + h, span) + p.headSize / 4u][PART_EXISTS] = 0.0;
    }
  }
}

void main() {
  uint lane = LANE;
  uint begin = firstSpan();
  openGroup(lane);
  attend(lane, begin * SPAN_KEYS, (begin + p.spansPerGroup) * SPAN_KEYS);
}

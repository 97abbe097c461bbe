// warpChunk.glsl: a chunk's amounts join the row's, by the bins of their keys.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#define DIGITS SELECTION_BINS
#include "histogram.glsl"

layout(push_constant) uniform Push { Distribution p; };
#include "warpChunk.glsl"

void count(uint weight) {
  if (weight != 0u) countDigit(binOf(weight), selection == BY_NUMBER ? 1u : weight);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  if (!beginSelection(lane, gl_WorkGroupID.y)) return;
  if (selection == BY_TYPICALITY) readMean(gl_WorkGroupID.y);
  beginCount(lane);
  EACH_QUAD(first) {
    uvec4 weights = weightQuad(first) >> shift;
    count(weights.x);
    count(weights.y);
    count(weights.z);
    count(weights.w);
  }
  endCount();
  uint from = selectionWord(gl_WorkGroupID.y);
  for (uint bin = lane; bin < SELECTION_BINS; bin += LANES) {
    if (histogram[bin] != 0u) atomicAdd(workspace[from + bin], histogram[bin]);
  }
}

// warpChunk.glsl: all cuts of a row, among the tokens listed; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "select.glsl"

layout(push_constant) uniform Push { Distribution p; };
#include "warpChunk.glsl"

layout(set = 0, binding = 3, std430) readonly buffer List { uint list[]; };  // [rows][vocabulary]: tokens in any order

#include "warpSelect.glsl"

uint tokenOf(uint element) { return list[gl_WorkGroupID.x * p.vocabulary + element]; }

uint weightsOf(uint element) {
  uint token = tokenOf(element);
  return decided(softmaxWeight(logits[gl_WorkGroupID.x * p.vocabulary + token]), token);
}

Wide sumOfListed(uint lane, uint listed) {
  Wide sum = Wide(0u);
  for (uint element = lane; element < listed; element += LANES) sum = addWeight(sum, weightsOf(element));
  return sumOfLanes(lane, sum);
}

// The later selections keep shares of what the listed tokens have left.
void decide(uint lane, uint listed, uint need) {
  uint first = selection;
  Cut cut = findCut(lane, listed, need);
  if (first == BY_NUMBER) {
    cutOfNumber = cut;
    shift = totalShift(sumOfListed(lane, listed));
  }
  if (first == BY_SHARE) {
    cutOfShare = cut;
  } else if (topP > 0u) {
    selection = BY_SHARE;
    cutOfShare = findCut(lane, listed, 0u, topP);
  }
  if (first == BY_TYPICALITY) {
    cutOfTypicality = cut;
  } else if (typicalP > 0u) {
    selection = BY_TYPICALITY;
    meanLogarithm = meanOfLogarithms(lane, listed);
    cutOfTypicality = findCut(lane, listed, 0u, typicalP);
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  if (!beginSelection(lane, row)) return;
  if (selection == BY_TYPICALITY) readMean(row);
  uint from = selectionWord(row);
  decide(lane, workspace[from + LISTED_WORD], workspace[from + NEED_WORD]);
  if (lane == 0u) writeCuts(row);
}

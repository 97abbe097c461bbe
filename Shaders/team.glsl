// Where the order of tokens counts, teams of lanes own consecutive tokens. On a CPU driver a team is one lane; where TEAMS is
// defined it is a subgroup whose lanes take neighbouring tokens, so that a GPU loads them at once.
// Call in uniform control flow.
#ifndef ESPALIER_TEAM_GLSL
#define ESPALIER_TEAM_GLSL

#ifdef TEAMS
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#endif
#include "stride.glsl"
#include "workgroup.glsl"

// EACH_RUN: the lane's runs of RUN tokens from `first` on, of the team's block begin ..< end, in ascending order; what lies
// at or above the end does not count.
#ifdef TEAMS
#define RUN 4u
#define EACH_RUN(first, begin, end)                                                       \
  for (uint runsBegin = begin, first = begin + RUN * member; runsBegin < end; \
       runsBegin += RUN * members, first += RUN * members)

uint members;  // of the team
uint member;   // this lane among them

// Whether the team's token `offset` is in a run of this lane, and which of its own it then is.
bool isInRun(uint offset) { return offset / RUN % members == member; }
uint runIndex(uint offset) { return offset / (RUN * members) * RUN + offset % RUN; }

void openTeam() {
  members = subgroupAdd(1u);
  member = subgroupExclusiveAdd(1u);
}

// Sum of the values of members 0...member. `sum` is that of all of them. Digits of 24 bits leave room for 128 members.
Wide teamScan(Wide value, out Wide sum) {
  Wide inclusive = Wide(0u);
  sum = Wide(0u);
  [[unroll]] for (uint shift = 0u; shift < 32u * WIDE_WORDS; shift += 24u) {
    uint digit = wideShiftRight(value, shift).x & 0xffffffu;
    inclusive = wideAdd(inclusive, widenShifted(subgroupInclusiveAdd(digit), shift));
    sum = wideAdd(sum, widenShifted(subgroupAdd(digit), shift));
  }
  return inclusive;
}

#define TEAM gl_SubgroupID
#define TEAM_COUNT gl_NumSubgroups
#else
#define RUN 1u
#define EACH_RUN(first, begin, end) EACH(first, begin, end)

bool isInRun(uint offset) { return true; }
uint runIndex(uint offset) { return offset; }

void openTeam() {}

Wide teamScan(Wide value, out Wide sum) {
  sum = value;
  return value;
}

#define TEAM gl_LocalInvocationID.x
#define TEAM_COUNT LANES
#endif

uvec2 teamBlock(uint tokens) { return blockOf(TEAM, TEAM_COUNT, tokens); }

// Sums of values of lanes: over the teams below the lane's own, over its own, over all.
struct TeamSums {
  Wide below;
  Wide own;
  Wide all;
};

TeamSums sumTeams(uint lane, Wide value) {
  TeamSums sums;
#ifdef TEAMS
  teamScan(value, sums.own);
  scanSlots[TEAM] = sums.own;
  barrier();
  sums.below = Wide(0u);
  sums.all = Wide(0u);
  for (uint team = 0u; team < TEAM_COUNT; team++) {
    if (team == TEAM) sums.below = sums.all;
    sums.all = wideAdd(sums.all, scanSlots[team]);
  }
  barrier();  // the slots may be written again
#else
  sums.own = value;
  sums.below = wideSubtract(scanAdd(lane, value, sums.all), value);
#endif
  return sums;
}

#endif

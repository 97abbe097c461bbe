// Order-free reductions of a group of lanes: integers only, so any order and any number of lanes give the same answer.
// Every function has barriers: call it in uniform control flow.
#ifndef ESPALIER_WORKGROUP_GLSL
#define ESPALIER_WORKGROUP_GLSL

#ifdef ONE_SUBGROUP
#extension GL_KHR_shader_subgroup_basic : require
#endif
#include "shared/contract.h"
#include "wide.glsl"

#if defined(ONE_SUBGROUP)
// llvmpipe keeps what lives across a work group's barrier in memory, loop counters included: code after one is several times
// slower. Drivers whose subgroup is a vector of eight lanes need none when that is the whole group.
layout(local_size_x = 8) in;
#define LANES 8u
#define barrier() subgroupBarrier()
#elif defined(LANES_BY_HOST)  // a power of two up to 1,024: each lane costs a CPU driver its barriers
#ifndef LANES_ID
#define LANES_ID 0
#endif
layout(local_size_x = 256, local_size_x_id = LANES_ID) in;
#define LANES gl_WorkGroupSize.x
#else
layout(local_size_x = 256) in;
#define LANES VOCABULARY_LANES  // where floats are summed they are part of the order
#endif

#ifdef TEAMS
const uint SLOTS = 256u;  // of teams: see sumTeams
#else
const uint SLOTS = LANES + LANES / 16u;  // with a gap behind each sixteen: see scanAdd
#endif
shared Wide scanSlots[SLOTS];
shared uint sharedBest;

#ifndef TEAMS  // more lanes than slots: see sumTeams
// Sum of the values of lanes 0...lane. `total` is the sum over all lanes.
#if defined(ONE_SUBGROUP) || defined(LANES_BY_HOST)
Wide scanAdd(uint lane, Wide value, out Wide total) {
  scanSlots[lane] = value;
  barrier();
  for (uint step = 1u; step < LANES; step *= 2u) {
    Wide below = lane >= step ? scanSlots[lane - step] : Wide(0u);
    barrier();
    value = wideAdd(value, below);
    scanSlots[lane] = value;
    barrier();
  }
  total = scanSlots[LANES - 1u];
  barrier();  // the slots may be written again
  return value;
}
#else
// A lane runs through sixteen slots, a gap behind them keeps such lanes in different banks of a GPU's memory: few barriers,
// which cost a CPU's driver most.
Wide scanAdd(uint lane, Wide value, out Wide total) {
  const uint run = 16u;
  uint slot = lane + lane / run;
  scanSlots[slot] = value;
  barrier();
  if (lane < LANES / run) {
    Wide running = Wide(0u);
    for (uint i = lane * (run + 1u); i < lane * (run + 1u) + run; i++) {
      running = wideAdd(running, scanSlots[i]);
      scanSlots[i] = running;
    }
  }
  barrier();
  Wide sum = scanSlots[slot];
  total = Wide(0u);
  for (uint i = 0u; i < LANES / run; i++) {
    if (i == lane / run) sum = wideAdd(sum, total);
    total = wideAdd(total, scanSlots[i * (run + 1u) + run - 1u]);
  }
  barrier();  // the slots may be written again
  return sum;
}
#endif

Wide sumOfLanes(uint lane, Wide value) {
  Wide sum;
  scanAdd(lane, value, sum);
  return sum;
}
#endif

// Least value of all lanes.
uint groupMinimum(uint lane, uint value) {
  if (lane == 0u) sharedBest = 0xffffffffu;
  barrier();
  if (value != 0xffffffffu) atomicMin(sharedBest, value);
  barrier();
  uint best = sharedBest;
  barrier();
  return best;
}

uint groupMaximum(uint lane, uint value) { return ~groupMinimum(lane, ~value); }

uint groupOr(uint lane, uint bits) {
  if (lane == 0u) sharedBest = 0u;
  barrier();
  if (bits != 0u) atomicOr(sharedBest, bits);
  barrier();
  uint all = sharedBest;
  barrier();
  return all;
}

uint groupAdd(uint lane, uint value) {
  if (lane == 0u) sharedBest = 0u;
  barrier();
  if (value != 0u) atomicAdd(sharedBest, value);
  barrier();
  uint sum = sharedBest;
  barrier();
  return sum;
}

// The value that one lane holds, for all; the owner is the lane with `isOwner`, and fallback counts without one.
uint broadcast(uint lane, bool isOwner, uint value, uint fallback) {
  if (lane == 0u) sharedBest = fallback;
  barrier();
  if (isOwner) sharedBest = value;
  barrier();
  uint result = sharedBest;
  barrier();
  return result;
}

Wide broadcast(uint lane, bool isOwner, Wide value) {
  if (isOwner) scanSlots[0] = value;
  barrier();
  Wide result = scanSlots[0];
  barrier();
  return result;
}

// The consecutive tokens begin ..< end that an owner of several has where the order of tokens counts.
uvec2 blockOf(uint owner, uint owners, uint tokens) {
  uint block = (tokens + owners - 1u) / owners;
  uint begin = min(owner * block, tokens);
  return uvec2(begin, min(begin + block, tokens));
}

uvec2 ownBlock(uint lane, uint tokens) { return blockOf(lane, LANES, tokens); }

#endif

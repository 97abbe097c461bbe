// pick(weights, y): the lowest token whose running sum exceeds y.
#ifndef ESPALIER_PICK_GLSL
#define ESPALIER_PICK_GLSL

#include "team.glsl"

// Weight of a token. Any lane may ask for any token where SAME_WEIGHTS is defined, else only the lane that owns it. Defined by
// the includer.
Wide weightOf(uint token);

Wide weightBelow(uint end, uint token) { return token < end ? weightOf(token) : Wide(0u); }

// The lane's part of the sum of its team's block.
Wide blockSum(uvec2 block) {
  Wide sum = Wide(0u);
  EACH_RUN(first, block.x, block.y) {
    [[unroll]] for (uint i = 0u; i < RUN; i++) sum = wideAdd(sum, weightBelow(block.y, first + i));
  }
  return sum;
}

// The weights of the lane's run that starts at `first`; gives the running sum before it. `running`, of what lies before the
// team's runs, goes on to behind them.
Wide enterRun(uint end, uint first, inout Wide running, out Wide weights[RUN]) {
  Wide own = Wide(0u);
  [[unroll]] for (uint i = 0u; i < RUN; i++) {
    weights[i] = weightBelow(end, first + i);
    own = wideAdd(own, weights[i]);
  }
  Wide sum;
  Wide before = wideAdd(running, wideSubtract(teamScan(own, sum), own));
  running = wideAdd(running, sum);
  return before;
}

// `sums` are of blockSum. The team whose interval holds y walks its block; with SAME_WEIGHTS all teams share that block
// first.
uint pickToken(uint lane, uvec2 block, TeamSums sums, Wide y) {
  bool isOwner = holds(sums.below, sums.own, y);
#ifdef SAME_WEIGHTS
  // The lowest of several owners, which sums that wrap have.
  isOwner = TEAM == groupMinimum(lane, isOwner ? TEAM : TEAM_COUNT);
  uint begin = broadcast(lane, isOwner, block.x, 0u);
  uint end = broadcast(lane, isOwner, block.y, 0u);
  y = broadcast(lane, isOwner, wideSubtract(y, sums.below));
  block = teamBlock(end - begin) + begin;
  sums = sumTeams(lane, blockSum(block));
  isOwner = holds(sums.below, sums.own, y);
#endif
  Wide running = sums.below;
  uint picked = NO_TOKEN;
  if (isOwner) {
    uint last = block.y;
    EACH_RUN(first, block.x, last) {
      Wide weights[RUN];
      Wide before = enterRun(block.y, first, running, weights);
      [[unroll]] for (uint i = 0u; i < RUN; i++) {
        if (holds(before, weights[i], y)) picked = first + i;
        before = wideAdd(before, weights[i]);
      }
      if (wideLess(y, running)) last = 0u;  // the whole team leaves
    }
  }
  return broadcast(lane, picked != NO_TOKEN, picked, 0u);
}

#endif

// pick(weights, y): the lowest token whose running sum exceeds y.
#ifndef ESPALIER_PICK_GLSL
#define ESPALIER_PICK_GLSL

#include "stride.glsl"
#include "workgroup.glsl"

// Weight of a token; only the lane that owns the token asks. Defined by the includer.
Wide weightOf(uint token);

Wide blockSum(uvec2 block) {
  Wide sum = Wide(0u);
  EACH(token, block.x, block.y) sum = wideAdd(sum, weightOf(token));
  return sum;
}

// Whether y lies in the interval of `own` that ends at `inclusive`.
bool holds(Wide own, Wide inclusive, Wide y) {
  return !wideLess(y, wideSubtract(inclusive, own)) && wideLess(y, inclusive);
}

// `inclusive` is the scan of the block sums `own`. The owner of the interval that holds y walks its block; where any lane may
// ask for any token (SAME_WEIGHTS) and totals are one word, all lanes share that block first.
uint pickToken(uint lane, uvec2 block, Wide own, Wide inclusive, Wide y) {
  bool isOwner = holds(own, inclusive, y);
#ifdef SAME_WEIGHTS
  uint begin = broadcast(lane, isOwner, block.x, 0u);
  uint end = broadcast(lane, isOwner, block.y, 0u);
  y = widen(broadcast(lane, isOwner, wideSubtract(y, wideSubtract(inclusive, own)).x, 0u));
  block = ownBlock(lane, end - begin) + begin;
  own = blockSum(block);
  Wide sum;
  inclusive = scanAdd(lane, own, sum);
  isOwner = holds(own, inclusive, y);
#endif
  Wide running = wideSubtract(inclusive, own);
  uint picked = block.x;
  if (isOwner) {
    uint last = block.y;
    EACH(token, block.x, last) {
      running = wideAdd(running, weightOf(token));
      if (wideLess(y, running)) {
        picked = token;
        last = token;
      }
    }
  }
  return broadcast(lane, isOwner, picked, 0u);
}

#endif

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

// `inclusive` is the scan of the block sums `own`. The owner of the interval that holds y walks its block.
uint pickToken(uint lane, uvec2 block, Wide own, Wide inclusive, Wide y) {
  Wide running = wideSubtract(inclusive, own);
  bool isOwner = !wideLess(y, running) && wideLess(y, inclusive);
  uint picked = block.x;
  if (isOwner) {
    uint end = block.y;
    EACH(token, block.x, end) {
      running = wideAdd(running, weightOf(token));
      if (wideLess(y, running)) {
        picked = token;
        end = token;
      }
    }
  }
  return broadcast(lane, isOwner, picked, 0u);
}

#endif

// Fourth of a rejection rule's shaders for GPUs, after the walk: the sums of the chunks of a row that is picked from as it
// is. Group (chunk, sequence). Include after the rule's chunk.
#include "shared/tree.h"

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint chunk = gl_WorkGroupID.x;
  turnTo(gl_WorkGroupID.y);
  uint at = blockWord();
  if (workspace[at + PICK_IS_DUE] == 0u || workspace[at + PICK_CHILD] != NO_NODE) return;
  openRows(lane, workspace[at + PICK_NODE], chunk, false);
  Wide sum = sumOfLanes(lane, sumOf(targetQuad()));
  if (lane == 0u) storeWide(sumAt(0u, chunk), sum);
}

// Draws the children of tree nodes of one depth from their draft rows, with or without replacement. One group a parent
// of a sequence.
#define STRIDE_ID 2
#include "shared/distribution.h"
#include "shared/tree.h"
#include "shared/contract.h"
#include "philox.glsl"
#include "pick.glsl"

layout(push_constant) uniform Push { DrawChildren p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };  // [nodes][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };    // [nodes][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };    // [sequences][STATE_WORDS]
layout(set = 0, binding = 3, std430) buffer Tokens { uint tokens[]; };            // [capacity]
layout(set = 0, binding = 4, std430) readonly buffer Parents { uint parents[]; };  // [capacity]; of a tree

layout(constant_id = 1) const uint IS_TREE = 0u;  // 1: a parent's children are those of the tree, up to `children`

// The lane's tokens that were drawn, a bit each.
#define DRAWN_WORDS (MAXIMUM_VOCABULARY / 256u / 32u)  // 1,024 tokens a lane
uint drawn[DRAWN_WORDS];
uint blockBegin;
uint rowStart;

Wide weightOf(uint token) {
  uint index = runIndex(token - blockBegin);
  if (((drawn[index / 32u] >> (index % 32u)) & 1u) != 0u) return Wide(0u);
  return widen(weights[rowStart + token]);
}

uint root;    // in the packed arrays
uint nodes;   // of the sequence; behind them are another's
uint parent;  // this group's node

void openSequence() {
  uint stateAt = gl_WorkGroupID.y * STATE_WORDS;
  root = p.sequences == 1u ? 0u : min(state[stateAt + STATE_FIRST_NODE], p.rows);
  parent = p.firstParent + gl_WorkGroupID.x;
  bool ownsAll = IS_TREE == 0u && p.sequences == 1u;
  nodes = ownsAll ? NO_NODE : state[stateAt + STATE_NODES];
  if (IS_TREE != 0u) nodes = min(min(nodes, p.maximumNodes), p.capacity - min(root, p.capacity));
}

// The lowest child of the tree above the node `after`, NO_NODE if there is none.
uint treeChild(uint lane, uint after) {
  uint child = NO_NODE;
  for (uint node = after + 1u + lane; node < nodes; node += LANES) {
    if (parents[root + node] != parent) continue;
    child = node;
    break;
  }
  return groupMinimum(lane, child);
}

uint firstChild(uint lane) {
  return IS_TREE != 0u ? treeChild(lane, parent) : p.firstChild + gl_WorkGroupID.x * p.children;
}

uint nextChild(uint lane, uint child) { return IS_TREE != 0u ? treeChild(lane, child) : child + 1u; }

void main() {
  uint lane = gl_LocalInvocationID.x;
  openTeam();
  openSequence();
  uint stateAt = gl_WorkGroupID.y * STATE_WORDS;
  uint row = root + parent;
  if (row >= p.rows || parent >= nodes) return;
  rowStart = row * p.vocabulary;
  uvec2 block = teamBlock(p.vocabulary);
  blockBegin = block.x;
  for (uint i = 0u; i < DRAWN_WORDS; i++) drawn[i] = 0u;

  uint remaining = totals[row * 2u];
  bool hasDrawnZero = false;
  bool isByNode = p.keyedByNode != 0u;
  uint role = (isByNode ? ROLE_TRAVERSAL_DRAFT : ROLE_DRAFT) + p.stream * ROLE_STREAM;
  uint position = state[stateAt + STATE_LENGTH] + (isByNode ? 0u : p.childDepth);
  uvec2 seed = uvec2(state[stateAt + STATE_SEED_LOW], state[stateAt + STATE_SEED_HIGH]);
  TeamSums sums = sumTeams(lane, blockSum(block));

  uint child = firstChild(lane);
  for (uint j = 0u; j < p.children && child != NO_NODE; j++) {
    uint token = NO_TOKEN;
    if (remaining != 0u) {
      Wide y = uniformBelow(widen(remaining), seed, role, position, isByNode ? child : j);
      token = pickToken(lane, block, sums, y);
      if (p.replacement == 0u) {
        // Where totals exceed the weights, token 0 may come again.
        Wide taken = widen(token == 0u && hasDrawnZero ? 0u : weights[rowStart + token]);
        hasDrawnZero = hasDrawnZero || token == 0u;
        if (token >= block.x && token < block.y) {
          sums.own = wideSubtract(sums.own, taken);
          uint index = runIndex(token - blockBegin);
          if (isInRun(token - blockBegin)) drawn[index / 32u] |= 1u << (index % 32u);
        }
        if (token < block.x) sums.below = wideSubtract(sums.below, taken);
        remaining -= taken.x;
      }
    }
    if (lane == 0u && child < nodes && root + child < p.capacity) tokens[root + child] = token;
    child = nextChild(lane, child);
  }
}

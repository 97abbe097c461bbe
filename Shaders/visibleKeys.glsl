// The keys that an in-flight row sees, numbered in logical order: committed slots, then visible in-flight rows.
// Include after the buffers mask, state, depths, owners and pages are declared; LANES is the size of the group,
// listBarrier() makes its lanes wait for each other.
#ifndef ESPALIER_VISIBLE_KEYS_GLSL
#define ESPALIER_VISIBLE_KEYS_GLSL

#include "batch.glsl"
#include "cacheSlots.glsl"

#define MASK_WORDS (MAXIMUM_NODES / 32u)

struct RowKeys {
  uint sequence;
  uint first;     // committed slot of key 0: the window begins there
  uint prefix;    // keys in committed slots
  uint inFlight;  // slot of in-flight row 0
  uint count;     // of all keys
};

shared uint visibleBits[MASK_WORDS];
shared uint visibleRows[MAXIMUM_NODES];  // ascending; unused without mask and window

// Bit j of word `word`: whether packed row `row` sees in-flight row 32 * word + j, of `rows`.
uint seenBits(uint row, uint root, uint word, uint rows) {
  if (rows <= word * 32u) return 0u;
  uint bits = p.maskWords == 0u ? 0xffffffffu : mask[row * p.maskWords + word];
  uint valid = rows - word * 32u;
  if (valid < 32u) bits &= (1u << valid) - 1u;
  if (p.window == 0u) return bits;
  uint depth = depths[row];
  for (uint rest = bits; rest != 0u; rest &= rest - 1u) {
    uint bit = uint(findLSB(rest));
    uint other = depths[root + word * 32u + bit];
    if (other < depth && depth - other >= p.window) bits &= ~(1u << bit);
  }
  return bits;
}

// Number of in-flight rows that the buffers hold of a sequence, as far as `row` may see them.
uint rowsInReach(uint row, uint sequence, uint root) {
  if (p.maskWords == 0u) return row - root + 1u;
  uint held = uint(mask.length()) / p.maskWords;
  if (row >= held) return 0u;
  held = min(held, p.maskWords * 32u + root);
  if (p.window != 0u) held = min(held, uint(depths.length()));
  uint rows = held - min(held, root);
  return p.sequences > 1u ? min(rows, stateWord(sequence, STATE_NODES)) : rows;
}

// Lists the in-flight rows that `row` sees; the result is their number.
uint listVisibleRows(uint lane, uint row, uint root, uint rows) {
  for (uint word = lane; word < MASK_WORDS; word += LANES) visibleBits[word] = seenBits(row, root, word, rows);
  listBarrier();
  uint count = 0u;
  for (uint word = 0u; word < MASK_WORDS && word * 32u < rows; word++) {
    uint bits = visibleBits[word];
    if (word % LANES == lane) {
      uint to = count;
      for (uint rest = bits; rest != 0u; rest &= rest - 1u) {
        visibleRows[to] = word * 32u + uint(findLSB(rest));
        to++;
      }
    }
    count += uint(bitCount(bits));
  }
  listBarrier();
  return count;
}

// The committed keys of packed row `row`; none if it is void.
RowKeys findPrefix(uint row) {
  RowKeys keys = RowKeys(0u, 0u, 0u, 0u, 0u);
  if (!findSequence(row, keys.sequence)) return keys;
  uint committed = stateWord(keys.sequence, STATE_LENGTH);
  keys.inFlight = min(committed, slotCapacity());
  if (p.window != 0u) {
    uint depth = depths[row];
    uint reach = depth < p.window ? p.window - 1u - depth : 0u;
    keys.first = committed - min(committed, reach);
  }
  keys.prefix = keys.inFlight - min(keys.first, keys.inFlight);
  keys.count = keys.prefix;
  return keys;
}

// In-flight rows of the sequence that have a slot and may be seen, the first ones.
uint inFlightRows(RowKeys keys, uint row) {
  uint sequence;
  if (p.isCross != 0u || !findSequence(row, sequence)) return 0u;
  return min(rowsInReach(row, sequence, firstNode(sequence)), min(slotCapacity() - keys.inFlight, MAXIMUM_NODES));
}

// Whether a row sees all of its in-flight rows, so that keys lie in consecutive slots.
bool isPlain() { return p.maskWords == 0u && p.window == 0u; }

// Has barriers: call it in uniform control flow.
RowKeys findKeys(uint lane, uint row) {
  RowKeys keys = findPrefix(row);
  uint rows = inFlightRows(keys, row);
  keys.count += isPlain() ? rows : listVisibleRows(lane, row, firstNode(keys.sequence), rows);
  return keys;
}

// Where key `number` lies, NO_SLOT if it is missing.
uint keySlot(RowKeys keys, uint number) {
  if (number < keys.prefix) return physicalSlot(keys.sequence, keys.first + number);
  uint row = number - keys.prefix;
  if (!isPlain()) row = visibleRows[row];
  return physicalSlot(keys.sequence, keys.inFlight + row);
}

#endif

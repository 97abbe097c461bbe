import Numerics
import ShaderInterface

/// Which keys the rows of an attention call see.
struct VisibleKeys {
  let p: ShaderInterface.TreeAttention
  let mask: UnsafeBufferPointer<UInt32>
  let depths: UnsafeBufferPointer<UInt32>
  let batch: BatchRows
  let places: CacheSlots

  init(
    _ p: ShaderInterface.TreeAttention, mask: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    depths: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    pages: UnsafeBufferPointer<UInt32>
  ) {
    self.p = p
    self.mask = mask
    self.depths = depths
    batch = BatchRows(sequences: p.sequences, state: state, owners: owners)
    places = CacheSlots(
      slots: p.slots, pageSize: p.pageSize, pagesPerSequence: p.pagesPerSequence, pages: pages)
  }

  /// Where the keys of row `r` of the call lie, in key order; nil where the slot is missing.
  func slots(row r: Int) -> [Int?] {
    let row = Int(p.firstRow) + r
    guard let sequence = batch.sequence(of: row) else { return [] }
    let length = batch.word(sequence, STATE_LENGTH)
    let prefix = (0..<min(length, places.capacity)).filter { slot in
      p.window == 0 || length + Int(depths[row]) - slot < Int(p.window)
    }
    let root = batch.root(of: sequence)
    let inFlight = inFlightRows(seenBy: row, root: root, sequence: sequence).filter { j in
      length + j < places.capacity
        && (p.window == 0 || Int(depths[row]) - Int(depths[root + j]) < Int(p.window))
    }
    return (prefix + inFlight.map { length + $0 }).map { places.physical($0, of: sequence) }
  }

  private func inFlightRows(seenBy row: Int, root: Int, sequence: Int) -> [Int] {
    if p.isCross != 0 { return [] }
    let words = Int(p.maskWords)
    if words == 0 { return Array(0...row - root) }
    let held = mask.count / words
    var rows = p.window == 0 ? held : min(held, depths.count)
    rows = min(rows - root, Int(MAXIMUM_NODES), words * 32)
    if p.sequences > 1 { rows = min(rows, batch.word(sequence, STATE_NODES)) }
    guard row < held else { return [] }
    return (0..<max(0, rows)).filter { j in mask[row * words + j / 32] >> UInt32(j % 32) & 1 == 1 }
  }
}

import Numerics
import ShaderInterface

/// The rows that the sequences of a batch have in flight, and their parents.
struct InFlightRows {
  let state: UnsafeBufferPointer<UInt32>
  let sequences, rows: Int
  /// nil: each row follows the one before it.
  let parents: UnsafeBufferPointer<UInt32>?

  /// A sequence alone has all rows.
  func range(of sequence: Int) -> Range<Int> {
    if sequences == 1 { return 0..<rows }
    let words = sequence * Int(STATE_WORDS)
    let first = min(Int(state[words + Int(STATE_FIRST_NODE)]), rows)
    return first..<min(first + Int(state[words + Int(STATE_NODES)]), rows)
  }

  /// The packed row of the parent; nil if the row follows what is committed.
  func parent(of row: Int, in range: Range<Int>) -> Int? {
    let i = row - range.lowerBound
    guard i > 0 else { return nil }
    guard let parents else { return row - 1 }
    return parents[row] < i ? range.lowerBound + Int(parents[row]) : nil
  }
}

extension Reference {
  /// State after each row: the parent's, decayed, plus value times key; output: the sum over the state's rows of query
  /// times state, in chunks of `SCAN_CHUNK`.
  ///
  /// `query`, `key`: f32 [rows][groups][stateSize]; `value`, `out`: f32 [rows][heads][headSize]; `decay`: f32
  /// [rows][heads][decays], all but `out` as columns of wider rows; `parents`: u32 [rows]; `state`: u32;
  /// `committed`: f32 [sequences][heads][stateSize][headSize]; `states`: f32 [rows][heads][stateSize][headSize], for trees.
  public static func treeScan(
    _ p: ShaderInterface.TreeScan, query: UnsafeBufferPointer<Float>, key: UnsafeBufferPointer<Float>,
    value: UnsafeBufferPointer<Float>, decay: UnsafeBufferPointer<Float>,
    parents: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    committed: UnsafeMutableBufferPointer<Float>, states: UnsafeMutableBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let (heads, headSize, stateSize) = (Int(p.heads), Int(p.headSize), Int(p.stateSize))
    let words = heads * stateSize * headSize
    let isTree = p.isTree != 0
    let flight = InFlightRows(
      state: state, sequences: Int(p.sequences), rows: Int(p.rows), parents: isTree ? parents : nil)
    for s in 0..<Int(p.sequences) {
      let range = flight.range(of: s)
      for row in range {
        let parent = isTree ? flight.parent(of: row, in: range) : nil
        for head in 0..<heads {
          let ofGroup = head / (heads / Int(p.groups)) * stateSize
          let queryStart = row * Int(p.queryStride) + Int(p.queryFirst) + ofGroup
          let keyStart = row * Int(p.keyStride) + Int(p.keyFirst) + ofGroup
          let valueStart = row * Int(p.valueStride) + Int(p.valueFirst) + head * headSize
          let decayStart = row * Int(p.decayStride) + Int(p.decayFirst) + head * Int(p.decays)
          for e in 0..<headSize {
            let v = flush(value[valueStart + e])
            var (sum, chunk): (Float, Float) = (0, 0)
            for n in 0..<stateSize {
              let element = (head * stateSize + n) * headSize + e
              let d = decay[decayStart + (p.decays == 1 ? 0 : n)]
              let before = parent.map { states[$0 * words + element] } ?? committed[s * words + element]
              let kept = flush(expNonPositive(d > 0 ? 0 : d) * flush(before))
              let after = flush(kept + flush(v * flush(key[keyStart + n])))
              if isTree {
                states[row * words + element] = after
              } else {
                committed[s * words + element] = after
              }
              chunk = chunk + flush(flush(query[queryStart + n]) * after)
              if (n + 1) % Int(SCAN_CHUNK) == 0 || n + 1 == stateSize { (sum, chunk) = (sum + chunk, 0) }
            }
            out[(row * heads + head) * headSize + e] = rounded(sum, to: p.significantBits)
          }
        }
      }
    }
  }
}

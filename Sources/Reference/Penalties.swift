import Numerics
import ShaderInterface

/// What one row's text costs.
private struct RowPenalties {
  let repetition, inverseRepetition, presence, frequency: Float
  let window: UInt32

  init(_ p: ShaderInterface.Penalties) {
    (repetition, inverseRepetition) = (p.repetition, p.inverseRepetition)
    (presence, frequency, window) = (p.presence, p.frequency, p.window)
  }

  init(_ settings: UnsafeBufferPointer<UInt32>, row: Int) {
    let words = Array(settings[row * Int(PENALTY_WORDS)..<(row + 1) * Int(PENALTY_WORDS)])
    let floats = words.map { Float(bitPattern: $0) }
    (repetition, inverseRepetition, presence, frequency) = (floats[0], floats[1], floats[2], floats[3])
    window = words[4]
  }
}

extension Reference {
  /// Repetition, presence and frequency penalties by the latest tokens of each row's text, then bias, then mask.
  ///
  /// `logits`: f32 [rows][vocabulary], in place; `history`: u32 [`STATE_LENGTH` + 1]; `tokens`, `parents`: u32 [rows];
  /// `bias`: f32 [1 or rows][vocabulary]; `mask`: u32 [1 or rows][maskWords], bit 1 allows;
  /// `settings`: u32 [rows][`PENALTY_WORDS`], with p.rowSettings;
  /// `owners`: u32 [rows], read in a batch, where `history` is [sequences][historyCapacity]. A row of no sequence stays as it is.
  public static func penalties(
    _ p: ShaderInterface.Penalties, logits: UnsafeMutableBufferPointer<Float>,
    history: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    tokens: UnsafeBufferPointer<UInt32>, parents: UnsafeBufferPointer<UInt32>,
    bias: UnsafeBufferPointer<Float>, mask: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    settings: UnsafeBufferPointer<UInt32> = UnsafeBufferPointer(start: nil, count: 0)
  ) {
    let vocabulary = Int(p.vocabulary)
    let capacity = Int(p.historyCapacity)
    for r in 0..<Int(p.rows) {
      guard let own = rowState(r, state, owners: owners, sequences: p.sequences) else { continue }
      let first = p.sequences > 1 ? own[Int(STATE_FIRST_NODE)] : 0
      guard first <= UInt32(r), UInt32(r) - first < MAXIMUM_NODES else { continue }
      var node = UInt32(r) - first
      let start = p.sequences > 1 ? Int(owners[r]) * capacity : 0
      let committed = history[start..<start + min(Int(own[Int(STATE_LENGTH)]), capacity - 1) + 1]
      var path: [UInt32] = []
      while parents[Int(first + node)] < node {
        path.insert(tokens[Int(first + node)], at: 0)
        node = parents[Int(first + node)]
      }
      let row = p.rowSettings == 0 ? RowPenalties(p) : RowPenalties(settings, row: r)
      let text = (Array(committed) + path).suffix(Int(row.window))
      let counts = text.reduce(into: [:]) { $0[$1, default: 0] += 1 }
      for v in 0..<vocabulary {
        var logit = logits[r * vocabulary + v]
        if let count = counts[UInt32(v)] {
          var z = flush(logit)
          z = flush(z * flush(z > 0 ? row.inverseRepetition : row.repetition))
          z = flush(z - flush(Float(count) * row.frequency))
          logit = flush(z - row.presence)
        }
        if p.hasBias != 0 {
          logit = flush(flush(logit) + flush(bias[(p.rowBiases != 0 ? r : 0) * vocabulary + v]))
        }
        if p.maskWords > 0 {
          let word = mask[(p.rowMasks != 0 ? r : 0) * Int(p.maskWords) + v / 32]
          if word >> UInt32(v % 32) & 1 == 0 { logit = -.infinity }
        }
        logits[r * vocabulary + v] = logit
      }
    }
  }
}

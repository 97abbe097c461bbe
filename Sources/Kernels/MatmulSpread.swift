import ShaderInterface

/// How the lanes of a group of matmulSpread.glsl or, on a GPU, matmulInt8.glsl share its 32 outputs.
struct MatmulSpread {
  /// 16-byte words of weights that a lane loads before it uses the first, at most, with one output and with several.
  let wordsAhead: (one: UInt32, several: UInt32)

  /// For a GPU.
  static let graphics = MatmulSpread(wordsAhead: (8, 16))
  /// For a CPU's driver, which takes long to compile many.
  static let small = MatmulSpread(wordsAhead: (4, 4))

  /// Outputs of a lane, which share the inputs that it loads. By count, for a GPU whose processors take in 128 bytes and
  /// do 128 products a clock: four inputs of a row, a load of 16 bytes a lane, cost as much as 16 products of it. One
  /// output has four of them, so at four rows loads would take as long as the weights do to arrive, at 16 four times.
  func columns(rows: UInt32) -> UInt32 { rows <= 2 ? 1 : rows <= 4 ? 2 : 4 }

  /// Of a group: fewer where each has four outputs, whose sums take its registers.
  func lanes(rows: UInt32) -> UInt32 { columns(rows: rows) < 4 ? 256 : 128 }

  /// Words ahead, outputs of a lane, and lanes.
  func specialization(rows: UInt32) -> [UInt32] {
    let columns = columns(rows: rows)
    return [columns == 1 ? wordsAhead.one : wordsAhead.several, columns, lanes(rows: rows)]
  }
}

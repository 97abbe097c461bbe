import Kernels
import ShaderInterface

/// The temperature of a case, or one for each of its rows.
struct RowTemperatures: Sendable {
  let temperature: Double
  /// "warps", if each row has its own.
  let operands: [CaseOperand]

  static let one = RowTemperatures(1)

  /// The same for all rows.
  init(_ temperature: Double) { (self.temperature, operands) = (temperature, []) }

  /// Of rows' own some are at the ends of the range, and in one case in four one is beyond; noise takes the place of what
  /// does not concern a temperature.
  init(rows: Int, random: inout CaseRandom) {
    temperature = random.element([1, 1, 0.7, 1.3, 0.01, 100, 1e-6, 1e19])
    guard random.oneIn(2) else {
      operands = []
      return
    }
    var words = random.words(rows * Warp.wordCount)
    let ends = [LEAST_INVERSE_TEMPERATURE_BITS, GREATEST_INVERSE_TEMPERATURE_BITS]
    for row in 0..<rows {
      let factor = random.element([1, 1, 1.5, 0.25, 100] as [Float])
      words[row * Warp.wordCount] = random.oneIn(12) ? random.element(ends) : factor.bitPattern
    }
    if random.oneIn(4) {
      let beyond = [ends[0] - 1, ends[1] + 1, 0, 0x8000_0000 | ends[1], 0x7f80_0000, NAN_BITS]
      words[random.below(rows) * Warp.wordCount] = random.element(beyond)
    }
    operands = [.words("warps", words, [rows, Warp.wordCount])]
  }

  var isOwn: Bool { !operands.isEmpty }

  /// Of the rows' own.
  var words: [UInt32] { operands.first?.words ?? [] }

  var shape: String { isOwn ? "temperatures of rows" : "temperature \(temperature)" }

  func warps(_ o: BoundOperands) -> Tensor<UInt32>? { isOwn ? o.words("warps") : nil }
}

import Kernels

/// What a matmul multiplies: weights of a format, and rows of floats or of signed bytes.
public struct MatmulKind: Sendable, Hashable, CustomStringConvertible {
  public let format: PackedWeights.Format
  /// Whether x is rows of ``CommandList/quantizeBlocks(_:out:rows:columns:)`` or, for int8, `quantizeRows`.
  public let hasByteRows: Bool

  /// int8 always has rows of bytes.
  public init(_ format: PackedWeights.Format, hasByteRows: Bool = false) {
    self.format = format
    self.hasByteRows = hasByteRows || format == .int8
  }

  /// Every format with the rows that it takes.
  public static let all: [MatmulKind] =
    PackedWeights.Format.allCases.map { MatmulKind($0) }
    + [.q8, .q4].map { MatmulKind($0, hasByteRows: true) }

  public var kernel: Kernel { format.kernel(quantizedRows: hasByteRows) }

  /// 32-bit words of a row of x.
  public func rowWords(inputs: Int) -> Int {
    guard hasByteRows else { return inputs }
    return format == .int8 ? quantizedWordCount(columns: inputs) : quantizedBlockWordCount(columns: inputs)
  }

  public var description: String {
    hasByteRows && format != .int8 ? "\(format.rawValue) x int8" : format.rawValue
  }
}

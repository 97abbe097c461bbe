/// The sizes of one decoder layer of a Llama-style model.
public struct LayerShape: Codable, Sendable {
  public var name: String
  /// Columns of the residual stream.
  public var columns: Int
  public var heads: Int
  public var keyHeads: Int
  public var headSize: Int
  /// Columns between the two halves of the gated feed-forward part.
  public var feedForward: Int
  /// Keys in the cache before the rows in flight.
  public var context: Int

  /// The embedded target model.
  public static let embedded = LayerShape(
    name: "embedded", columns: 384, heads: 6, keyHeads: 2, headSize: 64, feedForward: 960, context: 512)
  /// Llama 2 7B (Touvron et al., 2023).
  public static let llama7B = LayerShape(
    name: "llama-7b", columns: 4096, heads: 32, keyHeads: 32, headSize: 128, feedForward: 11_008, context: 512
  )

  public static let all = [embedded, llama7B]

  var queryColumns: Int { heads * headSize }
  var keyColumns: Int { keyHeads * headSize }
  var projectedColumns: Int { queryColumns + 2 * keyColumns }

  /// Weights of the four matrices.
  public var weights: Int {
    columns * projectedColumns + queryColumns * columns + 3 * columns * feedForward
  }

  /// Bytes that `rows` rows have to move: f16 weights and f16 keys and values once.
  public func bytes(rows: Int) -> Int { 2 * weights + 4 * (context + rows) * keyColumns }

  /// fp32 multiplications and additions of the matrices and of attention over the prefix.
  public func operations(rows: Int) -> Int { 2 * rows * weights + 4 * rows * queryColumns * context }
}

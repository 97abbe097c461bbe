/// Where an operand's columns lie in rows of more of them, as one projection writes what several kernels read.
///
/// Column c of row r is element r * stride + first + c.
public struct RowColumns: Sendable, Hashable {
  /// Of the wider row, from 0.
  public let first: Int
  /// Elements from one row to the next.
  public let stride: Int

  /// Checked by the calls: all columns lie within the stride.
  public init(first: Int, stride: Int) {
    self.first = first
    self.stride = stride
  }
}

extension RowColumns? {
  /// The place of `columns` columns in `rows` rows of `tensor`, which has to hold them; nil: rows of these alone.
  func check<T>(
    _ columns: Int, of tensor: Tensor<T>, rows: Int, _ name: String
  ) throws(Refusal) -> (first: UInt32, stride: UInt32) {
    let place = self ?? RowColumns(first: 0, stride: columns)
    let possible = 0...1 << 24
    try require(
      possible.contains(place.first) && possible.contains(place.stride),
      "columns of \(name) from \(place.first) on in rows of \(place.stride), 0 to \(1 << 24) are possible")
    try require(
      place.first + columns <= place.stride,
      "\(columns) columns of \(name) from \(place.first) on in rows of \(place.stride)")
    try require(tensor, (rows - 1) * place.stride + place.first + columns, name)
    return (UInt32(place.first), UInt32(place.stride))
  }
}

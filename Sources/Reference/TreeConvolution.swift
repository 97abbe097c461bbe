import Numerics
import ShaderInterface

extension Reference {
  /// Each channel's causal convolution along a row's ancestors and then the committed tail, nearest input first.
  ///
  /// `x`, `out`: f32 [rows][channels], `x` as columns of wider rows; `weights`: f32 [channels][width]; `bias`: f32 [channels]; `parents`, `owners`:
  /// u32 [rows]; `state`: u32; `tail`: f32 [sequences][width - 1][channels].
  public static func treeConvolution(
    _ p: ShaderInterface.TreeConvolution, x: UnsafeBufferPointer<Float>, weights: UnsafeBufferPointer<Float>,
    bias: UnsafeBufferPointer<Float>, parents: UnsafeBufferPointer<UInt32>,
    owners: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    tail: UnsafeBufferPointer<Float>, out: UnsafeMutableBufferPointer<Float>
  ) {
    let (channels, width, sequences) = (Int(p.channels), Int(p.width), Int(p.sequences))
    let flight = InFlightRows(
      state: state, sequences: sequences, rows: Int(p.rows), parents: p.isTree != 0 ? parents : nil)
    for row in 0..<Int(p.rows) {
      let owner = sequences == 1 ? 0 : Int(owners[row])
      guard owner < sequences else { continue }
      let range = flight.range(of: owner)
      guard range.contains(row) else { continue }
      var path = [row]
      while path.count < width, let parent = flight.parent(of: path.last!, in: range) { path.append(parent) }
      let committed = (0..<width - path.count).map { owner * (width - 1) + width - 2 - $0 }
      for c in 0..<channels {
        let own = path.map { x[$0 * Int(p.inputStride) + Int(p.inputFirst) + c] }
        let inputs = own + committed.map { tail[$0 * channels + c] }
        var y: Float = p.hasBias != 0 ? flush(bias[c]) : 0
        for (j, input) in inputs.enumerated() {
          y = y + flush(flush(weights[c * width + width - 1 - j]) * flush(input))
        }
        let gated = p.hasGate != 0 ? y * sigmoid(y) : y
        out[row * channels + c] = rounded(flush(gated), to: p.significantBits)
      }
    }
  }
}

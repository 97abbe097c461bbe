import Numerics
import ShaderInterface

extension Reference {
  /// The last width - 1 inputs of a convolution: those of the old tail, then those of the accepted rows, or of all rows.
  ///
  /// `result`: u32 [sequences][resultWords], for trees; `state`: u32; `x`: u32 [rows][channels], columns of wider rows;
  /// `tail`: u32 [sequences][width - 1][channels].
  public static func gatherTail(
    _ p: ShaderInterface.GatherTail, result: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    x: UnsafeBufferPointer<UInt32>, tail: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (channels, entries) = (Int(p.channels), Int(p.width) - 1)
    let flight = InFlightRows(state: state, sequences: Int(p.sequences), rows: Int(p.rows), parents: nil)
    for s in 0..<Int(p.sequences) {
      let round = PackedResult(
        result: result, sequence: s, maximumNodes: Int(p.maximumNodes), resultWords: Int(p.resultWords))
      let all = (0..<UInt32(flight.range(of: s).count)).map { $0 }
      guard let nodes = p.isTree != 0 ? round.path : all else { continue }
      for c in 0..<channels {
        let place = { (entry: Int) in (s * entries + entry) * channels + c }
        let old = (0..<entries).map { tail[place($0)] }
        let rows = nodes.map { node in
          flight.row(node, of: s).map { x[$0 * Int(p.inputStride) + Int(p.inputFirst) + c] }
        }
        let last = (old.map { Optional($0) } + rows).suffix(entries)
        for (j, value) in last.enumerated() { tail[place(j)] = value ?? old[j] }
      }
    }
  }
}

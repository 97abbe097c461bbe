import Numerics
import ShaderInterface

extension Reference {
  /// Paths of tokens as one tree a sequence; with `merging`, equal beginnings share nodes.
  ///
  /// `paths`, `nodes`: u32 [sequences][paths][length], a path ends at its first `NO_TOKEN`;
  /// `state`: u32 [sequences][STATE_WORDS]; `tokens`, `parents`: u32 [capacity].
  public static func mergePaths(
    _ p: ShaderInterface.MergePaths, paths: UnsafeBufferPointer<UInt32>,
    state: UnsafeMutableBufferPointer<UInt32>, tokens: UnsafeMutableBufferPointer<UInt32>,
    parents: UnsafeMutableBufferPointer<UInt32>, nodes: UnsafeMutableBufferPointer<UInt32>
  ) {
    let (count, length) = (Int(p.paths), Int(p.maximumLength))
    for s in 0..<Int(p.sequences) {
      let own = PackedSequence(state: state, sequence: s)
      guard own.fits(nodes: p.maximumNodes, capacity: p.capacity) else { continue }
      var known: [[UInt32]: UInt32] = [:]
      var total: UInt32 = 1
      parents[own.first] = NO_NODE
      for path in 0..<count {
        let start = (s * count + path) * length
        nodes[start..<start + length].update(repeating: NO_NODE)
        var parent: UInt32 = 0
        for d in 0..<length {
          let token = paths[start + d]
          if token == NO_TOKEN { break }
          // Without merging, the path's own number keeps its prefixes apart.
          let prefix = [p.merging == 0 ? UInt32(path) : 0] + paths[start...start + d]
          let node = known[prefix] ?? total
          if node == total {
            known[prefix] = node
            total += 1
          }
          guard node < p.maximumNodes else { continue }
          tokens[own.first + Int(node)] = token
          parents[own.first + Int(node)] = parent
          nodes[start + d] = node
          parent = node
        }
      }
      own.nodes = min(total, p.maximumNodes)
    }
  }
}

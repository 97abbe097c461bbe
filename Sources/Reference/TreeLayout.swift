import Numerics
import ShaderInterface

extension Reference {
  /// Depths, ancestor bits and links of the trees that `parents` gives.
  ///
  /// `parents`, `depths`: u32 [capacity]; `state`: u32 [sequences][STATE_WORDS]; `mask`: u32 [capacity][maskWords];
  /// `links`: u32 [capacity][2], first child and next sibling. A malformed tree is laid out as roots, with a status.
  public static func treeLayout(
    _ p: ShaderInterface.TreeLayout, parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeMutableBufferPointer<UInt32>, depths: UnsafeMutableBufferPointer<UInt32>,
    mask: UnsafeMutableBufferPointer<UInt32>, links: UnsafeMutableBufferPointer<UInt32>
  ) {
    let sequences = (0..<Int(p.sequences)).map { PackedSequence(state: state, sequence: $0) }
    // The nodes of each; nil where they do not fit.
    let ranges = sequences.map { own in
      let end = own.first + Int(own.nodes)
      return (1...p.maximumNodes).contains(own.nodes) && end <= p.capacity ? own.first..<end : nil
    }
    let shared = overlapping(ranges)
    for (s, own) in sequences.enumerated() where own.nodes > 0 {  // else it sits out this round
      guard ranges[s] != nil, !shared.contains(s) else {
        own.add(status: STATUS_MALFORMED_TREE)
        continue
      }
      let (first, count) = (own.first, Int(own.nodes))
      let isWellFormed = (1..<count).allSatisfy { parents[first + $0] < $0 }
      if !isWellFormed { own.add(status: STATUS_MALFORMED_TREE) }
      let parent = (0..<count).map { $0 > 0 && isWellFormed ? Int(parents[first + $0]) : nil }

      for node in 0..<count {
        var path = [node]
        while let above = parent[path.last!] { path.append(above) }
        depths[first + node] = UInt32(path.count - 1)
        let row = (first + node) * Int(p.maskWords)
        mask[row..<row + Int(p.maskWords)].update(repeating: 0)
        for ancestor in path { mask[row + ancestor / 32] |= 1 << UInt32(ancestor % 32) }
        let child = parent.firstIndex(of: node)
        let sibling = (node + 1..<count).first { parent[node] != nil && parent[$0] == parent[node] }
        links[2 * (first + node)] = child.map { UInt32($0) } ?? NO_NODE
        links[2 * (first + node) + 1] = sibling.map { UInt32($0) } ?? NO_NODE
      }
    }
  }

  /// Which ranges, none of them empty, overlap another one.
  private static func overlapping(_ ranges: [Range<Int>?]) -> Set<Int> {
    var found: Set<Int> = []
    // The range so far that reaches farthest: whatever else overlaps the next one overlaps this one too.
    var farthest: (index: Int, end: Int)?
    let present = ranges.enumerated().compactMap { index, range in range.map { (index, $0) } }
    for (index, range) in present.sorted(by: { $0.1.lowerBound < $1.1.lowerBound }) {
      if let farthest, range.lowerBound < farthest.end { found.formUnion([index, farthest.index]) }
      if range.upperBound > farthest?.end ?? 0 { farthest = (index, range.upperBound) }
    }
    return found
  }
}

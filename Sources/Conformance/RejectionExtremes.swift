import Kernels
import ShaderInterface

/// The least and the most that a rejection rule has to do with a tree of one sequence.
public enum RejectionExtreme: String, Sendable {
  /// The root has all other nodes for children, and the target none of their tokens.
  case allRejected = "all rejected"
  /// A chain whose target rows are its draft rows.
  case allAccepted = "all accepted"

  fileprivate func parent(of node: Int) -> Int { self == .allRejected ? 0 : node - 1 }

  /// The target's weight of a token; the draft gives all of its own to the `nodes` tokens of the tree.
  fileprivate func targetWeight(_ token: Int, nodes: Int, drafted: UInt32) -> UInt32 {
    self == .allAccepted ? (token < nodes ? drafted : 0) : token < nodes ? 0 : 5
  }
}

extension KernelCase {
  /// Recursive rejection of an extreme tree.
  public static func verifySiblings(
    _ rule: SiblingRule, _ extreme: RejectionExtreme, nodes: Int, vocabulary: Int
  ) -> KernelCase {
    extremeCase(
      extreme, nodes, vocabulary, [.output("scratch", .word, [vocabulary], role: .scratch)]
    ) { list, o in
      list.verifySiblings(
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: nodes), scratch: o.words("scratch"), rule: rule)
    }
  }

  /// Traversal verification of an extreme tree.
  public static func verifyTraversal(
    _ rule: SiblingRule, _ extreme: RejectionExtreme, nodes: Int, vocabulary: Int
  ) -> KernelCase {
    extremeCase(extreme, nodes, vocabulary, []) { list, o in
      list.verifyTraversal(
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: nodes), rule: rule)
    }
  }

  /// A tree whose node n has token n; every node has the same rows.
  private static func extremeCase(
    _ extreme: RejectionExtreme, _ nodes: Int, _ vocabulary: Int, _ others: [CaseOperand],
    record: @escaping @Sendable (any CommandList, BoundOperands) -> Void
  ) -> KernelCase {
    let drafted = UInt32(1 << 30) / UInt32(nodes)
    let draft = (0..<vocabulary).map { $0 < nodes ? drafted : 0 }
    let target = (0..<vocabulary).map { extreme.targetWeight($0, nodes: nodes, drafted: drafted) }
    func repeated(_ row: [UInt32]) -> [UInt32] { (0..<nodes).flatMap { _ in row } }
    func totals(_ row: [UInt32]) -> [UInt32] { repeated([row.reduce(0, +), STATUS_OK]) }
    let parents = (0..<nodes).map { $0 == 0 ? NO_NODE : UInt32(extreme.parent(of: $0)) }
    return KernelCase(
      "\(nodes) nodes, vocabulary \(vocabulary), \(extreme.rawValue)",
      [
        .words("weights", repeated(target), [nodes, vocabulary], role: .scratch),
        .words("totals", totals(target), [nodes, 2]),
        .words("draftWeights", repeated(draft), [nodes, vocabulary]),
        .words("draftTotals", totals(draft), [nodes, 2]),
        .words("tokens", (0..<UInt32(nodes)).map { $0 }), .words("parents", parents),
        .words("state", SequenceState(length: 5, seed: 3, nodes: nodes).words),
        .output("result", .word, [TreeBuffers.resultWords(maximumNodes: nodes)]),
      ] + others, record: record)
  }
}

import Kernels
import ShaderInterface

extension KernelCase {
  /// Traversal verification, chains among the trees.
  public static func verifyTraversal(
    _ rule: SiblingRule, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let drawn = RejectionCase(rule, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    let sequences = drawn.forest.sequences
    let operands = drawn.operands.filter { $0.name != "depths" }.map { operand in
      operand.name == "weights" ? operand.with(role: .scratch) : operand
    }
    return KernelCase(drawn.shape, operands) { list, o in
      list.verifyTraversal(
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: maximumNodes), rule: rule, sequences: sequences)
    }
  }
}

let verifyTraversalFamilies = SiblingRule.allCases.filter { $0 != .kSeq }.map { rule in
  CaseFamily(.verifyTraversal, "\(rule)") { random in
    let size = random.rejectionSize()
    return .verifyTraversal(
      rule, maximumNodes: size.maximumNodes, vocabulary: size.vocabulary, random: &random)
  }
}

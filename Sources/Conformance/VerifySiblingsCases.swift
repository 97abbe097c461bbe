import Kernels
import ShaderInterface

extension KernelCase {
  /// Recursive rejection under one rule.
  public static func verifySiblings(
    _ rule: SiblingRule, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let drawn = RejectionCase(rule, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    let sequences = drawn.forest.sequences
    return KernelCase(
      drawn.shape, drawn.operands + [.output("scratch", .word, [sequences, 2, vocabulary], role: .scratch)]
    ) { list, o in
      list.verifySiblings(
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: maximumNodes), scratch: o.words("scratch"), rule: rule,
        sequences: sequences)
    }
  }
}

let verifySiblingsFamilies = SiblingRule.allCases.map { rule in
  CaseFamily(.verifySiblings, "\(rule)") { random in
    let size = random.rejectionSize()
    return .verifySiblings(
      rule, maximumNodes: size.maximumNodes, vocabulary: size.vocabulary, random: &random)
  }
}

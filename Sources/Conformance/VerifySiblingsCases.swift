import Kernels
import ShaderInterface

extension KernelCase {
  /// Recursive rejection under one rule.
  public static func verifySiblings(
    _ rule: SiblingRule, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    verifySiblings(rule, nil, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
  }

  static func verifySiblings(
    _ rule: SiblingRule, _ form: TreeForm?, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let drawn = RejectionCase(rule, form, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    let (sequences, stream) = (drawn.forest.sequences, random.ruleStream())
    return KernelCase(
      drawn.shape,
      drawn.operandsWithoutDepths
        + [.output("scratch", .word, [sequences, vocabulary], role: .scratch)]
    ) { list, o in
      list.verifySiblings(
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: maximumNodes), scratch: o.words("scratch"), rule: rule,
        sequences: sequences, stream: stream)
    }
  }
}

/// On chains token rejection.
private let siblingForms: [(name: String, rule: SiblingRule, form: TreeForm?)] =
  SiblingRule.allCases.map { ("\($0)", $0, nil) } + [("token", .withReplacement, .chain)]

let verifySiblingsFamilies = siblingForms.map { name, rule, form in
  CaseFamily(.verifySiblings, name) { random in
    let size = random.rejectionSize()
    return .verifySiblings(
      rule, form, maximumNodes: size.maximumNodes, vocabulary: size.vocabulary, random: &random)
  }
}

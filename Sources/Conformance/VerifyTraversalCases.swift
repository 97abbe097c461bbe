import Kernels
import ShaderInterface

extension KernelCase {
  /// Traversal verification, chains among the trees.
  public static func verifyTraversal(
    _ rule: SiblingRule, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    verifyTraversal(rule, nil, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
  }

  static func verifyTraversal(
    _ rule: SiblingRule, _ form: TreeForm?, maximumNodes: Int, vocabulary: Int, random: inout CaseRandom
  ) -> KernelCase {
    let drawn = RejectionCase(rule, form, maximumNodes: maximumNodes, vocabulary: vocabulary, random: &random)
    let (sequences, stream) = (drawn.forest.sequences, random.ruleStream())
    let operands = drawn.operandsWithoutDepths.map { operand in
      operand.name == "weights" ? operand.with(role: .scratch) : operand
    }
    return KernelCase(drawn.shape, operands) { list, o in
      list.verifyTraversal(
        target: o.rows("weights", "totals", vocabulary: vocabulary),
        draft: o.rows("draftWeights", "draftTotals", vocabulary: vocabulary),
        tree: o.tree(maximumNodes: maximumNodes), rule: rule, sequences: sequences, stream: stream)
    }
  }
}

/// On chains block verification; `mergedPaths` are independent paths merged by prefix, whose siblings differ.
private let traversalForms: [(name: String, rule: SiblingRule, form: TreeForm?)] =
  SiblingRule.allCases.filter { $0 != .kSeq }.map { ("\($0)", $0, nil) }
  + [("block", .withReplacement, .chain), ("mergedPaths", .withoutReplacement, .paths)]

let verifyTraversalFamilies = traversalForms.map { name, rule, form in
  CaseFamily(.verifyTraversal, name) { random in
    let size = random.rejectionSize()
    return .verifyTraversal(
      rule, form, maximumNodes: size.maximumNodes, vocabulary: size.vocabulary, random: &random)
  }
}

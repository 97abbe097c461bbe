import Kernels

extension KernelCase {
  /// The children of tree nodes from their draft rows; rows may run out.
  public static func drawChildren(
    parents: Int, vocabulary: Int, children: Int, replacement: Bool, firstParent: Int, firstChild: Int,
    random: inout CaseRandom
  ) -> KernelCase {
    let rows = WeightRows(
      rows: firstParent + parents, vocabulary: vocabulary, emptyRarity: 12, random: &random)
    let childDepth = random.integer(1...20)
    let nodes = firstChild + parents * children + random.below(3)
    let keys = random.element(DraftKeys.allCases)
    return KernelCase(
      """
      parents \(parents) from \(firstParent), vocabulary \(vocabulary), children \(children) from \(firstChild), \
      depth \(childDepth), keyed by \(keys)
      """,
      [
        .words("weights", rows.weights, [firstParent + parents, vocabulary]),
        .words("totals", rows.totals, [firstParent + parents, 2]),
        .words("state", random.state(length: random.below(300))),
        .words("tokens", random.words(nodes, below: 1000), role: .inputOutput),
      ]
    ) { list, o in
      let draft = DistributionRows(
        weights: o.words("weights"), totals: o.words("totals"), vocabulary: vocabulary)
      list.drawChildren(
        draft, state: o.words("state"), tokens: o.words("tokens"), parents: parents, children: children,
        replacement: replacement, firstParent: firstParent, firstChild: firstChild, childDepth: childDepth,
        keys: keys)
    }
  }
}

let drawChildrenFamilies = [true, false].map { replacement in
  CaseFamily(.drawChildren, replacement ? "withReplacement" : "withoutReplacement") { random in
    let vocabulary = random.vocabulary()
    return .drawChildren(
      parents: random.rows(of: vocabulary), vocabulary: vocabulary, children: random.length(9),
      replacement: replacement, firstParent: random.below(3), firstChild: random.integer(1...9),
      random: &random)
  }
}

let vocabularyFamilies =
  argmaxFamilies + topTokensFamilies + distributionFamilies + drawTargetFamilies + drawChildrenFamilies
  + rowStatisticsFamilies + tokenLogProbabilityFamilies + divergenceFamilies + penaltiesFamilies
  + mixLogitsFamilies + drawLogitsFamilies + drawGumbelFamilies + drawSharedFamilies
  + combineDistributionsFamilies + suppressTokensFamilies + groupSumsFamilies

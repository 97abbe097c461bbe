import Numerics
import ShaderInterface

extension Reference {
  /// Sibling rejection over a token tree; the output tokens follow the target's rows exactly.
  ///
  /// With replacement: SpecInfer (Miao et al. 2024); without: recursive rejection (Jeon et al. 2024), Sequoia;
  /// k-seq: SpecTr (Sun et al. 2023).
  /// `weights`, `totals`: u32 [capacity][vocabulary] and [capacity][2] of the target; `draftWeights`, `draftTotals`:
  /// the same of the draft, a row a parent or, with `SIBLINGS_OWN_ROWS`, a child, without weight where it is missing; `tokens`, `parents`: u32 [capacity];
  /// `state`: u32 [sequences][STATE_WORDS]; `scratch`: u32 [sequences][vocabulary]; `result`: u32
  /// [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes].
  public static func verifySiblings(
    _ p: ShaderInterface.VerifySiblings, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeBufferPointer<UInt32>,
    draftTotals: UnsafeBufferPointer<UInt32>, tokens: UnsafeBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, scratch: UnsafeMutableBufferPointer<UInt32>,
    result: UnsafeMutableBufferPointer<UInt32>
  ) {
    for sequence in 0..<p.sequences {
      let first = Int(sequence) * Int(STATE_WORDS)
      var source = KeyedUniforms(
        seed: seed(of: UnsafeBufferPointer(rebasing: state[first..<first + Int(STATE_WORDS)])),
        roleOffset: p.stream &* ROLE_STREAM)
      verifySiblings(
        p, sequence: sequence, weights: weights, totals: totals, draftWeights: draftWeights,
        draftTotals: draftTotals, tokens: tokens, parents: parents, state: state,
        scratch: scratch, result: result, source: &source)
    }
  }

  /// One sequence of it, with any source of random numbers and any size of reduced residuals.
  public static func verifySiblings<Source: UniformSource>(
    _ p: ShaderInterface.VerifySiblings, sequence: UInt32 = 0, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeBufferPointer<UInt32>,
    draftTotals: UnsafeBufferPointer<UInt32>, tokens: UnsafeBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, scratch: UnsafeMutableBufferPointer<UInt32>,
    result: UnsafeMutableBufferPointer<UInt32>, reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS,
    source: inout Source
  ) {
    let tree = TreeWalk(
      sequence: sequence, tokens: tokens, parents: parents, state: state, maximumNodes: p.maximumNodes,
      capacity: p.capacity)
    let vocabulary = Int(p.vocabulary)
    let draftRows = p.mode == SIBLINGS_ONE_HOT ? 0 : Int(p.draftRows)
    let block = Int(sequence) * vocabulary
    let target = UnsafeMutableBufferPointer(rebasing: scratch[block..<block + vocabulary])
    let round = tree.walk { node, depth, children, tried in
      let r = tree.firstNode + node
      let row = r * vocabulary..<(r + 1) * vocabulary
      _ = target.update(fromContentsOf: weights[row])
      // One row of all children, or each child's own.
      var drafts = (p.mode == SIBLINGS_OWN_ROWS ? children : [node]).map { drawn in
        DraftRow(
          tree.firstNode + drawn, of: draftRows, weights: draftWeights, totals: draftTotals,
          vocabulary: vocabulary)
      }
      return verifyNode(
        target: target, total: UInt64(totals[2 * r]), status: totals[2 * r + 1], drafts: &drafts,
        children: children.map { tree.tokens[$0] }, mode: p.mode, position: tree.length &+ depth &+ 1,
        reducedTotalBits: reducedTotalBits, tried: &tried, source: &source)
    }
    tree.write(round, sequence: sequence, into: result)
  }
}

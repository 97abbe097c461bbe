import Numerics
import ShaderInterface

extension Reference {
  /// Sibling rejection over a token tree; the output tokens follow the target's rows exactly.
  ///
  /// With replacement: SpecInfer (Miao et al. 2024); without: recursive rejection (Jeon et al. 2024), Sequoia.
  /// `weights`, `totals`: u32 [nodes][vocabulary] and [nodes][2] of the target; `draftWeights`, `draftTotals`:
  /// the same of the draft, a row a parent; `tokens`, `parents`, `depths`, `state`: u32;
  /// `scratch`: u32 [2][vocabulary]; `result`: u32 [RESULT_PATH + 2 * maximumNodes].
  public static func verifySiblings(
    _ p: ShaderInterface.VerifySiblings, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeBufferPointer<UInt32>,
    draftTotals: UnsafeBufferPointer<UInt32>, tokens: UnsafeBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>, depths: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, scratch: UnsafeMutableBufferPointer<UInt32>,
    result: UnsafeMutableBufferPointer<UInt32>
  ) {
    var source = KeyedUniforms(seed: seed(of: state))
    verifySiblings(
      p, weights: weights, totals: totals, draftWeights: draftWeights, draftTotals: draftTotals,
      tokens: tokens, parents: parents, depths: depths, state: state, scratch: scratch, result: result,
      source: &source)
  }

  /// The same with any source of random numbers and any size of reduced residuals.
  public static func verifySiblings<Source: UniformSource>(
    _ p: ShaderInterface.VerifySiblings, weights: UnsafeBufferPointer<UInt32>,
    totals: UnsafeBufferPointer<UInt32>, draftWeights: UnsafeBufferPointer<UInt32>,
    draftTotals: UnsafeBufferPointer<UInt32>, tokens: UnsafeBufferPointer<UInt32>,
    parents: UnsafeBufferPointer<UInt32>, depths: UnsafeBufferPointer<UInt32>,
    state: UnsafeBufferPointer<UInt32>, scratch: UnsafeMutableBufferPointer<UInt32>,
    result: UnsafeMutableBufferPointer<UInt32>, reducedTotalBits: UInt32 = REDUCED_TOTAL_BITS,
    source: inout Source
  ) {
    let tree = TreeWalk(tokens: tokens, parents: parents, state: state, maximumNodes: p.maximumNodes)
    let vocabulary = Int(p.vocabulary)
    tree.verify(into: result) { node, children in
      let row = node * vocabulary..<(node + 1) * vocabulary
      let target = UnsafeMutableBufferPointer(rebasing: scratch[0..<vocabulary])
      let draft = UnsafeMutableBufferPointer(rebasing: scratch[vocabulary..<2 * vocabulary])
      _ = target.update(fromContentsOf: weights[row])
      var draftTotal: UInt64 = 0
      if p.mode != SIBLINGS_ONE_HOT && !children.isEmpty {
        _ = draft.update(fromContentsOf: draftWeights[row])
        draftTotal = UInt64(draftTotals[2 * node])
      }
      return verifyNode(
        target: target, total: UInt64(totals[2 * node]), status: totals[2 * node + 1], draft: draft,
        draftTotal: draftTotal, children: children.map { tokens[$0] }, mode: p.mode,
        position: state[Int(STATE_LENGTH)] &+ depths[node] &+ 1, reducedTotalBits: reducedTotalBits,
        source: &source)
    }
  }
}

import ShaderInterface

/// Several sequences in one call: their states lie one after another, the nodes of their trees packed in shared arrays.
public struct SequenceBatch: Sendable {
  /// How many of them, at least 1.
  public let sequences: Int
  /// The sequence of each packed row, u32 `[rows]`; not read with one sequence. A row whose owner is not below
  /// `sequences`, or which lies outside its sequence's nodes where the kernel looks at them, belongs to none: its
  /// results say so (+0, a NaN, a status), what is changed in place keeps its bits, and nothing is stored for it;
  /// `treeScan` and `treeConvolution` leave its results unwritten.
  public let owners: Tensor<UInt32>

  /// `owners` holds an entry for each row of the calls that get the batch.
  public init(sequences: Int, owners: Tensor<UInt32>) {
    self.sequences = sequences
    self.owners = owners
  }
}

extension SequenceBatch? {
  var sequences: Int { self?.sequences ?? 1 }

  /// What is bound for the owners: kernels do not read them with one sequence.
  func owners(or state: Tensor<UInt32>) -> Tensor<UInt32> { self?.owners ?? state }

  /// `state` and the owners cover the batch and its first `rows` packed rows.
  func check(state: Tensor<UInt32>, rows: Int) throws(Refusal) {
    try requireSizes(sequences)
    try require(sequences >= 1, "\(sequences) sequences")
    try require(state, sequences * Int(STATE_WORDS), "state")
    if let self { try require(self.owners, rows, "owners") }
  }
}

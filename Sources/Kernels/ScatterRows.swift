import ShaderInterface

extension CommandList {
  /// Rows to where their targets say: `out[targets[i]] = x[i]`, of several rows with one target the last. Exact.
  ///
  /// It updates a table by tokens that stand on the device: an adjacency store with the best successors of all rows of a
  /// tree (Token Recycling: Luo et al., 2024), where a token that stands in several rows gets those of the last one. And
  /// with `sequences` it brings what stands in the order of paths to the nodes that `mergePaths` gives them.
  /// - Parameters:
  ///   - x: `[sequences][count][columns]`, elements of four bytes.
  ///   - targets: u32 `[sequences][count]`; a row whose target is not below `rows` goes nowhere.
  ///   - out: `[sequences][rows][columns]`, not the same memory as `x`; rows that are no target stay.
  ///   - sequences: each with rows and targets of its own.
  public func scatterRows<Element>(
    _ x: Tensor<Element>, targets: Tensor<UInt32>, out: Tensor<Element>, count: Int, rows: Int, columns: Int,
    sequences: Int = 1
  ) {
    call(.scatterRows) { kernel throws(Refusal) in
      try requireWords(of: Element.self)
      try requireSizes(count, rows, columns, sequences)
      try require((1...65_535).contains(sequences), "\(sequences) sequences, 1 to 65535 are possible")
      try require(
        count >= 1 && rows >= 1 && columns >= 1,
        "\(count) rows of \(columns) elements, to be put among \(rows)")
      try require(x, sequences * count * columns, "x")
      try require(targets, sequences * count, "targets")
      try require(out, sequences * rows * columns, "out")
      try requireCount(sequences * count * columns)
      try requireCount(sequences * rows * columns)
      let p = ShaderInterface.ScatterRows(
        count: UInt32(count), columns: UInt32(columns), rows: UInt32(rows),
        sequences: UInt32(sequences))
      let layout = MovedRows(count: sequences * count, columns: columns)
      return Invocation(
        kernel, p, [.read(x), .read(targets), .readWrite(out)], groups: layout.groups,
        specialization: layout.specialization)
    }
  }
}

extension Tuning {
  /// The shaders of `scatterRows`: which row each target belongs to is found in a workspace, then the rows are moved.
  static func scatterLayouts(of call: Invocation) -> [Layout] {
    let p: ShaderInterface.ScatterRows = call.parameters()
    let elements = Invocation.elementGroups(Int(p.sequences * p.count))
    func layout(_ stem: String, _ operands: [Int?], _ groups: (x: Int, y: Int), _ constants: [UInt32])
      -> Layout
    {
      Layout(
        stem: stem, specialization: constants, groups: groups, operands: operands,
        workspaceWords: Int(p.sequences * p.rows))
    }
    return [
      layout("scatterRowsClear", [1, nil], elements, []),
      layout("scatterRowsOwners", [1, nil], elements, []),
      layout("scatterRows", [0, 1, 2, nil], call.groups, call.specialization),
    ]
  }
}

import Kernels

extension KernelCase {
  /// Choices to sort; some name no matrix.
  public static func sortChoices(rows: Int, matrices: Int, rowsPerGroup: Int, random: inout CaseRandom)
    -> KernelCase
  {
    let choices = random.choices(rows, of: matrices)
    let groups = SortedChoices.groups(rows: rows, matrices: matrices, rowsPerGroup: rowsPerGroup)
    return KernelCase(
      "rows \(rows), matrices \(matrices), rows a group \(rowsPerGroup)",
      [.words("choices", choices), .output("schedule", .word, [groups, 1 + rowsPerGroup])]
    ) { list, o in
      let sorted = SortedChoices(schedule: o.words("schedule"), rowsPerGroup: rowsPerGroup)
      list.sortChoices(o.words("choices"), out: sorted, rows: rows, matrices: matrices)
    }
  }
}

extension CaseRandom {
  /// Choices among `matrices`, at times of few of them; some name none.
  mutating func choices(_ count: Int, of matrices: Int) -> [UInt32] {
    let used = oneIn(3) ? integer(1...matrices) : matrices
    return words(count, below: used).map { oneIn(8) ? element([UInt32(matrices), .max]) : $0 }
  }
}

let sortChoicesFamilies = [
  CaseFamily(.sortChoices) { random in
    .sortChoices(
      rows: random.length(700), matrices: random.element([1, 2, 8, 64, 255, 256, 300]),
      rowsPerGroup: random.element([1, 3, 8, 16, 16]), random: &random)
  }
]

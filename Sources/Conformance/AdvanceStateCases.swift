import Kernels

extension KernelCase {
  /// The state's length grows by a prompt slice.
  public static func advanceState(rows: Int, random: inout CaseRandom) -> KernelCase {
    KernelCase(
      "rows \(rows)", [.words("state", random.state(length: random.below(100_000)), role: .inputOutput)]
    ) { list, o in
      list.advanceState(o.words("state"), rows: rows)
    }
  }
}

let advanceStateFamilies = [
  CaseFamily(.advanceState) { random in .advanceState(rows: random.length(1025), random: &random) }
]

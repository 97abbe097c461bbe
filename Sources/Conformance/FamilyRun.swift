import Kernels

/// Runs the cases of one family on a backend and on the reference, and keeps what it finds.
struct FamilyRun {
  private let family: CaseFamily
  private let backend: any Backend
  private let reference = ReferenceBackend()
  private let seed: UInt64
  private let deviceOptions: String
  private var substance = Substance()
  var result: ConformanceReport.KernelResult

  /// Words of operands in one submission, about.
  private static let batchWords = 1 << 19
  private static let batchCases = 50

  init(_ family: CaseFamily, backend: any Backend, seed: UInt64, deviceOptions: String) {
    self.family = family
    self.backend = backend
    self.seed = seed
    self.deviceOptions = deviceOptions
    result = ConformanceReport.KernelResult(family)
  }

  mutating func run(_ indices: Range<Int>) throws(BackendError) {
    var index = indices.lowerBound
    while index < indices.upperBound {
      var arena = Arena()
      var cases: [KernelCase] = []
      let first = index
      while index < indices.upperBound && cases.count < Self.batchCases && arena.words.count < Self.batchWords
      {
        let made = family.makeCase(seed: seed, index: index)
        arena.append(made.operands)
        cases.append(made)
        index += 1
      }
      let actual = try arena.run(cases, on: backend, label: family.name)
      let expected = try arena.run(cases, on: reference, label: family.name)
      for (number, kernelCase) in cases.enumerated() {
        let comparison = Comparison(
          placements: arena.placements[number], initial: arena.words, expected: expected, actual: actual)
        add(comparison, of: kernelCase, index: first + number)
        for placement in arena.placements[number] {
          substance.add(placement.operand, after: expected[placement.range])
        }
      }
      if let place = Comparison.brokenGuard(arena, actual) ?? Comparison.brokenGuard(arena, expected) {
        result.differing += 1
        note(
          "\(place), in a batch of cases \(first)..<\(index) with seed \(seed)", index: first,
          cases: index - first)
      }
    }
    if indices.count >= 8 { result.trivialData = substance.problem }
  }

  private mutating func add(_ comparison: Comparison, of kernelCase: KernelCase, index: Int) {
    result.cases += 1
    result.elements += comparison.elements
    result.differing += comparison.differing
    if let difference = comparison.first {
      note("case \(index) (\(kernelCase.shape)), seed \(seed): \(difference)", index: index, cases: 1)
    }
  }

  /// Keeps the first problem, with the line that reruns it.
  private mutating func note(_ text: String, index: Int, cases: Int) {
    guard result.problem == nil else { return }
    result.problem = """
        \(text)
        espalier validate \(deviceOptions) --kernel \(family.name) --seed \(seed) --cases \(cases) --first \(index)
      """
  }
}

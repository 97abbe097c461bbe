import Numerics

/// What a program asks of its random source.
struct Request: Hashable {
  var bound: UInt64
  var role: UInt32
  var position: UInt32
  var index: UInt32
}

/// Answers requests from a script. The first request beyond it is recorded with the memory that the program
/// then works on; the rest of that run does not count.
struct Script: UniformSource {
  let answers: [UInt64]
  /// The program's whole mutable state beside its place in the code; nil if that is not known.
  let memory: UnsafeMutableBufferPointer<UInt32>?
  private var used = 0
  private(set) var pending: (request: Request, memory: [UInt32])?

  init(_ answers: [UInt64], memory: UnsafeMutableBufferPointer<UInt32>?) {
    self.answers = answers
    self.memory = memory
  }

  mutating func uniform(below bound: UInt128, role: UInt32, position: UInt32, index: UInt32) -> UInt128 {
    if used < answers.count {
      defer { used += 1 }
      precondition(answers[used] < bound)
      return UInt128(answers[used])
    }
    if pending == nil {
      let state = memory.map(Array.init) ?? answers.map(UInt32.init)
      pending = (Request(bound: UInt64(bound), role: role, position: position, index: index), state)
    }
    return 0
  }
}

/// The exact law of a program's result over all its draws.
///
/// Every answer to every request is tried, by running the program again. Answers that lead to the same result,
/// or to the same next request with the same memory, are one branch: what follows is then the same. Without
/// known memory all answers are branches of their own. Of a program that only compares its numbers with thresholds,
/// answers between two that lead to the same result are not tried: they lead there as well.
struct Enumeration<Outcome: Hashable> {
  enum Step: Hashable {
    case finished(Outcome)
    case asks(Request, memory: [UInt32])
  }

  let memory: UnsafeMutableBufferPointer<UInt32>?
  let hasThresholds: Bool
  let program: (inout Script) -> Outcome
  private var laws: [Step: [Outcome: Rational]] = [:]

  /// The law of `program`, which must write all of `memory` that it reads.
  static func law(
    memory: UnsafeMutableBufferPointer<UInt32>? = nil, hasThresholds: Bool = false,
    program: @escaping (inout Script) -> Outcome
  ) -> [Outcome: Rational] {
    var enumeration = Enumeration(memory: memory, hasThresholds: hasThresholds, program: program)
    return enumeration.law(after: [], enumeration.step([]))
  }

  private init(
    memory: UnsafeMutableBufferPointer<UInt32>?, hasThresholds: Bool,
    program: @escaping (inout Script) -> Outcome
  ) {
    self.memory = memory
    self.hasThresholds = hasThresholds
    self.program = program
  }

  private func step(_ answers: [UInt64]) -> Step {
    var script = Script(answers, memory: memory)
    let outcome = program(&script)
    return script.pending.map { .asks($0.request, memory: $0.memory) } ?? .finished(outcome)
  }

  private mutating func law(after answers: [UInt64], _ reached: Step) -> [Outcome: Rational] {
    guard case .asks(let request, _) = reached else {
      guard case .finished(let outcome) = reached else { return [:] }
      return [outcome: .one]
    }
    if let known = laws[reached] { return known }
    var law: [Outcome: Rational] = [:]
    for (next, branch) in branches(after: answers, request.bound) {
      let share = Rational(branch.count, over: request.bound)
      for (outcome, probability) in self.law(after: answers + [branch.answer], next) {
        law[outcome, default: .zero] += share * probability
      }
    }
    laws[reached] = law
    return law
  }

  /// The steps that the answers below `bound` lead to, each with one of them and their number.
  private func branches(after answers: [UInt64], _ bound: UInt64) -> [Step: (answer: UInt64, count: UInt64)] {
    var branches: [Step: (answer: UInt64, count: UInt64)] = [:]
    func add(_ first: UInt64, _ begin: Step, _ last: UInt64, _ end: Step) {
      if first == last || (hasThresholds && begin == end) {
        branches[begin, default: (first, 0)].count += last - first + 1
        return
      }
      let middle = (first + last) / 2
      add(first, begin, middle, middle == first ? begin : step(answers + [middle]))
      add(middle + 1, middle + 1 == last ? end : step(answers + [middle + 1]), last, end)
    }
    add(0, step(answers + [0]), bound - 1, step(answers + [bound - 1]))
    return branches
  }
}

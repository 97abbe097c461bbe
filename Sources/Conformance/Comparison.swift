import Foundation
import Kernels

/// One case's memory on the device against the reference.
struct Comparison {
  /// Words the kernel may write.
  private(set) var elements = 0
  private(set) var differing = 0
  /// The first difference, for people.
  private(set) var first: String?

  init(placements: [Arena.Placement], initial: [UInt32], expected: [UInt32], actual: [UInt32]) {
    for placement in placements {
      let role = placement.operand.role
      switch role {
      case .output, .inputOutput:
        elements += placement.range.count
        compare(placement, expected, actual, "reference")
      case .input, .unused:
        compare(placement, initial, expected, "its own value; the reference wrote to an input")
        compare(placement, initial, actual, "its own value; the device wrote to an input")
      case .scratch: break
      }
    }
    if differing > 1 { first? += "; \(differing) words of this case differ" }
  }

  private mutating func compare(
    _ placement: Arena.Placement, _ wanted: [UInt32], _ found: [UInt32], _ name: String
  ) {
    if Self.equalBytes(wanted, found, placement.range) { return }
    let operand = placement.operand
    for index in placement.range where !Self.equal(wanted[index], found[index], operand.kind) {
      differing += 1
      guard first == nil else { continue }
      first = """
        \(operand.coordinates(index - placement.range.lowerBound)) is \
        \(Self.text(found[index], operand.kind)), not \(Self.text(wanted[index], operand.kind)) (\(name))
        """
    }
  }

  private static func equalBytes(_ a: [UInt32], _ b: [UInt32], _ range: Range<Int>) -> Bool {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        memcmp(a.baseAddress! + range.lowerBound, b.baseAddress! + range.lowerBound, range.count * 4) == 0
      }
    }
  }

  /// Equal bits; any NaN equals any NaN, except the poison of a word that was never written.
  private static func equal(_ a: UInt32, _ b: UInt32, _ kind: CaseOperand.Kind) -> Bool {
    if a == b { return true }
    guard kind == .float, a != poison, b != poison else { return false }
    return Float(bitPattern: a).isNaN && Float(bitPattern: b).isNaN
  }

  private static func text(_ word: UInt32, _ kind: CaseOperand.Kind) -> String {
    let digits = String(word, radix: 16)
    let hex = "0x" + String(repeating: "0", count: 8 - digits.count) + digits
    if word == poison { return "\(hex) (never written)" }
    return kind == .float ? "\(hex) (\(Float(bitPattern: word)))" : hex
  }

  /// Names the first guard word that changed.
  static func brokenGuard(_ arena: Arena, _ memory: [UInt32]) -> String? {
    var end = 0
    var before = "the start"
    func check(_ range: Range<Int>, _ after: String) -> String? {
      guard !equalBytes(arena.words, memory, range) else { return nil }
      let index = range.first { arena.words[$0] != memory[$0] }!
      return """
        guard word \(index - range.lowerBound) of \(range.count) between \(before) and \(after) \
        became \(text(memory[index], .word))
        """
    }
    for (number, list) in arena.placements.enumerated() {
      for placement in list {
        let name = "case +\(number) \(placement.operand.name)"
        if let broken = check(end..<placement.range.lowerBound, name) { return broken }
        end = placement.range.upperBound
        before = name
      }
    }
    return check(end..<memory.count, "the end")
  }
}

/// Whether the data of a family means anything: operands that vary, results that are not all zero.
struct Substance {
  private struct Operand {
    var first: UInt32
    var varies = false
    /// False for results in place until one differs from what was there.
    var changes: Bool
    var floats = 0
    var finite = 0
  }
  private var operands: [String: Operand] = [:]

  mutating func add(_ operand: CaseOperand, after words: ArraySlice<UInt32>) {
    guard operand.role != .scratch, operand.role != .unused, let head = words.first else { return }
    var seen = operands[operand.name] ?? Operand(first: head, changes: operand.role != .inputOutput)
    if !seen.varies { seen.varies = words.contains { $0 != seen.first } }
    if !seen.changes { seen.changes = !words.elementsEqual(operand.words) }
    if operand.kind == .float {
      seen.floats += words.count
      for word in words where word & 0x7f80_0000 != 0x7f80_0000 && word & 0x7fff_ffff != 0 {
        seen.finite += 1
      }
    }
    operands[operand.name] = seen
  }

  /// Why the data proves nothing, if so.
  var problem: String? {
    for (name, seen) in operands.sorted(by: { $0.key < $1.key }) {
      if !seen.varies { return "every word of \(name) is \(String(seen.first, radix: 16)) in hex" }
      if !seen.changes { return "\(name) never changes" }
      if seen.finite * 16 < seen.floats {
        return "\(name) is zero or not finite in \(seen.floats - seen.finite) of \(seen.floats) elements"
      }
    }
    return nil
  }
}

import Foundation
import Kernels
import Models
import ShaderInterface
import Testing

@testable import Decoding

/// Every test of this target, one after another: they share the device.
@Suite(.serialized) enum DecodingTests {}

/// Where the loop runs: the definition, and a device if there is one.
enum TestBackends {
  static let reference = ReferenceBackend()
  private static let opened: Result<VulkanBackend, any Error> = Result {
    try VulkanBackend(device: nil, validation: isValidating)
  }

  private static var isValidating: Bool {
    !["", "0"].contains(ProcessInfo.processInfo.environment["ESPALIER_VALIDATION"] ?? "")
  }

  /// True with a Vulkan device, and in continuous integration, where its absence is a failure.
  static var hasDevice: Bool {
    if case .success = opened { return true }
    return ProcessInfo.processInfo.environment["CI"] == "true"
  }

  /// Runs `body` on the device and fails if the validation layer said anything.
  static func withDevice(_ body: (VulkanBackend) throws -> Void) throws {
    let backend = try opened.get()
    let before = backend.device.validationMessages.count
    try body(backend)
    let messages = backend.device.validationMessages.dropFirst(before)
    #expect(messages.isEmpty, "validation: \(messages.joined(separator: "\n"))")
  }

  /// Runs `body` on the reference, then on the device if there is one.
  static func each(_ body: (any Backend) throws -> Void) throws {
    try body(reference)
    if hasDevice { try withDevice { try body($0) } }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips, visibly, on a machine without a Vulkan device.
  static var needsDevice: Self {
    .enabled("no Vulkan device: decoding is not compared with the reference") { TestBackends.hasDevice }
  }
}

/// One drafter and one rule, as a test argument.
struct Combination: Sendable, CustomTestStringConvertible {
  let drafter: Drafter
  let rule: VerificationRule
  let warp: Warp?

  var testDescription: String {
    "\(drafter) \(rule)" + (warp.map { " temperature \($0.temperature)" } ?? "")
  }
  var options: DecodingOptions {
    DecodingOptions(drafter: drafter, rule: rule, warp: warp, context: 96)
  }

  static let prompt: [UInt32] = [0, 7, 9, 7, 9, 7, 9, 7]

  private static func drafters() throws -> [Drafter] {
    let sparse = try TreeShape.paths([[0], [1], [2], [0, 0], [0, 2], [2, 0], [0, 0, 1], [0, 0, 0]])
    let siblings = try TreeShape.paths([[0], [1], [2], [0, 0], [1, 0], [1, 1], [1, 0, 0]])
    return [
      .none,
      .model(try .chain(4)), .model(try .branching([3, 2, 1])), .model(sparse),
      .model(try .chain(3), .sampled(replacement: true)),
      .model(try .branching([3, 2]), .sampled(replacement: true)),
      .model(try .branching([4, 2, 1]), .sampled(replacement: false)),
      .model(siblings, .sampled(replacement: false)),
      .heads(try .chain(3)), .heads(try .branching([3, 2, 1])), .heads(sparse),
      .promptLookup(minimum: 1, maximum: 3, count: 5),
    ]
  }

  /// Every drafter with every rule that accepts it.
  static var all: [Combination] {
    get throws {
      let warp = Warp(temperature: 0.7, topK: 40, topP: 0.97)
      var all: [Combination] = []
      for drafter in try drafters() {
        all.append(Combination(drafter: drafter, rule: .greedy, warp: nil))
        for rule in [VerificationRule.pick, .token, .siblings, .traversal, .typical] {
          if rule == .token, try !drafter.shape().isChain { continue }
          all.append(Combination(drafter: drafter, rule: rule, warp: warp))
        }
      }
      return all
    }
  }
}

/// Differing bits of two lists of rows, as text; nil if there are none.
func firstDifference(_ a: [[UInt32]], _ b: [[UInt32]]) -> String? {
  guard a.count == b.count else { return "\(a.count) rows against \(b.count)" }
  for (row, (x, y)) in zip(a, b).enumerated() {
    guard x.count == y.count else { return "row \(row): \(x.count) elements against \(y.count)" }
    if let i = x.indices.first(where: { x[$0] != y[$0] }) {
      return "row \(row), element \(i): 0x\(String(x[i], radix: 16)) against 0x\(String(y[i], radix: 16))"
    }
  }
  return nil
}

/// The trees of several sequences, packed one after another.
struct TreeBatch {
  let tree: TreeBuffers
  let links: Tensor<UInt32>

  /// - Parameter sequences: length and nodes of each.
  init(_ backend: any Backend, _ sequences: [(length: Int, nodes: Int)], maximumNodes: Int) throws {
    var state: [UInt32] = []
    var capacity = 0
    for (length, nodes) in sequences {
      state += [UInt32(length), 0, 0, UInt32(nodes), 0, 0, UInt32(capacity), 0]
      capacity += nodes
    }
    func words(_ count: Int, _ label: String) throws -> Tensor<UInt32> {
      try backend.makeTensor(count, label)
    }
    let result = TreeBuffers.resultWords(maximumNodes: maximumNodes)
    tree = TreeBuffers(
      state: try backend.makeTensor(state, "states"), tokens: try words(capacity, "tokens"),
      parents: try words(capacity, "parents"), depths: try words(capacity, "depths"),
      mask: try words(capacity * ((maximumNodes + 31) / 32), "mask"),
      result: try words(sequences.count * result, "results"), maximumNodes: maximumNodes)
    links = try words(2 * capacity, "links")
  }

  /// The status of each sequence.
  func statuses(_ backend: any Backend) throws -> [UInt32] {
    let state = try backend.read(tree.state)
    return stride(from: Int(STATE_STATUS), to: state.count, by: Int(STATE_WORDS)).map { state[$0] }
  }
}

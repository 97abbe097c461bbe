import Kernels

/// One call of one kernel with its data: what `validate`, the tests and the benchmark share.
public struct KernelCase: Sendable {
  /// The shape, for people: "rows 3, inputs 65, outputs 33".
  public let shape: String
  public let operands: [CaseOperand]
  /// Records the call through the host API.
  public let record: @Sendable (any CommandList, BoundOperands) -> Void

  public init(
    _ shape: String, _ operands: [CaseOperand],
    record: @escaping @Sendable (any CommandList, BoundOperands) -> Void
  ) {
    self.shape = shape
    self.operands = operands
    self.record = record
  }

  /// Bytes of all operands: the least a kernel has to move.
  public var byteCount: Int { operands.reduce(0) { $0 + $1.words.count * 4 } }
}

/// An operand of a case: initial words, shape, and how to compare them afterwards.
public struct CaseOperand: Sendable {
  public enum Role: Sendable {
    case input, output, inputOutput
    /// Contents are undefined afterwards; only its guards are checked.
    case scratch
    /// Bound, but the kernel must not use it: filled with noise.
    case unused
  }
  public enum Kind: Sendable {
    /// Any NaN equals any NaN.
    case float
    case word
    /// Two f16 a word, compared as words.
    case halves
  }

  public let name: String
  public let role: Role
  public let kind: Kind
  /// In words; the product is the number of words.
  public let shape: [Int]
  public let words: [UInt32]

  public init(_ name: String, _ role: Role, _ kind: Kind, shape: [Int], _ words: [UInt32]) {
    precondition(shape.reduce(1, *) == words.count, "\(name): \(words.count) words for shape \(shape)")
    self.name = name
    self.role = role
    self.kind = kind
    self.shape = shape
    self.words = words
  }

  static func floats(_ name: String, _ shape: [Int], _ values: [Float], role: Role = .input) -> CaseOperand {
    CaseOperand(name, role, .float, shape: shape, values.map(\.bitPattern))
  }

  static func words(_ name: String, _ values: [UInt32], _ shape: [Int]? = nil, role: Role = .input)
    -> CaseOperand
  {
    CaseOperand(name, role, .word, shape: shape ?? [values.count], values)
  }

  /// A poisoned result.
  static func output(_ name: String, _ kind: Kind, _ shape: [Int], role: Role = .output) -> CaseOperand {
    CaseOperand(name, role, kind, shape: shape, [UInt32](repeating: poison, count: shape.reduce(1, *)))
  }

  func with(role: Role) -> CaseOperand { CaseOperand(name, role, kind, shape: shape, words) }

  /// The coordinates of word `index`: "out[2][5]".
  func coordinates(_ index: Int) -> String {
    var rest = index
    var text = ""
    for extent in shape.reversed() {
      text = "[\(rest % extent)]" + text
      rest /= extent
    }
    return name + text
  }
}

/// What outputs hold before a kernel runs: a NaN as a float, and no token.
public let poison: UInt32 = 0xffde_adbe

/// The operands of a case as tensors of one backend, by name.
public struct BoundOperands: Sendable {
  var tensors: [String: Tensor<UInt32>]

  public func words(_ name: String) -> Tensor<UInt32> {
    guard let tensor = tensors[name] else { preconditionFailure("no operand \(name)") }
    return tensor
  }

  public func floats(_ name: String) -> Tensor<Float> { words(name).reinterpreted() }
}

/// Cases of one variant of one kernel, each made from (seed, index) alone.
public struct CaseFamily: Sendable, CustomStringConvertible {
  public let kernel: Kernel
  /// Empty when the kernel has one family.
  public let variant: String
  let make: @Sendable (inout CaseRandom) -> KernelCase

  init(_ kernel: Kernel, _ variant: String = "", _ make: @escaping @Sendable (inout CaseRandom) -> KernelCase)
  {
    self.kernel = kernel
    self.variant = variant
    self.make = make
  }

  /// "matmulF16/tile4-aligned", or the kernel alone.
  public var name: String { variant.isEmpty ? kernel.rawValue : "\(kernel.rawValue)/\(variant)" }

  public var description: String { name }

  /// Case `index` of `seed`.
  public func makeCase(seed: UInt64, index: Int) -> KernelCase {
    var random = CaseRandom(seed: seed, family: name, index: index)
    return make(&random)
  }
}

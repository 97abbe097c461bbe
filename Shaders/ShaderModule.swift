/// A compiled compute shader with entry point `main`.
public struct ShaderModule: Sendable {
  /// A storage buffer or storage texel buffer of descriptor set 0.
  public struct Binding: Sendable, Hashable {
    public let index: Int
    public let readable: Bool
    public let writable: Bool
    /// GLSL's name of the format of a storage texel buffer: r32f, r32ui, rgba32f or rgba32ui; nil for a storage buffer.
    public let texelFormat: String?
  }

  /// A member of the push-constant block.
  public struct PushConstant: Sendable, Hashable {
    public let name: String
    /// In bytes.
    public let offset: Int
  }

  /// A 32-bit constant that is fixed when a pipeline is made.
  public struct SpecializationConstant: Sendable, Hashable {
    public enum Kind: Sendable { case bool, int, uint, float }

    public let id: Int
    public let name: String?
    public let kind: Kind
    /// The bits of the default; 0 or 1 for a bool.
    public let defaultValue: UInt32
  }

  /// The stem of the shader file.
  public let name: String
  /// Whether the numeric contract was checked in its instructions; false for the fast tier.
  public let isExact: Bool
  /// In binding order. A declared buffer that the shader never touches is not listed.
  public let bindings: [Binding]
  /// Bytes of the push-constant block, 0 without one.
  public let pushConstantBytes: Int
  public let pushConstants: [PushConstant]
  /// Invocations of a work group, at the defaults of specialization constants.
  public let localSize: (x: Int, y: Int, z: Int)
  /// Ids of the specialization constants that give the local size, nil where it is fixed.
  public let localSizeConstants: (x: Int?, y: Int?, z: Int?)
  /// In the order of their ids.
  public let specializationConstants: [SpecializationConstant]
  /// Bytes of shared memory, at the defaults of specialization constants.
  public let sharedMemoryBytes: Int
  /// Numbers of SPIR-V capabilities, ascending.
  public let capabilities: [Int]
  let base64: StaticString

  /// Invocations of a work group where constant i has the value `specialization[i]`, as far as there are such.
  public func localSize(specialization: [UInt32]) -> [Int] {
    func size(_ constant: Int?, _ fixed: Int) -> Int {
      constant.map { $0 < specialization.count ? Int(specialization[$0]) : fixed } ?? fixed
    }
    return [
      size(localSizeConstants.x, localSize.x), size(localSizeConstants.y, localSize.y),
      size(localSizeConstants.z, localSize.z),
    ]
  }

  /// The SPIR-V words, decoded at each call.
  public var words: [UInt32] { base64.withUTF8Buffer(decodeBase64) }
}

/// Little-endian words from base64 text, which the build wrote.
private func decodeBase64(_ text: UnsafeBufferPointer<UInt8>) -> [UInt32] {
  let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
  let byteCount = text.count / 4 * 3 - padding
  precondition(byteCount % 4 == 0, "damaged SPIR-V")
  var words = [UInt32](repeating: 0, count: byteCount / 4)
  var byte = 0
  for start in stride(from: 0, to: text.count, by: 4) {
    let group = (0..<4).reduce(UInt32(0)) { $0 << 6 | sextet(text[start + $1]) }
    for shift in [16, 8, 0] as [UInt32] where byte < byteCount {
      words[byte / 4] |= (group >> shift & 0xff) << UInt32(byte % 4 * 8)
      byte += 1
    }
  }
  return words
}

private func sextet(_ character: UInt8) -> UInt32 {
  switch character {
  case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
  case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
  case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
  case UInt8(ascii: "+"): 62
  case UInt8(ascii: "/"): 63
  default: 0  // padding
  }
}

import Foundation

/// Every kernel's SPIR-V and what was read from it at build time.
public enum ShaderLibrary {}

/// One compiled compute shader.
public struct ShaderModule: Sendable {
  /// A storage buffer of descriptor set 0.
  public struct Binding: Sendable {
    public let index: Int
    public let readable: Bool
    public let writable: Bool
  }

  /// A constant that is fixed when the pipeline is made.
  public struct SpecializationConstant: Sendable {
    public let id: Int
    public let defaultValue: UInt32
  }

  /// The stem of the shader file.
  public let name: String
  /// Whether the shader passed the contract lint (else it is of the fast tier).
  public let exact: Bool
  /// In binding order.
  public let bindings: [Binding]
  public let pushConstantBytes: Int
  public let localSize: (x: Int, y: Int, z: Int)
  public let specializationConstants: [SpecializationConstant]
  public let sharedMemoryBytes: Int
  /// SPIR-V capability numbers.
  public let capabilities: [Int]
  let base64: StaticString

  /// The SPIR-V words, decoded on each call.
  public var words: [UInt32] {
    let text = base64.withUTF8Buffer { Data($0) }
    guard let data = Data(base64Encoded: text) else {
      preconditionFailure("\(name): damaged embedded SPIR-V")
    }
    return data.withUnsafeBytes { Array($0.bindMemory(to: UInt32.self)) }
  }
}

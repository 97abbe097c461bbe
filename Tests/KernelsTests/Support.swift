import Conformance
import Foundation
import Kernels
import Testing

/// Every test of this target, one after another: they share the device.
@Suite(.serialized) enum KernelsTests {}

/// The device under test, opened once.
enum TestDevice {
  private static let opened: Result<VulkanBackend, any Error> = Result {
    try VulkanBackend(device: nil, validation: isValidating)
  }

  /// `ESPALIER_VALIDATION` asks for the validation layer; any message then fails the test that caused it.
  static var isValidating: Bool {
    !["", "0"].contains(ProcessInfo.processInfo.environment["ESPALIER_VALIDATION"] ?? "")
  }

  /// True with a Vulkan device, and in continuous integration, where its absence is a failure.
  static var isExpected: Bool {
    if case .success = opened { return true }
    return ProcessInfo.processInfo.environment["CI"] == "true"
  }

  static func backend() throws -> VulkanBackend { try opened.get() }

  /// Whether each pipeline and each draw takes long, as on SwiftShader: what repeats itself most is then repeated less.
  static var isSlow: Bool {
    (try? backend())?.device.description.driverName.contains("SwiftShader") ?? false
  }

}

/// Skips, visibly, on a machine without a Vulkan device.
extension Trait where Self == ConditionTrait {
  static var needsDevice: Self {
    .enabled("no Vulkan device: kernels are not compared with their reference") { TestDevice.isExpected }
  }
}

extension Trait where Self == ConditionTrait {
  /// Not on slow devices: the largest sizes are for drivers that end loops early, as llvmpipe does.
  static var longLoops: Self { .enabled("the device is slow") { !TestDevice.isSlow } }
}

/// Runs `body` on the device and fails if the validation layer said anything.
func withDevice(_ body: (VulkanBackend) throws -> Void) throws {
  let backend = try TestDevice.backend()
  let before = backend.device.validationMessages.count
  try body(backend)
  let messages = backend.device.validationMessages.dropFirst(before)
  #expect(messages.isEmpty, "validation: \(messages.joined(separator: "\n"))")
}

/// Differing bits of two results, as text; nil if there are none.
func firstDifference(_ a: [Float], _ b: [Float]) -> String? {
  firstDifference(a.map(\.bitPattern), b.map(\.bitPattern))
}

func firstDifference(_ a: [UInt32], _ b: [UInt32]) -> String? {
  guard a.count == b.count else { return "\(a.count) elements against \(b.count)" }
  guard let i = a.indices.first(where: { a[$0] != b[$0] }) else { return nil }
  return "element \(i) of \(a.count): 0x\(String(a[i], radix: 16)) against 0x\(String(b[i], radix: 16))"
}

extension Backend {
  /// A sequence's state with this length and seed.
  func makeState(length: Int, seed: UInt64 = 7) throws -> Tensor<UInt32> {
    try makeTensor(SequenceState(length: length, seed: seed).words, "state")
  }
}

/// Expects that the recording is refused with a text that begins so.
func expectRefusal(
  _ text: String, _ backend: any Backend, _ body: (any CommandList) -> Void
) {
  #expect {
    _ = try backend.record("malformed", body)
  } throws: { error in
    guard let error = error as? BackendError, case .invalidCall = error else { return false }
    return error.description.hasPrefix(text)
  }
}

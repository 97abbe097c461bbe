import Foundation
import Synchronization
import Testing

@testable import VulkanCompute

/// Every test that uses a device; one after the other, because drivers share the machine's cores.
@Suite(.serialized) enum VulkanTests {}

extension DeviceOptions {
  /// Validation on, and nothing kept on disk.
  static func testing(
    _ validation: ValidationMode = .standard, _ configure: (inout DeviceOptions) -> Void = { _ in }
  ) -> DeviceOptions {
    var options = DeviceOptions(validation: validation)
    options.keepsPipelineCache = false
    configure(&options)
    return options
  }
}

/// Opens a device and fails if the validation layer says anything, also at the very end.
func withDevice(
  _ options: DeviceOptions = .testing(), sourceLocation: SourceLocation = #_sourceLocation,
  _ body: (Device) async throws -> Void
) async throws {
  let log: ValidationLog
  do {
    let device = try Device(options: options)
    log = device.logical.instance.log
    try await body(device)
    let messages = device.validationMessages
    #expect(messages == [], sourceLocation: sourceLocation)
  }
  // The device is gone; what it left behind would be reported now.
  #expect(log.messages == [], sourceLocation: sourceLocation)
}

/// Push constants of ``scaleKernel``.
struct ScaleConstants: BitwiseCopyable {
  var count: UInt32
  var addend: UInt32
}

extension Device {
  func scalePipeline(factor: UInt32) throws(VulkanError) -> Pipeline {
    try pipeline(
      "scale", spirv: scaleKernel, specialization: [factor],
      constantByteCount: MemoryLayout<ScaleConstants>.size, bindingCount: 2)
  }
}

extension CommandRecorder {
  /// `output = factor * input + addend`, element by element.
  mutating func scale(_ input: BufferView, to output: BufferView, _ pipeline: Pipeline, addend: UInt32) {
    let count = UInt32(input.byteCount / 4)
    dispatch(
      pipeline, groups: ((count + 63) / 64, 1, 1), constants: ScaleConstants(count: count, addend: addend),
      operands: [.read(input), .write(output)])
  }
}

/// `count` different words, so that a misplaced one shows.
func words(_ count: Int, seed: UInt32 = 1) -> [UInt32] {
  (0..<UInt32(count)).map { ($0 &+ seed) &* 2_654_435_761 }
}

/// A fresh directory, removed afterwards.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
  let path = FileManager.default.temporaryDirectory.appending(path: "vulkan-compute-\(UUID())").path
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  try await body(path)
}

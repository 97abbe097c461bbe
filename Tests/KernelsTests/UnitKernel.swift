import Kernels
import ShaderInterface
import Testing

@testable import Conformance

/// A kernel whose units must not know of one another: how to make its operands at a size, and how to call it.
struct UnitKernel: Sendable, CustomStringConvertible {
  let kernel: Kernel
  let variant: String
  let sizes: [Int]
  /// Adds operands and sets `record`.
  let declare: @Sendable (inout UnitCall, _ size: Int) -> Void

  init(
    _ kernel: Kernel, _ variant: String = "", sizes: [Int] = [1, 64, 65, 257],
    declare: @escaping @Sendable (inout UnitCall, _ size: Int) -> Void
  ) {
    self.kernel = kernel
    self.variant = variant
    self.sizes = sizes
    self.declare = declare
  }

  var description: String { variant.isEmpty ? kernel.rawValue : "\(kernel.rawValue)/\(variant)" }

  private static let backends: Result<[any Backend], any Error> = Result {
    let device = try TestDevice.backend().device
    let others = VulkanBackend.availableLayouts(on: device).dropFirst()
    return try [try TestDevice.backend(), ReferenceBackend()]
      + others.map { try VulkanBackend(device: device, layouts: $0) }
  }

  /// Runs the arrangements of a call of each size on the device, on the CPU, and in the layouts of other devices.
  func expectInvariance(_ make: (_ size: Int) -> (UnitCall, [UnitPlaces])) throws {
    try withDevice { _ in
      var trivial: Set<String>?
      for size in sizes {
        let (call, arrangements) = make(size)
        // Layouts of other devices take time to build: one size is enough for them.
        for backend in try Self.backends.get().prefix(size == sizes.last ? .max : 2) {
          let found = try call.expectInvariance("\(self), size \(size)", on: backend, arrangements)
          trivial = trivial?.intersection(found) ?? found
        }
      }
      #expect(trivial == [], "\(self): results that prove nothing")
    }
  }
}

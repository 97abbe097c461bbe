import ShaderLibrary
import Testing

@testable import Conformance
@testable import Kernels
@testable import VulkanCompute
@testable import shader_compiler

extension KernelsTests {
  @Suite(.needsDevice) struct FloatControlsTests {
    private static let both: DeviceFeatures = [
      .shaderRoundingModeRTEFloat32, .shaderSignedZeroInfNanPreserveFloat32,
    ]

    @Test func `Every shader stays valid`() throws {
      for module in ShaderLibrary.modules.values {
        let words = FloatControls.declare(Self.both, in: module.words)
        #expect(words.count == module.words.count + 2 * (2 + 4))
        try validate(words)
        #expect(FloatControls.declare([], in: module.words) == module.words)
      }
    }

    @Test func `Without them the bits are the same`() throws {
      try withDevice { backend in
        var options = DeviceOptions(validation: TestDevice.isValidating ? .standard : .off)
        options.disabledFeatures = Self.both
        let device = try Device(.index(backend.device.description.index), options: options)
        let plain = try VulkanBackend(device: device)
        for kernel in ["rmsNorm", "matmulF16/tile1-aligned", "rowStatistics", "distribution/plain"] {
          let report = try Conformance.run(backend: plain, kernel: kernel, seed: 3, cases: 20)
          #expect(report.passed, "\(report.kernels.compactMap(\.problem).joined())")
        }
        #expect(device.validationMessages.isEmpty)
      }
    }
  }
}

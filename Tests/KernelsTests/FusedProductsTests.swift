import ShaderLibrary
import Testing

@testable import Conformance
@testable import Kernels
@testable import shader_compiler

extension KernelsTests {
  /// What GPUs fuse (exactProducts.glsl), on a CPU driver that has doubles.
  @Suite(.needsDevice) struct FusedProductsTests {
    private static let fused: Result<[String: [UInt32]], any Error> = Result {
      var words: [String: [UInt32]] = [:]
      for shader in ShaderLibrary.modules.values {
        let fused = try FusedProducts(shader.words)
        if fused.count > 0 { words[shader.name] = fused.words }
      }
      return words
    }

    /// Nil on a device without doubles.
    private static func backend(_ words: [String: [UInt32]], _ name: String) throws -> VulkanBackend? {
      let device = try TestDevice.backend().device
      guard device.features.contains(.shaderFloat64) else { return nil }
      let substitutes = Substitutes(name: name, words: words)
      return try VulkanBackend(
        device: device, usesTexels: false, layouts: .graphics, substitutes: substitutes
      ) { _ in }
    }

    @Test func `Matrices and attention are fused`() throws {
      let matmuls = ["F16", "Bf16", "Q8", "Q4"].map { "matmul\($0)Spread" }
      let shaders = try Self.fused.get().keys.filter { !$0.hasSuffix("Texels") }
      #expect(Set(shaders) == Set(matmuls + ["treeAttentionSpread", "attentionSpansSpread", "probe"]))
    }

    /// The first variant of each kernel: pipelines with doubles take long.
    private static let families = [
      Kernel.matmulF16, .matmulBf16, .matmulQ8, .matmulQ4, .treeAttention, .attentionSpans,
    ].map { kernel in Conformance.families.first { $0.kernel == kernel }! }

    @Test(arguments: families)
    func `One rounding gives the same bits`(family: CaseFamily) throws {
      try withDevice { _ in
        guard let backend = try Self.backend(Self.fused.get(), "products fused") else { return }
        let report = try Conformance.run(backend: backend, kernel: family.name, seed: 9, cases: 4)
        #expect(report.passed, "\(report.kernels.compactMap(\.problem).joined())")
      }
    }

    /// f32 weights have products that are not exact.
    @Test func `A product that is not exact shows when it is fused`() throws {
      try withDevice { _ in
        let words = try #require(ShaderLibrary.modules["matmulF32Spread"]).words
        let fused = try FusedProducts(words, fusesAll: true)
        guard let backend = try Self.backend(["matmulF32Spread": fused.words], "all fused") else { return }
        let report = try Conformance.run(backend: backend, kernel: "matmulF32", seed: 9, cases: 4)
        #expect(fused.count > 0 && !report.passed)
      }
    }
  }
}

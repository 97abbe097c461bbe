import ShaderLibrary
import Testing

@testable import Conformance
@testable import Kernels
@testable import shader_compiler

extension KernelsTests {
  @Suite(.needsDevice) struct ReversedLanesTests {
    /// For each kind of layouts; texel forms have the same barriers. What vector processors have for themselves is shaders whose
    /// group is one subgroup.
    private static let backends: Result<[VulkanBackend], any Error> = Result {
      let device = try TestDevice.backend().device
      let reversed = try Substitutes.reversedLanes(subgroupSize: device.limits.subgroupSize)
      return try VulkanBackend.availableLayouts(on: device).filter { $0 != .vectorProcessor }.map {
        try VulkanBackend(device: device, usesTexels: false, layouts: $0, substitutes: reversed) { _ in }
      }
    }

    /// Of matmuls, whose pipelines take long, the first variant of each kernel; on SwiftShader, where all do, of all.
    private static let families: [CaseFamily] = {
      var kernels: Set<Kernel> = []
      return Conformance.families.filter { family in
        let isFirst = kernels.insert(family.kernel).inserted
        return isFirst || !TestDevice.isSlow && !family.kernel.rawValue.hasPrefix("matmul")
      }
    }()

    /// At least six of each kernel; one of each variant where there are more, since most of the time goes into pipelines.
    private static func cases(_ family: CaseFamily) -> Int {
      let variants = Conformance.families.count { $0.kernel == family.kernel }
      return max(1, (5 + variants) / variants)
    }

    @Test(arguments: families)
    func `Lanes in reverse give the same bits`(family: CaseFamily) throws {
      let cases = Self.cases(family)
      try withDevice { _ in
        for backend in try Self.backends.get() {
          let report = try Conformance.run(backend: backend, kernel: family.name, seed: 5, cases: cases)
          #expect(report.cases == cases, "\(backend.layouts)")
          #expect(report.passed, "\(backend.layouts): \(report.kernels.compactMap(\.problem).joined())")
        }
      }
    }

    /// More tokens than most cases have, so that subgroups share them; in one go, and in stages where the layouts have such.
    @Test(arguments: [SiblingRule.kSeq, .withoutReplacement])
    func `Subgroups in reverse give the same bits`(rule: SiblingRule) throws {
      try withDevice { _ in
        var random = CaseRandom(seed: 1, family: "subgroups of \(rule)", index: 0)
        let kernelCase = KernelCase.verifySiblings(
          rule, maximumNodes: 5, vocabulary: 700, random: &random)
        for backend in try Self.backends.get() {
          let difference = try PlacedCase(kernelCase, on: backend).firstDifference()
          #expect(difference == nil, "\(backend.layouts): \(difference ?? "")")
        }
      }
    }

    /// Lane 0 clears what all lanes then lower. Without the barrier between, a group whose first lane runs first, as it does on
    /// the CPU drivers known, does not notice.
    /// All under the shader's own name on one device: no pipeline is taken for another.
    @Test func `Lanes in reverse show that a barrier is missing`() throws {
      try withDevice { backend in
        guard backend.device.description.kind == .cpu else { return }  // a GPU's lanes have no order
        let words = try #require(ShaderLibrary.modules["argmax"]).words
        let subgroupSize = backend.device.limits.subgroupSize
        let broken = try SpirvModule(words: words).removingBarrier(0)
        let reversed = try ReversedLanes(words, subgroupSize: subgroupSize).words
        let both = try ReversedLanes(broken, subgroupSize: subgroupSize).words
        var random = CaseRandom(seed: 1, family: "missing barrier", index: 0)
        let kernelCase = KernelCase.argmax(rows: 8, vocabulary: 1000, random: &random)
        func difference(_ name: String, _ words: [UInt32]) throws -> String? {
          let substitutes = Substitutes(name: name, words: ["argmax": words])
          let other = try VulkanBackend(
            device: backend.device, usesTexels: false, layouts: .graphics, substitutes: substitutes
          ) { $0.rowChunks = nil }
          return try PlacedCase(kernelCase, on: other).firstDifference()
        }
        let harmless = try difference("lanes reversed", reversed)
        let noticed = try difference("a barrier missing, lanes reversed", both)
        #expect(harmless == nil)
        #expect(noticed != nil)
      }
    }
  }

  /// The rewriting itself, without a device.
  @Suite struct ReversedLanesFormTests {
    @Test func `Every shader's lanes can be reversed`() throws {
      for shader in Substitutes.shaders {
        let reversed = try ReversedLanes(shader.words, subgroupSize: 8)
        try validate(reversed.words)
        #expect((reversed.loadCount > 0) == (reversed.words != shader.words), "\(shader.name)")
      }
    }

    /// A lane's number is read once, a subgroup's where it is wanted; shuffles know a lane by its place in the subgroup.
    @Test(arguments: [("argmax", 1...1), ("verifySiblingsTeams", 2...9), ("matmulF16Shuffle", 0...0)])
    func `Loads that change`(name: String, count: ClosedRange<Int>) throws {
      let shader = try #require(ShaderLibrary.modules[name])
      #expect(count.contains(try ReversedLanes(shader.words, subgroupSize: 8).loadCount))
    }
  }
}

extension Substitutes {
  /// All but multiplyAdd, which is measured alone: its lanes go by gl_GlobalInvocationID, and share nothing.
  fileprivate static let shaders = ShaderLibrary.modules.values.filter { $0.name != "multiplyAdd" }

  fileprivate static func reversedLanes(subgroupSize: Int) throws -> Substitutes {
    var words: [String: [UInt32]] = [:]
    for shader in shaders {
      let reversed = try ReversedLanes(shader.words, subgroupSize: subgroupSize)
      if reversed.loadCount > 0 { words[shader.name] = reversed.words }
    }
    return Substitutes(name: "lanes reversed", words: words)
  }
}

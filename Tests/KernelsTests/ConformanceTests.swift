import Foundation
import Testing

@testable import Conformance
@testable import Kernels

extension KernelsTests {
  @Suite(.needsDevice) struct ConformanceTests {
    /// Every kernel in every variant against its reference; `ESPALIER_TEST_CASES` and `ESPALIER_TEST_SEED` widen it.
    @Test(arguments: Conformance.families)
    func `The device writes the reference's bits`(family: CaseFamily) throws {
      let environment = ProcessInfo.processInfo.environment
      let cases = environment["ESPALIER_TEST_CASES"].flatMap { Int($0) } ?? 20
      let seed = environment["ESPALIER_TEST_SEED"].flatMap { UInt64($0) } ?? 1
      try withDevice { backend in
        let report = try Conformance.run(backend: backend, kernel: family.name, seed: seed, cases: cases)
        #expect(report.passed, "\(report.kernels.compactMap(\.problem).joined())")
        #expect(report.cases == cases)
        for kernel in report.kernels { #expect(kernel.skipped == nil && kernel.trivialData == nil) }
      }
    }

    /// At most eight variants of a kernel: most of the time goes into pipelines. `espalier validate` takes all.
    private static let sample: [CaseFamily] = Kernel.allCases.flatMap { kernel in
      let families = Conformance.families.filter { $0.kernel == kernel }
      let count = min(8, families.count)
      return (0..<count).map { families[$0 * families.count / count] }
    }

    /// With texel buffers where the device would not take them, and without where it would.
    @Test(arguments: sample)
    func `Storage buffers and texel buffers give the same bits`(family: CaseFamily) throws {
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, usesTexels: !backend.usesTexels)
        let report = try Conformance.run(backend: other, kernel: family.name, seed: 2, cases: 5)
        #expect(report.cases == 5)
        #expect(report.passed, "\(report.kernels.compactMap(\.problem).joined())")
      }
    }

    /// So that what a GPU runs is checked without one.
    @Test(arguments: sample)
    func `The layouts of other devices give the same bits`(family: CaseFamily) throws {
      try withDevice { backend in
        for layouts in VulkanBackend.availableLayouts(on: backend.device) where layouts != backend.layouts {
          let other = try VulkanBackend(device: backend.device, layouts: layouts)
          let report = try Conformance.run(backend: other, kernel: family.name, seed: 3, cases: 5)
          #expect(report.cases == 5, "\(layouts)")
          #expect(report.passed, "\(layouts): \(report.kernels.compactMap(\.problem).joined())")
        }
      }
    }

    /// What no device takes by itself, but anyone may ask for.
    @Test(arguments: sample.indices.filter { $0 == 0 || sample[$0].kernel != sample[$0 - 1].kernel })
    func `A GPU's layouts give the same bits with texel buffers`(index: Int) throws {
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, usesTexels: true, layouts: .graphics)
        let report = try Conformance.run(
          backend: other, kernel: Self.sample[index].name, seed: 6, cases: 5)
        #expect(report.passed, "\(report.kernels.compactMap(\.problem).joined())")
      }
    }
  }

  /// The cases themselves, without a device.
  @Suite struct CaseTests {
    @Test func `Every kernel has cases`() {
      #expect(Set(Conformance.families.map(\.kernel)) == Set(Kernel.allCases))
      #expect(Set(Conformance.families.map(\.name)).count == Conformance.families.count)
    }

    @Test func `A case depends on its seed and index alone`() {
      for family in Conformance.families {
        let a = family.makeCase(seed: 3, index: 5)
        let b = family.makeCase(seed: 3, index: 5)
        #expect(a.shape == b.shape && a.operands.map(\.words) == b.operands.map(\.words), "\(family.name)")
        let other = family.makeCase(seed: 4, index: 5)
        #expect(a.operands.map(\.words) != other.operands.map(\.words), "\(family.name)")
      }
    }

    @Test func `An unknown kernel is named`() throws {
      #expect(throws: ConformanceError.self) {
        try Conformance.run(backend: ReferenceBackend(), kernel: "softmin")
      }
    }

    @Test func `A report survives JSON`() throws {
      let report = try Conformance.run(backend: ReferenceBackend(), kernel: "argmax", cases: 8)
      let copy = try JSONDecoder().decode(ConformanceReport.self, from: JSONEncoder().encode(report))
      #expect(copy.passed && copy.cases == 8 && copy.elements == report.elements)
      #expect(copy.kernels.map(\.name) == ["argmax"])
    }
  }
}

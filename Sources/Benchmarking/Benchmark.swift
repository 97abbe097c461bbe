import Conformance
import Foundation
import Kernels

/// Kernels whose every variant was compared with the reference in this run.
private final class VerifiedKernels {
  var kernels: Set<Kernel> = []
}

/// Measures kernels and the cost table of one device; verifies each call before it times it.
public struct Benchmark {
  public let backend: any Backend
  public let budget: TimingBudget
  /// Told what comes next.
  public let progress: (String) -> Void
  private let stopwatch: Stopwatch
  private let verified = VerifiedKernels()

  /// Rows of the cost table.
  public static let rowCounts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
  /// Above so many operations, a layer is verified through its kernels at smaller shapes.
  private static let mostVerifiedOperations = 2_000_000_000

  public init(
    backend: any Backend, budget: TimingBudget = TimingBudget(),
    progress: @escaping (String) -> Void = { _ in }
  ) {
    self.backend = backend
    self.budget = budget
    self.progress = progress
    stopwatch = Stopwatch(backend, budget)
  }

  /// - Parameters:
  ///   - kernel: a kernel's stem; nil for all.
  ///   - filters: measurements whose name has any of them; none for all.
  ///   - sweeps: also every kernel's sweeps over rows and keys.
  ///   - layer: the layer of the cost table; nil for none.
  public func run(
    kernel: String? = nil, filters: [String] = [], sweeps: Bool = false, layer: LayerShape? = .embedded,
    rowCounts: [Int] = Benchmark.rowCounts
  ) throws(BenchmarkError) -> BenchmarkReport {
    let chosen = try Self.chosen(kernel: kernel, filters: filters, sweeps: sweeps)
    progress("ceilings: copy, multiply-add")
    var report = try emptyReport()
    for (index, benchmark) in chosen.enumerated() {
      progress("[\(index + 1)/\(chosen.count)] \(benchmark.kernel) \(benchmark.shape)")
      try measure(benchmark, into: &report)
    }
    if let layer {
      report.layerShape = layer
      try measure(layer, rowCounts, into: &report)
    }
    return report
  }

  /// The measurements that `kernel` and `filters` leave.
  public static func chosen(
    kernel: String?, filters: [String], sweeps: Bool
  ) throws(BenchmarkError) -> [KernelBenchmark] {
    let filters = filters.filter { !$0.isEmpty }
    for alone in filters.isEmpty ? [[]] : filters.map({ [$0] }) {
      try requireMatch(kernel: kernel, filters: alone, sweeps: sweeps)
    }
    return matching(kernel: kernel, filters: filters, sweeps: sweeps)
  }

  private static func requireMatch(
    kernel: String?, filters: [String], sweeps: Bool
  ) throws(BenchmarkError) {
    if !matching(kernel: kernel, filters: filters, sweeps: sweeps).isEmpty { return }
    if !sweeps, !matching(kernel: kernel, filters: filters, sweeps: true).isEmpty {
      throw .onlyInSweeps(
        ([kernel].compactMap { $0 } + filters.map { "'\($0)'" }).joined(separator: " with "))
    }
    let measured = Set(matching(kernel: nil, filters: [], sweeps: true).map(\.kernel))
    if let kernel, !measured.contains(where: { $0.rawValue == kernel }) {
      throw .unknownKernel(kernel, known: Kernel.allCases.filter(measured.contains).map(\.rawValue))
    }
    throw .noMatch(filter: filters.joined(), kernel: kernel)
  }

  private static func matching(kernel: String?, filters: [String], sweeps: Bool) -> [KernelBenchmark] {
    let swept = Set(sweeps ? KernelBenchmark.sweeps.map(\.name) : [])
    let all =
      KernelBenchmark.all.filter { !swept.contains($0.name) } + (sweeps ? KernelBenchmark.sweeps : [])
    return all.filter { benchmark in
      (kernel == nil || benchmark.kernel.rawValue == kernel)
        && (filters.isEmpty || filters.contains { benchmark.name.localizedCaseInsensitiveContains($0) })
    }
  }

  private func emptyReport() throws(BenchmarkError) -> BenchmarkReport {
    let description = (backend as? VulkanBackend)?.device.description
    return BenchmarkReport(
      version: espalierVersion, device: backend.name, driver: description?.driverName ?? "none",
      driverVersion: description?.driverInfo ?? "", apiVersion: description?.apiVersion ?? "",
      date: Date().formatted(.iso8601),
      clock: try converting { () throws(BackendError) in try stopwatch.hasDeviceClock() } ? "device" : "host",
      budget: budget, ceilings: try Ceilings.measure(backend, stopwatch))
  }

  private func measure(
    _ benchmark: KernelBenchmark, into report: inout BenchmarkReport
  ) throws(BenchmarkError) {
    let verifiesShape = benchmark.operations <= Self.mostVerifiedOperations
    if !verifiesShape { try verifyVariants([benchmark.kernel]) }
    guard
      let timing = try time(benchmark.name, benchmark.makeCase(), verifies: verifiesShape, &report)
    else { return }
    let bytesPerSecond = Double(benchmark.bytes) / timing.medianSeconds
    let operationsPerSecond = Double(benchmark.operations) / timing.medianSeconds
    report.kernels.append(
      .init(
        kernel: benchmark.kernel.rawValue, variant: benchmark.variant, shape: benchmark.shape,
        sweep: benchmark.sweep,
        bytes: benchmark.bytes, operations: benchmark.operations, timing: timing,
        gigabytesPerSecond: bytesPerSecond * 1e-9, gigaflopsPerSecond: operationsPerSecond * 1e-9,
        copyShare: bytesPerSecond / report.ceilings.copyBytesPerSecond,
        multiplyAddShare: report.ceilings.multiplyAddOperationsPerSecond.map { operationsPerSecond / $0 },
        verified: verifiesShape ? "shape" : "variants"))
  }

  private func measure(
    _ layer: LayerShape, _ rowCounts: [Int], into report: inout BenchmarkReport
  ) throws(BenchmarkError) {
    let large = rowCounts.contains { layer.operations(rows: $0) > Self.mostVerifiedOperations }
    if large {
      try verifyVariants([.rmsNorm, .matmulF16, .rotaryAppend, .treeAttention, .swiglu])
    }
    // One row is what the others are compared with.
    for rows in Set([1] + rowCounts).sorted() {
      progress("layer \(layer.name), \(rows) rows")
      let verifiesShape = layer.operations(rows: rows) <= Self.mostVerifiedOperations
      let kernelCase = DecoderLayer.makeCase(layer, rows: rows)
      guard let timing = try time(kernelCase.shape, kernelCase, verifies: verifiesShape, &report) else {
        continue
      }
      let first = report.layer.first?.timing.medianSeconds ?? timing.medianSeconds
      report.layer.append(
        .init(
          rows: rows, timing: timing, milliseconds: timing.medianSeconds * 1e3,
          relativeCost: timing.medianSeconds / first,
          gigabytesPerSecond: Double(layer.bytes(rows: rows)) / timing.medianSeconds * 1e-9,
          gigaflopsPerSecond: Double(layer.operations(rows: rows)) / timing.medianSeconds * 1e-9,
          verified: verifiesShape ? "shape" : "variants"))
    }
  }

  /// Nil if the device cannot run the case, which the report then says; a wrong result throws.
  private func time(
    _ name: String, _ kernelCase: KernelCase, verifies: Bool, _ report: inout BenchmarkReport
  ) throws(BenchmarkError) -> Timing? {
    var difference: String?
    do throws(BackendError) {
      let placed = try PlacedCase(kernelCase, on: backend)
      if verifies { difference = try placed.firstDifference() }
      if difference == nil { return try stopwatch.time(name, placed.record) }
    } catch {
      report.skipped.append(.init(name: name, reason: "\(error)"))
    }
    if let difference { throw .wrong(kernel: name, difference: difference) }
    return nil
  }

  /// Every variant of `kernels`, a few cases each.
  private func verifyVariants(_ kernels: [Kernel]) throws(BenchmarkError) {
    for kernel in kernels where verified.kernels.insert(kernel).inserted {
      progress("verifying \(kernel)")
      let report: ConformanceReport
      do throws(ConformanceError) {
        report = try Conformance.run(backend: backend, kernel: kernel.rawValue, cases: 4)
      } catch {
        throw .backend(.device("\(error)"))
      }
      if let bad = report.kernels.first(where: { !$0.passed }) {
        throw .wrong(kernel: kernel.rawValue, difference: bad.problem ?? "no details")
      }
    }
  }

  private func converting<T>(_ body: () throws(BackendError) -> T) throws(BenchmarkError) -> T {
    do throws(BackendError) { return try body() } catch { throw .backend(error) }
  }
}

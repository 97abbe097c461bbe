import Kernels

/// Every kernel against its CPU reference, bit for bit.
public enum Conformance {
  /// Every kernel in every variant, in the order of `Kernel.allCases`.
  public static let families: [CaseFamily] = Kernel.allCases.flatMap { kernel in
    let list = table.filter { $0.kernel == kernel }
    precondition(!list.isEmpty, "\(kernel) has no cases")
    return list
  }

  private static let table: [CaseFamily] =
    rowFamilies + matmulFamilies + quantizeRowsFamilies + sortChoicesFamilies + attentionFamilies
    + vocabularyFamilies + treeFamilies + scanFamilies + pageFamilies

  /// The families that `kernel`, a stem or a family's full name, names; all for nil.
  public static func chosen(kernel: String?) throws(ConformanceError) -> [CaseFamily] {
    let chosen = families.filter { kernel == nil || $0.kernel.rawValue == kernel || $0.name == kernel }
    if let kernel, chosen.isEmpty {
      let stems = Kernel.allCases.map(\.rawValue)
      throw .unknownKernel(kernel, known: kernel.contains("/") ? families.map(\.name) : stems)
    }
    return chosen
  }

  /// Runs cases `first ..< first + cases` of every family named by `kernel` on `backend` and on the reference.
  ///
  /// - Parameters:
  ///   - kernel: a stem, a family's full name, or nil for all.
  ///   - deviceOptions: what names the device on the command line, for the rerun line.
  ///   - progress: called after each family.
  /// - Throws: ``ConformanceError`` for an unknown kernel or when the backend fails; differences are in the report.
  public static func run(
    backend: any Backend, kernel: String? = nil, seed: UInt64 = 1, cases: Int = 200, first: Int = 0,
    deviceOptions: String? = nil, progress: (ConformanceProgress) -> Void = { _ in }
  ) throws(ConformanceError) -> ConformanceReport {
    let chosen = try Self.chosen(kernel: kernel)
    var results: [ConformanceReport.KernelResult] = []
    for family in chosen {
      var run = FamilyRun(
        family, backend: backend, seed: seed,
        deviceOptions: deviceOptions
          ?? "--device \"\(backend.name)\"")
      do throws(BackendError) {
        try run.run(first..<first + cases)
      } catch .unsupported(_, let reason) {
        run.result.skipped = reason
      } catch {
        throw .backend(error, family: family.name)
      }
      results.append(run.result)
      progress(ConformanceProgress(result: run.result, finished: results.count, families: chosen.count))
    }
    return ConformanceReport(device: backend.name, kernels: results)
  }
}

/// What keeps a run from giving a report.
public enum ConformanceError: Error, Sendable, CustomStringConvertible {
  case unknownKernel(String, known: [String])
  case backend(BackendError, family: String)

  public var description: String {
    switch self {
    case .unknownKernel(let name, let known):
      "no kernel \"\(name)\"; \(NearestNames(to: name, among: known).question)validate --list shows the names"
    case .backend(let error, let family): "\(family): \(error)"
    }
  }
}

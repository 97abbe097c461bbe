/// What ``Conformance/run(backend:kernel:seed:cases:first:deviceOptions:progress:)`` found.
public struct ConformanceReport: Codable, Sendable {
  /// One family: a kernel in one variant.
  public struct KernelResult: Codable, Sendable {
    /// The kernel's stem.
    public var name: String
    public var variant: String
    public var cases: Int
    /// Elements the kernel may write, over all cases.
    public var elements: Int
    /// Words that differ from the reference, outside the outputs too.
    public var differing: Int
    /// First difference with a line that reruns it, or a broken guard.
    public var problem: String?
    /// Why the cases prove nothing, from eight of them on.
    public var trivialData: String?
    /// Why this device cannot run the kernel.
    public var skipped: String?

    /// Few cases may be trivial by chance, many may not.
    public var passed: Bool { differing == 0 && problem == nil && (trivialData == nil || cases < 50) }

    init(_ family: CaseFamily) {
      (name, variant) = (family.kernel.rawValue, family.variant)
      (cases, elements, differing) = (0, 0, 0)
    }
  }

  public var device: String
  public var cases: Int
  public var elements: Int
  public var differing: Int
  public var kernels: [KernelResult]

  init(device: String, kernels: [KernelResult]) {
    self.device = device
    self.kernels = kernels
    cases = kernels.reduce(0) { $0 + $1.cases }
    elements = kernels.reduce(0) { $0 + $1.elements }
    differing = kernels.reduce(0) { $0 + $1.differing }
  }

  /// Every family that the device can run agrees with the reference in every bit, and at least one ran.
  public var passed: Bool { cases > 0 && kernels.allSatisfy(\.passed) }

  /// The report for people, problems under their kernel.
  public var table: String {
    func line(_ a: String, _ b: String, _ c: String, _ d: String, _ e: String) -> String {
      "\(padded(a, 18)) \(padded(b, 22)) \(padded(c, -7)) \(padded(d, -11)) \(padded(e, -9))"
    }
    var lines = [line("kernel", "variant", "cases", "elements", "differing")]
    for kernel in kernels {
      lines.append(
        line(kernel.name, kernel.variant, "\(kernel.cases)", "\(kernel.elements)", "\(kernel.differing)"))
      if let problem = kernel.problem { lines.append(problem) }
      if let trivialData = kernel.trivialData { lines.append("  trivial data: \(trivialData)") }
      if let skipped = kernel.skipped { lines.append("  skipped: \(skipped)") }
    }
    lines.append(line("all", "", "\(cases)", "\(elements)", "\(differing)"))
    return lines.joined(separator: "\n")
  }
}

/// A family has finished.
public struct ConformanceProgress: Sendable {
  public let result: ConformanceReport.KernelResult
  /// Families finished so far.
  public let finished: Int
  public let families: Int
}

/// `text` with spaces to `width` columns, on the left if it is negative.
private func padded(_ text: String, _ width: Int) -> String {
  let spaces = String(repeating: " ", count: max(0, abs(width) - text.count))
  return width < 0 ? spaces + text : text + spaces
}

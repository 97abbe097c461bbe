import Conformance
import Kernels

/// Why nothing was measured.
public enum BenchmarkError: Error, Sendable, CustomStringConvertible {
  /// A wrong kernel is not timed.
  case wrong(kernel: String, difference: String)
  case backend(BackendError)
  case unknownKernel(String, known: [String])
  /// Only sweeps have such measurements.
  case onlyInSweeps(String)
  /// No name of a measurement has the text.
  case noMatch(filter: String, kernel: String?)

  public var description: String {
    switch self {
    case .wrong(let kernel, let difference):
      "\(kernel) differs from its reference, so it is not timed: \(difference)"
    case .backend(let error): "\(error)"
    case .unknownKernel(let name, let known):
      "no benchmark of \(name); \(NearestNames(to: name, among: known).question)bench --list shows the names"
    case .onlyInSweeps(let asked): "\(asked) is measured in sweeps alone; add --sweeps"
    case .noMatch(let filter, let kernel):
      "no measurement\(kernel.map { " of " + $0 } ?? "") has '\(filter)' in its name; bench --list shows the names"
    }
  }
}

import Kernels

/// Why nothing was measured.
public enum BenchmarkError: Error, Sendable, CustomStringConvertible {
  /// A wrong kernel is not timed.
  case wrong(kernel: String, difference: String)
  case backend(BackendError)
  case unknownKernel(String, known: [String])

  public var description: String {
    switch self {
    case .wrong(let kernel, let difference):
      "\(kernel) differs from its reference, so it is not timed: \(difference)"
    case .backend(let error): "\(error)"
    case .unknownKernel(let name, let known):
      "no benchmark of \(name); there are \(known.joined(separator: ", "))"
    }
  }
}

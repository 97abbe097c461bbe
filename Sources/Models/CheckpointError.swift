/// Why a checkpoint cannot be used.
public enum CheckpointError: Error, Sendable, Equatable {
  /// `config.json` cannot be read or describes a model that is not supported.
  case configuration(ModelConfigurationError)
  /// The weights cannot be read, or a tensor cannot be used as asked.
  case weights(SafetensorsError)
  /// Tensors that the configuration needs are missing, misshapen or of another type: all of them.
  case incomplete(label: String, problems: [SafetensorsError])
}

extension CheckpointError: CustomStringConvertible {
  /// A sentence for each problem.
  public var description: String {
    switch self {
    case .configuration(let error): error.description
    case .weights(let error): error.description
    case .incomplete(let label, let problems):
      "\(label): \(problems.count) tensors do not fit the configuration:\n"
        + problems.map { "  \($0)" }.joined(separator: "\n")
    }
  }
}

import Kernels

/// Why a model cannot be loaded.
public enum ModelError: Error, Sendable, CustomStringConvertible {
  /// The directory, its configuration or its tensors.
  case checkpoint(CheckpointError)
  /// Device or memory.
  case backend(BackendError)
  /// The executor stores two f16 a word, so hidden rows have an even number of columns.
  case oddHiddenSize(Int)
  /// This build carries no such model.
  case notEmbedded(String)

  /// A sentence with what to do.
  public var description: String {
    switch self {
    case .checkpoint(let error): error.description
    case .backend(let error): error.description
    case .oddHiddenSize(let size): "hidden_size \(size) is odd; even sizes are supported"
    case .notEmbedded(let name): "the model \(name) is not part of this build; give a directory instead"
    }
  }
}

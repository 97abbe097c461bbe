import Foundation

/// A model directory: `config.json` beside `model.safetensors`, or beside its index and shards.
///
/// Opening reads headers only; weights are mapped and read when a tensor is converted.
public struct Checkpoint: Sendable {
  /// What `config.json` says.
  public let configuration: ModelConfiguration
  /// The tensors of all shards.
  public let weights: SafetensorsCollection

  /// Opens a directory; call `validate()` before relying on its tensors.
  public init(directory: String) throws(CheckpointError) {
    let folder = URL(fileURLWithPath: directory, isDirectory: true)
    do {
      configuration = try ModelConfiguration(path: folder.appendingPathComponent("config.json").path)
    } catch {
      throw .configuration(error)
    }
    do {
      weights = try SafetensorsCollection(directory: directory)
    } catch {
      throw .weights(error)
    }
  }

  /// A checkpoint of parts at hand.
  public init(configuration: ModelConfiguration, weights: SafetensorsCollection) {
    self.configuration = configuration
    self.weights = weights
  }

  /// Checks that every tensor of `configuration.requiredTensors` is there, with its shape and a supported type.
  ///
  /// Throws `incomplete` with all problems, each naming its tensor. Tensors that are not needed are ignored.
  public func validate() throws(CheckpointError) {
    var problems: [SafetensorsError] = []
    for requirement in configuration.requiredTensors {
      do {
        _ = try checked(requirement.name, shape: requirement.shape)
      } catch {
        problems.append(error)
      }
    }
    guard problems.isEmpty else { throw .incomplete(label: weights.label, problems: problems) }
  }

  /// The tensor `name`, of exactly this shape and of F16, BF16 or F32 elements.
  ///
  /// Throws `weights(...)` of `missingTensor`, `wrongShape` or `unsupportedDataType`.
  public func tensor(_ name: String, shape: [Int]) throws(CheckpointError) -> CheckpointTensor {
    do {
      return try checked(name, shape: shape)
    } catch {
      throw .weights(error)
    }
  }

  private func checked(_ name: String, shape: [Int]) throws(SafetensorsError) -> CheckpointTensor {
    let tensor = try weights.tensor(named: name)
    guard tensor.shape == shape else {
      throw .wrongShape(file: tensor.file, tensor: name, expected: shape, found: tensor.shape)
    }
    return try CheckpointTensor(tensor)
  }
}

import Foundation
import Kernels
import Models

/// The checkpoints a run needs, loaded.
struct ModelPair {
  let target: Model
  /// Nil unless the draft model drafts.
  let draft: Model?
  let drafterName: DrafterName
  /// What was loaded, for people.
  let names: String

  init(
    target targetPath: String?, draft draftPath: String?, drafting: DraftingOptions, backend: any Backend
  ) throws(Failure) {
    if draftPath != nil, let drafter = drafting.drafter, drafter != .model {
      throw .input("--draft-model: \(drafter.rawValue) uses no draft model")
    }
    let target = try Self.load(targetPath, else: .target, backend)
    let name =
      drafting.drafter
      ?? (targetPath == nil || draftPath != nil ? .model : target.draftHeadCount > 0 ? .heads : .ngram)
    self.target = target
    drafterName = name
    let targetName = targetPath ?? EmbeddedModel.target.rawValue
    guard name == .model else {
      draft = nil
      names = targetName
      return
    }
    if targetPath != nil && draftPath == nil {
      throw .input("--drafter model with --model needs --draft-model as well")
    }
    draft = try Self.load(draftPath, else: .draft, backend)
    names = "\(targetName) with \(draftPath ?? EmbeddedModel.draft.rawValue)"
  }

  private static func load(
    _ path: String?, else embedded: EmbeddedModel, _ backend: any Backend
  ) throws(Failure) -> Model {
    let directory: URL
    if let path {
      directory = try folder(path)
    } else {
      directory = try failing { try embedded.directory() }
    }
    let model = try failing { try Model(directory: directory, backend: backend) }
    let vocabulary = model.configuration.vocabularySize
    if vocabulary != 256 {
      throw .input(
        "\(directory.path) has a vocabulary of \(vocabulary); this tool speaks byte-level models of 256")
    }
    return model
  }

  private static func folder(_ path: String) throws(Failure) -> URL {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw .input("the model folder \(path) does not exist")
    }
    if !isDirectory.boolValue {
      throw .input("\(path) is no folder; give the folder with config.json and the weights")
    }
    guard FileManager.default.isReadableFile(atPath: path) else {
      throw .input("the model folder \(path) cannot be read")
    }
    return URL(fileURLWithPath: path, isDirectory: true)
  }
}

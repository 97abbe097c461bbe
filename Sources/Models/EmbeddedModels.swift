import Foundation

/// Small byte models of Python source that travel with the library.
public enum EmbeddedModel: String, CaseIterable, Sendable {
  /// Target with four blockwise prediction heads.
  case target = "python-bytes-target"
  /// A smaller draft model of the same vocabulary.
  case draft = "python-bytes-draft"

  /// The directory that holds `config.json` and `model.safetensors`.
  public func directory() throws(ModelError) -> URL {
    // Not `resourceURL`: a bundle with a folder of this very name takes that folder for it, on some systems.
    let directory = Bundle.module.bundleURL.appending(path: "Resources").appending(path: rawValue)
    guard FileManager.default.fileExists(atPath: directory.appending(path: "config.json").path) else {
      throw .notEmbedded(rawValue)
    }
    return directory
  }
}

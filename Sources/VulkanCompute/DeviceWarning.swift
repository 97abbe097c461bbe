/// What a device goes on without, and why.
public enum DeviceWarning: Sendable, Equatable, CustomStringConvertible {
  /// The stored pipeline cache was not used; pipelines are compiled anew.
  case pipelineCacheUnreadable(path: String, reason: String)
  /// Pipelines compiled now will be compiled again next time.
  case pipelineCacheUnwritable(path: String, reason: String)
  /// Profiling was asked for and the queue has no timestamps; spans stay empty.
  case timestampsUnavailable(device: String)

  /// A sentence for people.
  public var description: String {
    switch self {
    case .pipelineCacheUnreadable(let path, let reason):
      "pipeline cache \(path) not used: \(reason); it will be written anew"
    case .pipelineCacheUnwritable(let path, let reason):
      "pipeline cache \(path) not kept: \(reason); set ESPALIER_CACHE to a writable directory, or to off"
    case .timestampsUnavailable(let device):
      "\(device) has no timestamps on its compute queue; spans are not measured"
    }
  }
}

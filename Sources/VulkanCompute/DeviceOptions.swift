#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How much the Khronos validation layer checks.
public enum ValidationMode: Sendable, Equatable {
  /// The layer is not loaded.
  case off
  /// Correct use of the API.
  case standard
  /// Also memory hazards between commands.
  case synchronization
  /// `ESPALIER_VALIDATION` says something else; opening a device throws ``VulkanError/unknownValidation(_:)``.
  case unknown(String)

  /// `ESPALIER_VALIDATION`: `1` is standard, `sync` is synchronization, unset, empty or `0` is off.
  public static func fromEnvironment(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> ValidationMode {
    switch environment["ESPALIER_VALIDATION"] ?? "" {
    case "", "0": .off
    case "1": .standard
    case let value where value.lowercased() == "sync": .synchronization
    case let value: .unknown(value)
    }
  }
}

/// What a ``Device`` is opened with.
public struct DeviceOptions: Sendable {
  /// Validation; from `ESPALIER_VALIDATION` unless set.
  public var validation: ValidationMode
  /// Whether recorders measure their spans with GPU timestamps.
  public var profiling = false
  /// Features to do without although the device has them, so that each optional path can be forced off.
  public var disabledFeatures: DeviceFeatures = []
  /// Copies straight into device memory where the host can see it. Off, every transfer to device memory is staged.
  public var directTransfers = true
  /// Keeps compiled pipelines on disk.
  public var keepsPipelineCache = true
  /// Where the pipeline cache is kept; nil is `$ESPALIER_CACHE`, `$XDG_CACHE_HOME/espalier` or `~/.cache/espalier`.
  /// `ESPALIER_CACHE=off` keeps none.
  public var cacheDirectory: String?
  /// Longest wait for the device when a call names no other limit.
  public var timeout: Duration = .seconds(60)
  /// Size in bytes of the blocks from which buffers are sub-allocated.
  public var blockByteCount = 64 << 20

  /// Bytes of one half of a staging buffer: while the device copies one half, the host fills the other.
  public var stagingByteCount = 8 << 20

  /// Options with the defaults above.
  public init(validation: ValidationMode = .fromEnvironment()) {
    self.validation = validation
  }
}

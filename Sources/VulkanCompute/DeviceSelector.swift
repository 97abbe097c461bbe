#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Names a device.
public enum DeviceSelector: Sendable, Equatable, CustomStringConvertible {
  /// The position in ``Device/all(validation:)``.
  case index(Int)
  /// Part of the name, in upper or lower case.
  case name(String)
  /// The device UUID, as ``DeviceDescription/uuid`` writes it.
  case uuid(String)

  /// Reads a number as an index, 32 hex digits in groups of 8-4-4-4-12 as a UUID, and anything else as a name.
  public init(_ text: String) {
    if let index = Int(text) {
      self = .index(index)
    } else if text.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12],
      text.allSatisfy({ $0 == "-" || $0.isHexDigit })
    {
      self = .uuid(text.lowercased())
    } else {
      self = .name(text)
    }
  }

  /// What `ESPALIER_DEVICE` names; nil when it is unset or empty.
  public static func fromEnvironment(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> DeviceSelector? {
    environment["ESPALIER_DEVICE"].flatMap { $0.isEmpty ? nil : DeviceSelector($0) }
  }

  /// The text that would select it.
  public var description: String {
    switch self {
    case .index(let index): "\(index)"
    case .name(let name): name
    case .uuid(let uuid): uuid
    }
  }

  func matches(_ device: DeviceDescription) -> Bool {
    switch self {
    case .index(let index): device.index == index
    case .name(let name): device.name.lowercased().contains(name.lowercased())
    case .uuid(let uuid): device.uuid == uuid.lowercased()
    }
  }

  /// The best device that `selector` names, or the best of all.
  static func choose(
    _ selector: DeviceSelector?, from devices: [DeviceDescription]
  ) throws(VulkanError) -> DeviceDescription {
    let candidates = selector.map { selector in devices.filter { selector.matches($0) } } ?? devices
    // Usable devices first, then the kind; the driver's own order decides between equals.
    let best = candidates.min {
      ($0.missing.isEmpty ? 0 : 1, $0.kind.rank, $0.index) < (
        $1.missing.isEmpty ? 0 : 1, $1.kind.rank, $1.index
      )
    }
    guard let best else {
      throw .unknownDevice(selector: "\(selector?.description ?? "")", available: devices.map(\.name))
    }
    if !best.missing.isEmpty { throw .unsupportedDevice(device: best.name, missing: best.missing) }
    return best
  }
}

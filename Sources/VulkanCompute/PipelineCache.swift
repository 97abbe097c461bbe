import CVulkan
import Synchronization

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The `VkPipelineCache` and its file. Without a usable file it works in memory only, and says so.
final class PipelineCache: @unchecked Sendable {
  let handle: VkPipelineCache
  private let device: LogicalDevice
  private let path: String?
  private let isChanged = Atomic(false)

  init(
    device: LogicalDevice, options: DeviceOptions, warnings: inout [DeviceWarning]
  ) throws(VulkanError) {
    let path = Self.filePath(for: device.description, options)
    var stored: [UInt8] = []
    if let path {
      do {
        stored = try CacheFile.read(path)
      } catch {
        warnings.append(.pipelineCacheUnreadable(path: path, reason: error.reason))
      }
      if let reason = CacheFile.prepareDirectory(of: path) {
        warnings.append(.pipelineCacheUnwritable(path: path, reason: reason))
      }
    }
    handle = try stored.withUnsafeBufferPointer { bytes throws(VulkanError) -> VkPipelineCache in
      var info = VkPipelineCacheCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO
      info.initialDataSize = bytes.count
      info.pInitialData = UnsafeRawPointer(bytes.baseAddress)
      return try device.make("vkCreatePipelineCache", "pipeline cache", bytes: bytes.count) {
        vkCreatePipelineCache(device.handle, &info, nil, &$0)
      }
    }
    self.device = device
    self.path = path
  }

  deinit { device.destroy { vkDestroyPipelineCache($0, handle, nil) } }

  /// Notes that a pipeline was compiled since the last save.
  func noteChange() { isChanged.store(true, ordering: .relaxed) }

  /// Writes the file if there is anything new; a warning if that fails.
  func save() -> DeviceWarning? {
    guard let path, isChanged.exchange(false, ordering: .relaxed), !device.isLost else { return nil }
    var byteCount = 0
    guard vkGetPipelineCacheData(device.handle, handle, &byteCount, nil) == VK_SUCCESS, byteCount > 0
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: byteCount)
    // Another thread may have grown the cache in between; half of it would be of no use.
    guard vkGetPipelineCacheData(device.handle, handle, &byteCount, &bytes) == VK_SUCCESS else { return nil }
    do {
      try CacheFile.write(Array(bytes.prefix(byteCount)), to: path)
      return nil
    } catch {
      return .pipelineCacheUnwritable(path: path, reason: error.reason)
    }
  }

  /// Another driver version compiles anew, so each has a file of its own. Nil keeps none.
  static func filePath(
    for device: DeviceDescription, _ options: DeviceOptions,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> String? {
    guard options.keepsPipelineCache else { return nil }
    func variable(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let directory: String
    if let chosen = options.cacheDirectory ?? variable("ESPALIER_CACHE") {
      if options.cacheDirectory == nil && chosen == "off" { return nil }
      directory = chosen
    } else if let base = variable("XDG_CACHE_HOME") {
      directory = base + "/espalier"
    } else if let home = variable("HOME") {
      directory = home + "/.cache/espalier"
    } else {
      return nil
    }
    return "\(directory)/pipelines-\(device.uuid)-\(String(device.driverVersion, radix: 16)).bin"
  }
}

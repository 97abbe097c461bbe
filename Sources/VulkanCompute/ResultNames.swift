import CVulkan

extension VkResult {
  /// The name in the Vulkan specification, for error messages.
  var name: String {
    switch self {
    case VK_SUCCESS: "VK_SUCCESS"
    case VK_NOT_READY: "VK_NOT_READY"
    case VK_TIMEOUT: "VK_TIMEOUT"
    case VK_INCOMPLETE: "VK_INCOMPLETE"
    case VK_ERROR_OUT_OF_HOST_MEMORY: "VK_ERROR_OUT_OF_HOST_MEMORY"
    case VK_ERROR_OUT_OF_DEVICE_MEMORY: "VK_ERROR_OUT_OF_DEVICE_MEMORY"
    case VK_ERROR_INITIALIZATION_FAILED: "VK_ERROR_INITIALIZATION_FAILED"
    case VK_ERROR_DEVICE_LOST: "VK_ERROR_DEVICE_LOST"
    case VK_ERROR_MEMORY_MAP_FAILED: "VK_ERROR_MEMORY_MAP_FAILED"
    case VK_ERROR_LAYER_NOT_PRESENT: "VK_ERROR_LAYER_NOT_PRESENT"
    case VK_ERROR_EXTENSION_NOT_PRESENT: "VK_ERROR_EXTENSION_NOT_PRESENT"
    case VK_ERROR_FEATURE_NOT_PRESENT: "VK_ERROR_FEATURE_NOT_PRESENT"
    case VK_ERROR_INCOMPATIBLE_DRIVER: "VK_ERROR_INCOMPATIBLE_DRIVER"
    case VK_ERROR_TOO_MANY_OBJECTS: "VK_ERROR_TOO_MANY_OBJECTS"
    case VK_ERROR_FRAGMENTED_POOL: "VK_ERROR_FRAGMENTED_POOL"
    case VK_ERROR_OUT_OF_POOL_MEMORY: "VK_ERROR_OUT_OF_POOL_MEMORY"
    case VK_ERROR_FRAGMENTATION: "VK_ERROR_FRAGMENTATION"
    case VK_ERROR_INVALID_SHADER_NV: "VK_ERROR_INVALID_SHADER_NV"
    case VK_ERROR_VALIDATION_FAILED_EXT: "VK_ERROR_VALIDATION_FAILED_EXT"
    case VK_ERROR_UNKNOWN: "VK_ERROR_UNKNOWN"
    default: "VkResult \(rawValue)"
    }
  }

  /// No memory, whichever side ran out.
  var isOutOfMemory: Bool {
    self == VK_ERROR_OUT_OF_HOST_MEMORY || self == VK_ERROR_OUT_OF_DEVICE_MEMORY
      || self == VK_ERROR_TOO_MANY_OBJECTS || self == VK_ERROR_OUT_OF_POOL_MEMORY
      || self == VK_ERROR_MEMORY_MAP_FAILED || self == VK_ERROR_FRAGMENTED_POOL
  }

  /// Throws what the result means, unless it is success.
  func check(_ function: StaticString, _ label: String, bytes: Int = 0) throws(VulkanError) {
    if rawValue >= 0 { return }
    if self == VK_ERROR_DEVICE_LOST { throw .deviceLost(label: label) }
    if isOutOfMemory && bytes > 0 { throw .outOfMemory(requestedBytes: bytes, label: label) }
    throw .call(function: "\(function)", result: name, code: rawValue, label: label)
  }
}

import CVulkan
import Synchronization

/// The device's one timeline semaphore: submission n signals n.
final class Timeline: @unchecked Sendable {
  let handle: VkSemaphore
  private let device: LogicalDevice

  init(device: LogicalDevice) throws(VulkanError) {
    handle = try withArena { arena throws(VulkanError) -> VkSemaphore in
      var type = VkSemaphoreTypeCreateInfo()
      type.sType = VK_STRUCTURE_TYPE_SEMAPHORE_TYPE_CREATE_INFO
      type.semaphoreType = VK_SEMAPHORE_TYPE_TIMELINE
      var info = VkSemaphoreCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_SEMAPHORE_CREATE_INFO
      info.pNext = UnsafeRawPointer(arena.copy(type))
      return try device.make("vkCreateSemaphore", "timeline") {
        vkCreateSemaphore(device.handle, &info, nil, &$0)
      }
    }
    self.device = device
  }

  deinit { device.destroy { vkDestroySemaphore($0, handle, nil) } }

  /// The last value reached; 0 when the device cannot say any more.
  var reachedValue: UInt64 {
    guard !device.isLost else { return 0 }
    var value: UInt64 = 0
    return vkGetSemaphoreCounterValue(device.handle, handle, &value) == VK_SUCCESS ? value : 0
  }

  /// Blocks until `value` is reached; false when `nanoseconds` ran out first.
  func wait(for value: UInt64, nanoseconds: UInt64, label: String) throws(VulkanError) -> Bool {
    try withArena { arena throws(VulkanError) -> Bool in
      var info = VkSemaphoreWaitInfo()
      info.sType = VK_STRUCTURE_TYPE_SEMAPHORE_WAIT_INFO
      info.semaphoreCount = 1
      info.pSemaphores = UnsafePointer(arena.copy(Optional(handle)))
      info.pValues = UnsafePointer(arena.copy(value))
      let result = try device.call("vkWaitSemaphores", label) {
        vkWaitSemaphores(device.handle, &info, nanoseconds)
      }
      return result == VK_SUCCESS
    }
  }
}

extension Duration {
  /// Whole nanoseconds, at least 0 and at most what fits.
  var clampedNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    guard seconds >= 0 && attoseconds >= 0 else { return 0 }
    let (whole, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? .max : whole.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000)).partialValue
  }

  var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

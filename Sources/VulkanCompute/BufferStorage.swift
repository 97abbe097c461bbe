import CVulkan
import Synchronization

/// What a buffer and its views share, and when the device last used it.
final class BufferStorage: Sendable {
  let device: Device
  let memory: BufferMemory
  let byteCount: Int
  let intent: BufferIntent
  let label: String
  /// The timeline value after which the device no longer uses the buffer.
  private let lastUse = Atomic<UInt64>(0)

  init(device: Device, byteCount: Int, intent: BufferIntent, label: String) throws(VulkanError) {
    precondition(byteCount > 0, "\(label): a buffer has at least one byte")
    device.collect()
    self.device = device
    self.byteCount = byteCount
    self.intent = intent
    self.label = label
    memory = try BufferMemory(
      device: device.logical, allocator: device.allocator, byteCount: byteCount, intent: intent, label: label)
  }

  deinit { device.retire(memory, after: lastUse.load(ordering: .acquiring)) }

  /// Where the host may touch the bytes, nil if the memory is the device's alone.
  var mapped: UnsafeMutableRawPointer? { memory.allocation.mapped }

  /// Notes that a submission which ends at `value` uses the buffer.
  func markUsed(until value: UInt64) { lastUse.max(value, ordering: .acquiringAndReleasing) }

  /// The end of the last submission that uses the buffer.
  var lastUsePoint: TimelinePoint {
    TimelinePoint(device: device, value: lastUse.load(ordering: .acquiring))
  }
}

/// A `VkBuffer` bound to its memory; both go when the object goes.
final class BufferMemory: @unchecked Sendable {
  let handle: VkBuffer
  let allocation: Allocation
  private let device: LogicalDevice
  private let allocator: MemoryAllocator

  init(
    device: LogicalDevice, allocator: MemoryAllocator, byteCount: Int, intent: BufferIntent, label: String
  ) throws(VulkanError) {
    var info = VkBufferCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO
    info.size = UInt64(byteCount)
    info.usage =
      VK_BUFFER_USAGE_STORAGE_BUFFER_BIT.rawValue | VK_BUFFER_USAGE_STORAGE_TEXEL_BUFFER_BIT.rawValue
      | VK_BUFFER_USAGE_INDIRECT_BUFFER_BIT.rawValue
      | VK_BUFFER_USAGE_TRANSFER_SRC_BIT.rawValue | VK_BUFFER_USAGE_TRANSFER_DST_BIT.rawValue
    info.sharingMode = VK_SHARING_MODE_EXCLUSIVE
    let handle: VkBuffer = try device.make("vkCreateBuffer", label, bytes: byteCount) {
      vkCreateBuffer(device.handle, &info, nil, &$0)
    }
    let allocation: Allocation
    do throws(VulkanError) {
      var requirements = VkMemoryRequirements()
      vkGetBufferMemoryRequirements(device.handle, handle, &requirements)
      allocation = try allocator.allocate(requirements, intent: intent, label: label)
    } catch {
      device.destroy { vkDestroyBuffer($0, handle, nil) }
      throw error
    }
    do throws(VulkanError) {
      try device.call("vkBindBufferMemory", label, bytes: byteCount) {
        vkBindBufferMemory(
          device.handle, handle, allocation.block.memory, UInt64(allocation.range.lowerBound))
      }
    } catch {
      device.destroy { vkDestroyBuffer($0, handle, nil) }
      allocator.free(allocation)
      throw error
    }
    device.name(handle, VK_OBJECT_TYPE_BUFFER, label)
    self.device = device
    self.allocator = allocator
    self.handle = handle
    self.allocation = allocation
  }

  deinit {
    device.destroy { vkDestroyBuffer($0, handle, nil) }
    allocator.free(allocation)
  }
}

import CVulkan
import Synchronization

/// Memory in use on a device.
public struct MemoryStatistics: Sendable, Hashable {
  /// Live buffers, those waiting for the device to finish with them included.
  public var bufferCount = 0
  /// Bytes of those buffers, padding included.
  public var usedByteCount = 0
  /// The most that ``usedByteCount`` has been.
  public var peakUsedByteCount = 0
  /// `VkDeviceMemory` blocks.
  public var blockCount = 0
  /// Bytes of those blocks.
  public var reservedByteCount = 0
  /// Buffers and recordings that wait for the device to finish with them.
  public var pendingDestructionCount = 0
}

/// Part of a block.
struct Allocation: @unchecked Sendable {
  let block: MemoryBlock
  let range: Range<Int>

  var mapped: UnsafeMutableRawPointer? { block.mapped.map { $0 + range.lowerBound } }
}

/// Cuts buffers out of a few large blocks.
final class MemoryAllocator: Sendable {
  /// Every allocation starts at a multiple of this many bytes, so that every device can bind it.
  static let alignment = 256

  fileprivate struct State {
    var blocks: [MemoryBlock] = []
    var statistics = MemoryStatistics()
  }

  private let device: LogicalDevice
  private let blockByteCount: Int
  private let types: [MemoryType]
  private let state = Mutex(State())

  struct MemoryType: Sendable {
    let flags: UInt32
    let heapByteCount: Int

    func has(_ bits: VkMemoryPropertyFlagBits...) -> Bool {
      bits.allSatisfy { flags & $0.rawValue != 0 }
    }
  }

  init(device: LogicalDevice, blockByteCount: Int) {
    self.device = device
    self.blockByteCount = max(
      Self.alignment, min(blockByteCount, device.description.limits.maxMemoryAllocationSize))
    let properties = DeviceQueries(physical: device.physical).memoryProperties
    let heaps = device.description.heaps
    types = withUnsafeBytes(of: properties.memoryTypes) { bytes in
      bytes.bindMemory(to: VkMemoryType.self).prefix(Int(properties.memoryTypeCount)).map {
        MemoryType(flags: $0.propertyFlags, heapByteCount: heaps[Int($0.heapIndex)].byteCount)
      }
    }
  }

  var statistics: MemoryStatistics { state.withLock { $0.statistics } }

  /// Memory that satisfies `requirements` and suits `intent`.
  func allocate(
    _ requirements: VkMemoryRequirements, intent: BufferIntent, label: String
  ) throws(VulkanError) -> Allocation {
    let alignment = max(
      Self.alignment, Int(requirements.alignment), device.description.limits.minStorageBufferOffsetAlignment)
    let bytes = roundUp(Int(requirements.size), to: alignment)
    guard let typeIndex = memoryType(allowed: requirements.memoryTypeBits, intent) else {
      throw .unsupported(
        missing: ["memory for \(intent) buffers"], label: label, device: device.description.name)
    }
    let maximum = device.description.limits.maxMemoryAllocationSize
    guard bytes <= maximum else {
      throw .capacity(
        limit: "maxMemoryAllocationSize", requested: bytes, maximum: maximum, label: label,
        device: device.description.name)
    }
    // The lock is held over vkAllocateMemory: two threads must not both open a block for one small buffer each.
    return try state.withLock { state throws(VulkanError) -> Allocation in
      let allocation = try place(bytes, alignment: alignment, typeIndex: typeIndex, label: label, &state)
      state.statistics.bufferCount += 1
      state.statistics.usedByteCount += bytes
      state.statistics.peakUsedByteCount = max(
        state.statistics.peakUsedByteCount, state.statistics.usedByteCount)
      return allocation
    }
  }

  /// Takes memory back; an empty block is returned to the device unless it is the only one of its kind.
  func free(_ allocation: Allocation) {
    // The block's last reference goes after the lock does.
    let released = state.withLock { state -> MemoryBlock? in
      let block = allocation.block
      block.give(back: allocation.range)
      state.statistics.bufferCount -= 1
      state.statistics.usedByteCount -= allocation.range.count
      guard block.isEmpty else { return nil }
      let spare = state.blocks.contains { $0 !== block && $0.typeIndex == block.typeIndex && $0.isEmpty }
      guard block.isDedicated || spare else { return nil }
      state.remove(block)
      return block
    }
    withExtendedLifetime(released) {}
  }

  /// Returns every empty block to the device.
  func trim() {
    let released = state.withLock { state -> [MemoryBlock] in
      let empty = state.blocks.filter(\.isEmpty)
      for block in empty { state.remove(block) }
      return empty
    }
    withExtendedLifetime(released) {}
  }

  private func place(
    _ bytes: Int, alignment: Int, typeIndex: Int, label: String, _ state: inout State
  ) throws(VulkanError) -> Allocation {
    let isLarge = bytes > blockByteCount / 2
    if !isLarge {
      for block in state.blocks where block.typeIndex == typeIndex && !block.isDedicated {
        if let start = block.take(bytes, alignment: alignment) {
          return Allocation(block: block, range: start..<(start + bytes))
        }
      }
    }
    // A block takes no more than an eighth of its heap, so that a small heap is not gone at once.
    let shared = min(blockByteCount, types[typeIndex].heapByteCount / 8)
    let block: MemoryBlock
    if isLarge || bytes > shared {
      block = try makeBlock(bytes, typeIndex, isDedicated: true, label)
    } else {
      do throws(VulkanError) {
        block = try makeBlock(shared, typeIndex, isDedicated: false, label)
      } catch {
        guard case .outOfMemory = error else { throw error }
        // Not enough for a whole block; what was asked for may still fit.
        block = try makeBlock(bytes, typeIndex, isDedicated: true, label)
      }
    }
    state.add(block)
    let start = block.take(bytes, alignment: alignment)!
    return Allocation(block: block, range: start..<(start + bytes))
  }

  private func makeBlock(
    _ bytes: Int, _ typeIndex: Int, isDedicated: Bool, _ label: String
  ) throws(VulkanError) -> MemoryBlock {
    try MemoryBlock(
      device: device, typeIndex: typeIndex, byteCount: bytes,
      isHostVisible: types[typeIndex].has(
        VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, VK_MEMORY_PROPERTY_HOST_COHERENT_BIT),
      isHostCached: types[typeIndex].has(VK_MEMORY_PROPERTY_HOST_CACHED_BIT),
      isDedicated: isDedicated, label: label)
  }

  /// The best memory type for `intent` among the allowed ones. Vulkan promises a coherent host-visible one.
  private func memoryType(allowed: UInt32, _ intent: BufferIntent) -> Int? {
    let candidates = types.indices.filter { allowed & (1 << UInt32($0)) != 0 }
    let coherent = candidates.filter {
      types[$0].has(VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT, VK_MEMORY_PROPERTY_HOST_COHERENT_BIT)
    }
    switch intent {
    case .device:
      let local = candidates.filter { types[$0].has(VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) }
      // Memory that only the device sees is never slower, and does not use up a small host-visible window.
      return local.first { !coherent.contains($0) } ?? local.first ?? candidates.first
    case .upload:
      return coherent.first { !types[$0].has(VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT) } ?? coherent.first
    case .readback:
      return coherent.first { types[$0].has(VK_MEMORY_PROPERTY_HOST_CACHED_BIT) } ?? coherent.first
    }
  }
}

extension MemoryAllocator.State {
  fileprivate mutating func add(_ block: MemoryBlock) {
    blocks.append(block)
    statistics.blockCount += 1
    statistics.reservedByteCount += block.byteCount
  }

  fileprivate mutating func remove(_ block: MemoryBlock) {
    blocks.removeAll { $0 === block }
    statistics.blockCount -= 1
    statistics.reservedByteCount -= block.byteCount
  }
}

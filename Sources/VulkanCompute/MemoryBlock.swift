import CVulkan

/// One `VkDeviceMemory`, cut into ranges. Not thread-safe: ``MemoryAllocator`` guards it.
final class MemoryBlock: @unchecked Sendable {
  let memory: VkDeviceMemory
  let typeIndex: Int
  let byteCount: Int
  /// Where the host sees the block, nil if it cannot.
  let mapped: UnsafeMutableRawPointer?
  /// Whether one allocation has the block to itself.
  let isDedicated: Bool
  /// Whether host reads of the block go through the cache; without it they are very slow.
  let isHostCached: Bool
  private let device: LogicalDevice
  private(set) var free: FreeRanges

  init(
    device: LogicalDevice, typeIndex: Int, byteCount: Int, isHostVisible: Bool, isHostCached: Bool,
    isDedicated: Bool, label: String
  ) throws(VulkanError) {
    var info = VkMemoryAllocateInfo()
    info.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO
    info.allocationSize = UInt64(byteCount)
    info.memoryTypeIndex = UInt32(typeIndex)
    let memory: VkDeviceMemory = try device.make("vkAllocateMemory", label, bytes: byteCount) {
      vkAllocateMemory(device.handle, &info, nil, &$0)
    }
    var mapped: UnsafeMutableRawPointer?
    if isHostVisible {
      do throws(VulkanError) {
        try device.call("vkMapMemory", label, bytes: byteCount) {
          vkMapMemory(device.handle, memory, 0, UInt64(byteCount), 0, &mapped)
        }
      } catch {
        device.destroy { vkFreeMemory($0, memory, nil) }
        throw error
      }
    }
    self.device = device
    self.memory = memory
    self.typeIndex = typeIndex
    self.byteCount = byteCount
    self.mapped = mapped
    self.isDedicated = isDedicated
    self.isHostCached = isHostCached
    free = FreeRanges(byteCount: byteCount)
  }

  // Freeing unmaps.
  deinit { device.destroy { vkFreeMemory($0, memory, nil) } }

  var isEmpty: Bool { free.byteCount == byteCount }

  func take(_ bytes: Int, alignment: Int) -> Int? { free.take(bytes, alignment: alignment) }

  func give(back range: Range<Int>) { free.give(back: range) }
}

/// The free byte ranges of a block: ascending, disjoint, never adjacent.
struct FreeRanges {
  private(set) var ranges: [Range<Int>]

  init(byteCount: Int) { ranges = [0..<byteCount] }

  /// Free bytes in all.
  var byteCount: Int { ranges.reduce(0) { $0 + $1.count } }

  /// Takes `bytes` at a multiple of `alignment` from the smallest range that has room.
  mutating func take(_ bytes: Int, alignment: Int) -> Int? {
    var best: (index: Int, start: Int)?
    for (index, range) in ranges.enumerated() {
      let start = roundUp(range.lowerBound, to: alignment)
      guard start + bytes <= range.upperBound else { continue }
      if best == nil || range.count < ranges[best!.index].count { best = (index, start) }
    }
    guard let (index, start) = best else { return nil }
    let range = ranges[index]
    let rest = [range.lowerBound..<start, (start + bytes)..<range.upperBound].filter { !$0.isEmpty }
    ranges.replaceSubrange(index...index, with: rest)
    return start
  }

  /// Returns a range and joins it with its neighbours.
  mutating func give(back range: Range<Int>) {
    let index = ranges.firstIndex { $0.lowerBound >= range.upperBound } ?? ranges.count
    precondition(index == 0 || ranges[index - 1].upperBound <= range.lowerBound, "range \(range) freed twice")
    var joined = range
    var replaced = index..<index
    if index < ranges.count, ranges[index].lowerBound == range.upperBound {
      joined = joined.lowerBound..<ranges[index].upperBound
      replaced = replaced.lowerBound..<(index + 1)
    }
    if index > 0, ranges[index - 1].upperBound == range.lowerBound {
      joined = ranges[index - 1].lowerBound..<joined.upperBound
      replaced = (index - 1)..<replaced.upperBound
    }
    ranges.replaceSubrange(replaced, with: [joined])
  }
}

/// The smallest multiple of `alignment` not below `value`.
func roundUp(_ value: Int, to alignment: Int) -> Int {
  (value + alignment - 1) / alignment * alignment
}

/// What kind of device it is.
public enum DeviceKind: String, Sendable, CaseIterable {
  /// What `VkPhysicalDeviceType` says of it.
  case discrete, integrated, virtual, cpu, other

  /// Position in the order of preference, best first.
  var rank: Int {
    switch self {
    case .discrete: 0
    case .integrated: 1
    case .virtual: 2
    case .cpu: 3
    case .other: 4
    }
  }
}

/// Limits that matter to compute, under their names in the Vulkan specification.
public struct DeviceLimits: Sendable, Hashable {
  /// Bytes of one bound storage buffer range.
  public var maxStorageBufferRange = 0
  /// Bytes of shared memory in a work group.
  public var maxComputeSharedMemorySize = 0
  /// Invocations in a work group.
  public var maxComputeWorkGroupInvocations = 0
  /// Invocations in each dimension of a work group.
  public var maxComputeWorkGroupSize = [0, 0, 0]
  /// Work groups in each dimension of a dispatch.
  public var maxComputeWorkGroupCount = [0, 0, 0]
  /// Bytes of push constants.
  public var maxPushConstantsSize = 0
  /// Storage buffers that one kernel may bind.
  public var maxPerStageDescriptorStorageBuffers = 0
  /// Bytes; the offset of a bound range is a multiple of it.
  public var minStorageBufferOffsetAlignment = 1
  /// Texels of one bound storage texel buffer.
  public var maxTexelBufferElements = 0
  /// Storage texel buffers that one kernel may bind.
  public var maxPerStageDescriptorStorageImages = 0
  /// Bytes; the offset of a storage texel buffer is a multiple of it.
  public var minTexelBufferOffsetAlignment = 1
  /// Bytes of one memory allocation.
  public var maxMemoryAllocationSize = 0
  /// Nanoseconds in one tick of a timestamp.
  public var timestampPeriod = 0.0
  /// Invocations in a subgroup, by default.
  public var subgroupSize = 0
  /// Smallest subgroup size that a pipeline may ask for.
  public var minSubgroupSize = 0
  /// Largest subgroup size that a pipeline may ask for.
  public var maxSubgroupSize = 0
  /// `VkSubgroupFeatureFlags` of the operations that subgroups support.
  public var subgroupSupportedOperations: UInt32 = 0
}

/// One memory heap.
public struct DeviceHeap: Sendable, Hashable {
  /// Size in bytes.
  public var byteCount: Int
  /// Whether it is the device's own memory.
  public var isDeviceLocal: Bool
}

/// One device as its driver describes it.
public struct DeviceDescription: Sendable, Hashable {
  /// Position in ``Device/all(validation:)``.
  public var index = 0
  /// The device's name.
  public var name = ""
  /// The driver's name.
  public var driverName = ""
  /// The driver's version in words.
  public var driverInfo = ""
  /// The driver's version as a number of its own making.
  public var driverVersion: UInt32 = 0
  /// `major.minor.patch` of the Vulkan version it supports.
  public var apiVersion = ""
  /// What kind of device it is.
  public var kind = DeviceKind.other
  /// The device UUID: hex digits in groups of 8-4-4-4-12.
  public var uuid = ""
  /// PCI vendor.
  public var vendorID: UInt32 = 0
  /// PCI device.
  public var deviceID: UInt32 = 0
  /// Limits that matter to compute.
  public var limits = DeviceLimits()
  /// What it supports.
  public var features: DeviceFeatures = []
  /// Memory heaps.
  public var heaps: [DeviceHeap] = []
  /// What is missing for any use of the device, by name; empty when it can be used.
  public var missing: [String] = []

  /// Bytes of the device's own memory, over all heaps.
  public var deviceLocalByteCount: Int {
    heaps.filter(\.isDeviceLocal).reduce(0) { $0 + $1.byteCount }
  }
}

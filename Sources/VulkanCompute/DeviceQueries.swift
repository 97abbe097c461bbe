import CVulkan

/// Reads what the driver says about a device.
struct DeviceQueries {
  let physical: VkPhysicalDevice

  private var coreProperties: VkPhysicalDeviceProperties {
    var properties = VkPhysicalDeviceProperties()
    vkGetPhysicalDeviceProperties(physical, &properties)
    return properties
  }

  /// Names of the device extensions.
  var extensions: Set<String> {
    var count: UInt32 = 0
    vkEnumerateDeviceExtensionProperties(physical, nil, &count, nil)
    var list = [VkExtensionProperties](repeating: .init(), count: Int(count))
    vkEnumerateDeviceExtensionProperties(physical, nil, &count, &list)
    return Set(list.prefix(Int(count)).map { text(inTuple: $0.extensionName) })
  }

  /// Whether `name`, part of Vulkan 1.3, is there as core or as an extension.
  func has(promoted name: String) -> Bool {
    coreProperties.apiVersion >= espalier_vulkan_1_3 || extensions.contains(name)
  }

  func describe(index: Int) -> DeviceDescription {
    let core = coreProperties
    var device = DeviceDescription()
    device.index = index
    device.name = text(inTuple: core.deviceName)
    device.driverVersion = core.driverVersion
    device.vendorID = core.vendorID
    device.deviceID = core.deviceID
    device.apiVersion =
      "\(espalier_version_major(core.apiVersion)).\(espalier_version_minor(core.apiVersion))"
      + ".\(espalier_version_patch(core.apiVersion))"
    device.kind =
      switch core.deviceType {
      case VK_PHYSICAL_DEVICE_TYPE_DISCRETE_GPU: .discrete
      case VK_PHYSICAL_DEVICE_TYPE_INTEGRATED_GPU: .integrated
      case VK_PHYSICAL_DEVICE_TYPE_VIRTUAL_GPU: .virtual
      case VK_PHYSICAL_DEVICE_TYPE_CPU: .cpu
      default: .other
      }
    device.limits = coreLimits(core.limits)
    device.heaps = heaps
    guard core.apiVersion >= espalier_vulkan_1_2 else {
      device.missing = ["Vulkan 1.2 (it has \(device.apiVersion))"]
      return device
    }
    readVersionedProperties(into: &device)
    device.features.formUnion(FeatureChain.supported(by: self))
    if !device.features.contains(.timelineSemaphore) { device.missing.append("timelineSemaphore") }
    if queueFamily == nil { device.missing.append("a compute queue") }
    return device
  }

  private func coreLimits(_ core: VkPhysicalDeviceLimits) -> DeviceLimits {
    var limits = DeviceLimits()
    limits.maxStorageBufferRange = Int(core.maxStorageBufferRange)
    limits.maxComputeSharedMemorySize = Int(core.maxComputeSharedMemorySize)
    limits.maxComputeWorkGroupInvocations = Int(core.maxComputeWorkGroupInvocations)
    let size = core.maxComputeWorkGroupSize
    limits.maxComputeWorkGroupSize = [Int(size.0), Int(size.1), Int(size.2)]
    let count = core.maxComputeWorkGroupCount
    limits.maxComputeWorkGroupCount = [Int(count.0), Int(count.1), Int(count.2)]
    limits.maxPushConstantsSize = Int(core.maxPushConstantsSize)
    limits.maxPerStageDescriptorStorageBuffers = Int(core.maxPerStageDescriptorStorageBuffers)
    limits.minStorageBufferOffsetAlignment = Int(core.minStorageBufferOffsetAlignment)
    limits.maxTexelBufferElements = Int(core.maxTexelBufferElements)
    limits.maxPerStageDescriptorStorageImages = Int(core.maxPerStageDescriptorStorageImages)
    limits.minTexelBufferOffsetAlignment = Int(core.minTexelBufferOffsetAlignment)
    limits.timestampPeriod = Double(core.timestampPeriod)
    return limits
  }

  private func readVersionedProperties(into device: inout DeviceDescription) {
    withArena { arena in
      var sizes = VkPhysicalDeviceSubgroupSizeControlProperties()
      sizes.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_PROPERTIES
      let sizeControl = arena.copy(sizes)
      let hasSizeControl = has(promoted: VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME)

      var properties12 = VkPhysicalDeviceVulkan12Properties()
      properties12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_PROPERTIES
      properties12.pNext = hasSizeControl ? UnsafeMutableRawPointer(sizeControl) : nil
      let vulkan12 = arena.copy(properties12)

      var properties11 = VkPhysicalDeviceVulkan11Properties()
      properties11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_PROPERTIES
      properties11.pNext = UnsafeMutableRawPointer(vulkan12)
      let vulkan11 = arena.copy(properties11)

      var properties = VkPhysicalDeviceProperties2()
      properties.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PROPERTIES_2
      properties.pNext = UnsafeMutableRawPointer(vulkan11)
      vkGetPhysicalDeviceProperties2(physical, &properties)

      device.uuid = Self.uuidText(vulkan11.pointee.deviceUUID)
      device.limits.maxMemoryAllocationSize = Int(clamping: vulkan11.pointee.maxMemoryAllocationSize)
      let size = Int(vulkan11.pointee.subgroupSize)
      device.limits.subgroupSize = size
      device.limits.subgroupSupportedOperations = vulkan11.pointee.subgroupSupportedOperations
      device.limits.minSubgroupSize = hasSizeControl ? Int(sizeControl.pointee.minSubgroupSize) : size
      device.limits.maxSubgroupSize = hasSizeControl ? Int(sizeControl.pointee.maxSubgroupSize) : size
      device.driverName = text(inTuple: vulkan12.pointee.driverName)
      device.driverInfo = text(inTuple: vulkan12.pointee.driverInfo)
      device.features = FeatureChain.floatControls(vulkan12.pointee)
    }
  }

  private static func uuidText<T: BitwiseCopyable>(_ tuple: T) -> String {
    let hex = withUnsafeBytes(of: tuple) { bytes in
      bytes.map { String(UInt16($0) + 0x100, radix: 16).dropFirst() }
    }
    return [0..<4, 4..<6, 6..<8, 8..<10, 10..<16].map { hex[$0].joined() }.joined(separator: "-")
  }

  var memoryProperties: VkPhysicalDeviceMemoryProperties {
    var properties = VkPhysicalDeviceMemoryProperties()
    vkGetPhysicalDeviceMemoryProperties(physical, &properties)
    return properties
  }

  private var heaps: [DeviceHeap] {
    let properties = memoryProperties
    return withUnsafeBytes(of: properties.memoryHeaps) { bytes in
      bytes.bindMemory(to: VkMemoryHeap.self).prefix(Int(properties.memoryHeapCount)).map {
        DeviceHeap(
          byteCount: Int(clamping: $0.size),
          isDeviceLocal: $0.flags & VK_MEMORY_HEAP_DEVICE_LOCAL_BIT.rawValue != 0)
      }
    }
  }

  /// The first queue family that computes, one with timestamps before one without.
  var queueFamily: (index: UInt32, timestampValidBits: UInt32)? {
    var count: UInt32 = 0
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, nil)
    var families = [VkQueueFamilyProperties](repeating: .init(), count: Int(count))
    vkGetPhysicalDeviceQueueFamilyProperties(physical, &count, &families)
    let computing = families.enumerated().filter {
      $0.element.queueCount > 0 && $0.element.queueFlags & VK_QUEUE_COMPUTE_BIT.rawValue != 0
    }
    let best = computing.first { $0.element.timestampValidBits > 0 } ?? computing.first
    return best.map { (UInt32($0.offset), $0.element.timestampValidBits) }
  }
}

import CVulkan

/// The chain of feature structs: read to learn what a device supports, passed to enable it.
///
/// Subgroup size control and integer dot products come as structs of their own, which serve both as a part of
/// Vulkan 1.3 and as an extension of 1.2.
struct FeatureChain {
  let core: UnsafeMutablePointer<VkPhysicalDeviceFeatures2>
  private let vulkan11: UnsafeMutablePointer<VkPhysicalDeviceVulkan11Features>
  private let vulkan12: UnsafeMutablePointer<VkPhysicalDeviceVulkan12Features>
  private let subgroupSize: UnsafeMutablePointer<VkPhysicalDeviceSubgroupSizeControlFeatures>
  private let dotProduct: UnsafeMutablePointer<VkPhysicalDeviceShaderIntegerDotProductFeatures>

  /// An empty chain that lives as long as `arena`.
  init(in arena: Arena, for queries: DeviceQueries) {
    var dot = VkPhysicalDeviceShaderIntegerDotProductFeatures()
    dot.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_INTEGER_DOT_PRODUCT_FEATURES
    dotProduct = arena.copy(dot)
    var size = VkPhysicalDeviceSubgroupSizeControlFeatures()
    size.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SUBGROUP_SIZE_CONTROL_FEATURES
    subgroupSize = arena.copy(size)

    var next: UnsafeMutableRawPointer?
    if queries.has(promoted: VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME) {
      next = UnsafeMutableRawPointer(dotProduct)
    }
    if queries.has(promoted: VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME) {
      subgroupSize.pointee.pNext = next
      next = UnsafeMutableRawPointer(subgroupSize)
    }
    var features12 = VkPhysicalDeviceVulkan12Features()
    features12.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_2_FEATURES
    features12.pNext = next
    vulkan12 = arena.copy(features12)
    var features11 = VkPhysicalDeviceVulkan11Features()
    features11.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_VULKAN_1_1_FEATURES
    features11.pNext = UnsafeMutableRawPointer(vulkan12)
    vulkan11 = arena.copy(features11)
    var features = VkPhysicalDeviceFeatures2()
    features.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2
    features.pNext = UnsafeMutableRawPointer(vulkan11)
    core = arena.copy(features)
  }

  static func supported(by queries: DeviceQueries) -> DeviceFeatures {
    withArena { arena in
      let chain = FeatureChain(in: arena, for: queries)
      vkGetPhysicalDeviceFeatures2(queries.physical, chain.core)
      return chain.features
    }
  }

  /// The set that the chain's flags spell.
  var features: DeviceFeatures {
    var set: DeviceFeatures = []
    func add(_ flag: VkBool32, _ feature: DeviceFeatures) { if flag != 0 { set.insert(feature) } }
    add(core.pointee.features.shaderFloat64, .shaderFloat64)
    add(core.pointee.features.shaderInt16, .shaderInt16)
    add(core.pointee.features.shaderInt64, .shaderInt64)
    add(vulkan11.pointee.storageBuffer16BitAccess, .storageBuffer16BitAccess)
    add(vulkan12.pointee.storageBuffer8BitAccess, .storageBuffer8BitAccess)
    add(vulkan12.pointee.shaderFloat16, .shaderFloat16)
    add(vulkan12.pointee.shaderInt8, .shaderInt8)
    add(vulkan12.pointee.scalarBlockLayout, .scalarBlockLayout)
    add(vulkan12.pointee.timelineSemaphore, .timelineSemaphore)
    add(
      vulkan12.pointee.vulkanMemoryModel & vulkan12.pointee.vulkanMemoryModelDeviceScope, .vulkanMemoryModel)
    add(subgroupSize.pointee.subgroupSizeControl, .subgroupSizeControl)
    add(dotProduct.pointee.shaderIntegerDotProduct, .shaderIntegerDotProduct)
    return set
  }

  /// Sets the flags of `features`.
  func enable(_ features: DeviceFeatures) {
    func flag(_ feature: DeviceFeatures) -> VkBool32 { features.contains(feature) ? 1 : 0 }
    core.pointee.features.shaderFloat64 = flag(.shaderFloat64)
    core.pointee.features.shaderInt16 = flag(.shaderInt16)
    core.pointee.features.shaderInt64 = flag(.shaderInt64)
    vulkan11.pointee.storageBuffer16BitAccess = flag(.storageBuffer16BitAccess)
    vulkan12.pointee.storageBuffer8BitAccess = flag(.storageBuffer8BitAccess)
    vulkan12.pointee.shaderFloat16 = flag(.shaderFloat16)
    vulkan12.pointee.shaderInt8 = flag(.shaderInt8)
    vulkan12.pointee.scalarBlockLayout = flag(.scalarBlockLayout)
    vulkan12.pointee.timelineSemaphore = flag(.timelineSemaphore)
    vulkan12.pointee.vulkanMemoryModel = flag(.vulkanMemoryModel)
    vulkan12.pointee.vulkanMemoryModelDeviceScope = flag(.vulkanMemoryModel)
    subgroupSize.pointee.subgroupSizeControl = flag(.subgroupSizeControl)
    dotProduct.pointee.shaderIntegerDotProduct = flag(.shaderIntegerDotProduct)
  }

  /// Float controls are properties: a shader declares the mode, nothing has to be enabled.
  static func floatControls(_ properties: VkPhysicalDeviceVulkan12Properties) -> DeviceFeatures {
    var set: DeviceFeatures = []
    // Without independence a shader has to declare it for all widths, also those that it has no floats of.
    let isAlone = properties.roundingModeIndependence != VK_SHADER_FLOAT_CONTROLS_INDEPENDENCE_NONE
    if properties.shaderRoundingModeRTEFloat32 != 0 && isAlone { set.insert(.shaderRoundingModeRTEFloat32) }
    if properties.shaderSignedZeroInfNanPreserveFloat32 != 0 {
      set.insert(.shaderSignedZeroInfNanPreserveFloat32)
    }
    if properties.shaderDenormPreserveFloat32 != 0 { set.insert(.shaderDenormPreserveFloat32) }
    if properties.shaderDenormFlushToZeroFloat32 != 0 { set.insert(.shaderDenormFlushToZeroFloat32) }
    return set
  }
}

import CVulkan
import Synchronization

/// Owns the `VkDevice` and its queue, and is the one way to call what can fail.
///
/// Everything made from the device holds this object, so it goes last.
final class LogicalDevice: @unchecked Sendable {
  let instance: Instance
  let physical: VkPhysicalDevice
  let handle: VkDevice
  let queue: VkQueue
  let queueFamily: UInt32
  let timestampValidBits: UInt32
  let description: DeviceDescription
  let features: DeviceFeatures
  let faults = FaultInjector()
  private let lost = Atomic(false)
  private let liveObjects = Atomic(0)
  private let setName: PFN_vkSetDebugUtilsObjectNameEXT?

  init(
    instance: Instance, physical: VkPhysicalDevice, description: DeviceDescription, disabled: DeviceFeatures
  ) throws(VulkanError) {
    let queries = DeviceQueries(physical: physical)
    guard let family = queries.queueFamily else {
      throw .unsupportedDevice(device: description.name, missing: ["a compute queue"])
    }
    let features = description.features.subtracting(disabled.subtracting(.timelineSemaphore))
    var handle: VkDevice?
    try Self.create(physical, family: family.index, features, queries, &handle)
      .check("vkCreateDevice", description.name)
    var queue: VkQueue?
    vkGetDeviceQueue(handle, family.index, 0, &queue)
    guard let handle, let queue else {
      throw .call(function: "vkCreateDevice", result: "no handle", code: 0, label: description.name)
    }
    self.instance = instance
    self.physical = physical
    self.handle = handle
    self.queue = queue
    self.queueFamily = family.index
    self.timestampValidBits = family.timestampValidBits
    self.description = description
    self.features = features
    self.setName =
      instance.validation == .off
      ? nil : instance.function("vkSetDebugUtilsObjectNameEXT", as: PFN_vkSetDebugUtilsObjectNameEXT.self)
  }

  deinit { vkDestroyDevice(handle, nil) }

  private static func create(
    _ physical: VkPhysicalDevice, family: UInt32, _ features: DeviceFeatures, _ queries: DeviceQueries,
    _ handle: inout VkDevice?
  ) -> VkResult {
    withArena { arena in
      let chain = FeatureChain(in: arena, for: queries)
      chain.enable(features)
      var queue = VkDeviceQueueCreateInfo()
      queue.sType = VK_STRUCTURE_TYPE_DEVICE_QUEUE_CREATE_INFO
      queue.queueFamilyIndex = family
      queue.queueCount = 1
      queue.pQueuePriorities = UnsafePointer(arena.copy(Float(1)))
      let promoted = [
        VK_EXT_SUBGROUP_SIZE_CONTROL_EXTENSION_NAME, VK_KHR_SHADER_INTEGER_DOT_PRODUCT_EXTENSION_NAME,
      ]
      let extensions = promoted.filter(queries.extensions.contains)
      var info = VkDeviceCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_DEVICE_CREATE_INFO
      info.pNext = UnsafeRawPointer(chain.core)
      info.queueCreateInfoCount = 1
      info.pQueueCreateInfos = UnsafePointer(arena.copy(queue))
      info.enabledExtensionCount = UInt32(extensions.count)
      info.ppEnabledExtensionNames = arena.strings(extensions)
      return vkCreateDevice(physical, &info, nil, &handle)
    }
  }

  // MARK: Calls

  /// Whether the device was lost.
  var isLost: Bool { lost.load(ordering: .acquiring) }

  /// Throws if the device was lost before.
  func checkNotLost(_ label: String) throws(VulkanError) {
    if isLost { throw .deviceLost(label: label) }
  }

  /// Runs a Vulkan call and throws what its result means; `bytes` is what it asks for, if it asks for memory.
  @discardableResult
  func call(
    _ function: StaticString, _ label: String, bytes: Int = 0, _ body: () -> VkResult
  ) throws(VulkanError) -> VkResult {
    try checkNotLost(label)
    let result = faults.strike() ?? body()
    if result == VK_ERROR_DEVICE_LOST { lost.store(true, ordering: .releasing) }
    try result.check(function, label, bytes: bytes)
    return result
  }

  /// Runs a Vulkan call that makes an object.
  func make<T>(
    _ function: StaticString, _ label: String, bytes: Int = 0,
    _ body: (inout UnsafeMutablePointer<T>?) -> VkResult
  ) throws(VulkanError) -> UnsafeMutablePointer<T> {
    var object: UnsafeMutablePointer<T>?
    try call(function, label, bytes: bytes) { body(&object) }
    guard let object else {
      throw .call(function: "\(function)", result: "no handle", code: 0, label: label)
    }
    liveObjects.add(1, ordering: .relaxed)
    return object
  }

  /// Runs a Vulkan call that destroys an object from ``make(_:_:bytes:_:)``.
  func destroy(_ body: (VkDevice) -> Void) {
    body(handle)
    liveObjects.subtract(1, ordering: .relaxed)
  }

  /// Objects made and not yet destroyed.
  var liveObjectCount: Int { liveObjects.load(ordering: .relaxed) }

  /// Names an object for the validation layer's messages.
  func name<T>(_ object: UnsafeMutablePointer<T>, _ type: VkObjectType, _ label: String) {
    guard let setName else { return }
    label.withCString { text in
      var info = VkDebugUtilsObjectNameInfoEXT()
      info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_OBJECT_NAME_INFO_EXT
      info.objectType = type
      info.objectHandle = UInt64(UInt(bitPattern: object))
      info.pObjectName = text
      _ = setName(handle, &info)
    }
  }
}

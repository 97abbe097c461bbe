import CVulkan

/// A Vulkan instance, with the validation layer when asked for. Each ``Device`` has its own.
final class Instance: @unchecked Sendable {
  let handle: VkInstance
  let validation: ValidationMode
  let log: ValidationLog
  private var messenger: VkDebugUtilsMessengerEXT?

  private static let layer = "VK_LAYER_KHRONOS_validation"

  init(validation: ValidationMode, log: ValidationLog = ValidationLog()) throws(VulkanError) {
    if case .unknown(let value) = validation { throw .unknownValidation(value) }
    if validation != .off { try Self.requireLayer() }
    var handle: VkInstance?
    let result = Self.create(validation: validation, log: log, &handle)
    switch result {
    case VK_ERROR_INCOMPATIBLE_DRIVER:
      throw .noDriver(reason: "the loader found no driver")
    case VK_ERROR_LAYER_NOT_PRESENT, VK_ERROR_EXTENSION_NOT_PRESENT:
      throw .validationUnavailable(missing: "\(Self.layer) with its extensions")
    default:
      try result.check("vkCreateInstance", "instance")
    }
    guard let handle else { throw .noDriver(reason: "vkCreateInstance returned nothing") }
    self.handle = handle
    self.validation = validation
    self.log = log
    if validation != .off { makeMessenger() }
  }

  deinit {
    if let messenger,
      let destroy = function("vkDestroyDebugUtilsMessengerEXT", as: PFN_vkDestroyDebugUtilsMessengerEXT.self)
    {
      destroy(handle, messenger, nil)
    }
    vkDestroyInstance(handle, nil)
  }

  /// The physical devices in the driver's order.
  func physicalDevices() throws(VulkanError) -> [VkPhysicalDevice] {
    var count: UInt32 = 0
    let result = vkEnumeratePhysicalDevices(handle, &count, nil)
    if result == VK_ERROR_INITIALIZATION_FAILED { throw .noDriver(reason: "the driver failed to start") }
    try result.check("vkEnumeratePhysicalDevices", "instance")
    guard count > 0 else { throw .noDriver(reason: "the drivers found no device") }
    var devices = [VkPhysicalDevice?](repeating: nil, count: Int(count))
    try vkEnumeratePhysicalDevices(handle, &count, &devices).check("vkEnumeratePhysicalDevices", "instance")
    return devices.prefix(Int(count)).compactMap { $0 }
  }

  /// An extension function, nil when the extension is off.
  func function<T>(_ name: String, as type: T.Type) -> T? {
    vkGetInstanceProcAddr(handle, name).map { unsafeBitCast($0, to: type) }
  }

  private static func requireLayer() throws(VulkanError) {
    var count: UInt32 = 0
    vkEnumerateInstanceLayerProperties(&count, nil)
    var layers = [VkLayerProperties](repeating: .init(), count: Int(count))
    vkEnumerateInstanceLayerProperties(&count, &layers)
    if !layers.prefix(Int(count)).contains(where: { text(inTuple: $0.layerName) == layer }) {
      throw .validationUnavailable(missing: layer)
    }
  }

  private static func create(
    validation: ValidationMode, log: ValidationLog, _ handle: inout VkInstance?
  ) -> VkResult {
    withArena { arena in
      var application = VkApplicationInfo()
      application.sType = VK_STRUCTURE_TYPE_APPLICATION_INFO
      application.pApplicationName = arena.string("Espalier")
      application.pEngineName = arena.string("VulkanCompute")
      application.apiVersion = espalier_vulkan_1_3
      var info = VkInstanceCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO
      info.pApplicationInfo = UnsafePointer(arena.copy(application))
      guard validation != .off else { return vkCreateInstance(&info, nil, &handle) }

      var extensions = [VK_EXT_DEBUG_UTILS_EXTENSION_NAME]
      // Chained here as well, so that messages about the instance itself are heard.
      let messenger = arena.copy(log.messengerInfo)
      if validation == .synchronization {
        extensions.append(VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME)
        let enabled = arena.copy([VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT])
        var features = VkValidationFeaturesEXT()
        features.sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT
        features.enabledValidationFeatureCount = 1
        features.pEnabledValidationFeatures = UnsafePointer(enabled)
        messenger.pointee.pNext = UnsafeRawPointer(arena.copy(features))
      }
      info.pNext = UnsafeRawPointer(messenger)
      info.enabledLayerCount = 1
      info.ppEnabledLayerNames = arena.strings([layer])
      info.enabledExtensionCount = UInt32(extensions.count)
      info.ppEnabledExtensionNames = arena.strings(extensions)
      return vkCreateInstance(&info, nil, &handle)
    }
  }

  private func makeMessenger() {
    var info = log.messengerInfo
    guard let create = function("vkCreateDebugUtilsMessengerEXT", as: PFN_vkCreateDebugUtilsMessengerEXT.self)
    else { return }
    if create(handle, &info, nil, &messenger) != VK_SUCCESS {
      log.append("vkCreateDebugUtilsMessengerEXT failed: validation messages will be missing")
    }
  }
}

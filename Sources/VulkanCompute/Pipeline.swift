import CVulkan

/// What tells one pipeline of a device from another.
struct PipelineKey: Hashable, Sendable {
  let name: String
  let specialization: [UInt32]
  let subgroupSize: Int?
}

/// A compiled compute kernel: entry point `main`, buffers at bindings `0..<bindingCount` of set 0.
public final class Pipeline: @unchecked Sendable {
  /// Names the kernel in errors.
  public let name: String
  /// Buffers that a dispatch binds.
  public let bindingCount: Int
  /// The bindings that are storage texel buffers; the others are storage buffers.
  public let texels: [Int: TexelFormat]
  /// Bytes of push constants that a dispatch passes.
  public let constantByteCount: Int
  let handle: VkPipeline
  let layout: VkPipelineLayout
  let setLayout: VkDescriptorSetLayout
  let device: LogicalDevice

  init(
    device: LogicalDevice, cache: VkPipelineCache?, key: PipelineKey, spirv: [UInt32], constantByteCount: Int,
    bindingCount: Int, texels: [Int: TexelFormat]
  ) throws(VulkanError) {
    let name = key.name
    precondition(spirv.first == 0x0723_0203, "\(name): not SPIR-V in the byte order of this machine")
    precondition(
      constantByteCount >= 0 && constantByteCount % 4 == 0, "\(name): push constants are 32-bit words")
    precondition(bindingCount >= 0, "\(name): \(bindingCount) bindings")
    precondition(
      texels.keys.allSatisfy { $0 < bindingCount }, "\(name): texels \(texels), \(bindingCount) bindings")
    try Self.checkLimits(
      device, key, constantByteCount: constantByteCount, bindingCount: bindingCount, texelCount: texels.count)
    // Each step undoes the ones before it when it fails.
    let setLayout = try Self.makeSetLayout(device, name, bindingCount: bindingCount, texels: texels)
    do throws(VulkanError) {
      layout = try Self.makeLayout(device, name, setLayout, constantByteCount: constantByteCount)
    } catch {
      device.destroy { vkDestroyDescriptorSetLayout($0, setLayout, nil) }
      throw error
    }
    do throws(VulkanError) {
      handle = try Self.makePipeline(
        device, cache, key, FloatControls.declare(device.features, in: spirv), layout)
    } catch {
      let layout = layout
      device.destroy { vkDestroyPipelineLayout($0, layout, nil) }
      device.destroy { vkDestroyDescriptorSetLayout($0, setLayout, nil) }
      throw error
    }
    device.name(handle, VK_OBJECT_TYPE_PIPELINE, name)
    self.setLayout = setLayout
    self.device = device
    self.name = name
    self.bindingCount = bindingCount
    self.texels = texels
    self.constantByteCount = constantByteCount
  }

  deinit {
    device.destroy { vkDestroyPipeline($0, handle, nil) }
    device.destroy { vkDestroyPipelineLayout($0, layout, nil) }
    device.destroy { vkDestroyDescriptorSetLayout($0, setLayout, nil) }
  }

  private static func checkLimits(
    _ device: LogicalDevice, _ key: PipelineKey, constantByteCount: Int, bindingCount: Int, texelCount: Int
  ) throws(VulkanError) {
    let limits = device.description.limits
    let device = (name: device.description.name, features: device.features)
    if constantByteCount > limits.maxPushConstantsSize {
      throw .capacity(
        limit: "maxPushConstantsSize", requested: constantByteCount, maximum: limits.maxPushConstantsSize,
        label: key.name, device: device.name)
    }
    if bindingCount - texelCount > limits.maxPerStageDescriptorStorageBuffers {
      throw .capacity(
        limit: "maxPerStageDescriptorStorageBuffers", requested: bindingCount - texelCount,
        maximum: limits.maxPerStageDescriptorStorageBuffers, label: key.name, device: device.name)
    }
    if texelCount > limits.maxPerStageDescriptorStorageImages {
      throw .capacity(
        limit: "maxPerStageDescriptorStorageImages", requested: texelCount,
        maximum: limits.maxPerStageDescriptorStorageImages, label: key.name, device: device.name)
    }
    guard let size = key.subgroupSize else { return }
    if !device.features.contains(.subgroupSizeControl) || size < limits.minSubgroupSize
      || size > limits.maxSubgroupSize
    {
      let range = "\(limits.minSubgroupSize) to \(limits.maxSubgroupSize)"
      throw .unsupported(
        missing: ["subgroupSizeControl for \(size) (it has \(range))"], label: key.name, device: device.name)
    }
  }

  private static func makeSetLayout(
    _ device: LogicalDevice, _ name: String, bindingCount: Int, texels: [Int: TexelFormat]
  ) throws(VulkanError) -> VkDescriptorSetLayout {
    try withArena { arena throws(VulkanError) in
      let bindings = (0..<bindingCount).map { index in
        var binding = VkDescriptorSetLayoutBinding()
        binding.binding = UInt32(index)
        binding.descriptorType =
          texels[index] == nil ? VK_DESCRIPTOR_TYPE_STORAGE_BUFFER : VK_DESCRIPTOR_TYPE_STORAGE_TEXEL_BUFFER
        binding.descriptorCount = 1
        binding.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
        return binding
      }
      var info = VkDescriptorSetLayoutCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO
      info.bindingCount = UInt32(bindingCount)
      info.pBindings = UnsafePointer(arena.copy(bindings))
      return try device.make("vkCreateDescriptorSetLayout", name) {
        vkCreateDescriptorSetLayout(device.handle, &info, nil, &$0)
      }
    }
  }

  private static func makeLayout(
    _ device: LogicalDevice, _ name: String, _ setLayout: VkDescriptorSetLayout, constantByteCount: Int
  ) throws(VulkanError) -> VkPipelineLayout {
    try withArena { arena throws(VulkanError) in
      var range = VkPushConstantRange()
      range.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT.rawValue
      range.size = UInt32(constantByteCount)
      var info = VkPipelineLayoutCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO
      info.setLayoutCount = 1
      info.pSetLayouts = UnsafePointer(arena.copy(Optional(setLayout)))
      info.pushConstantRangeCount = constantByteCount > 0 ? 1 : 0
      info.pPushConstantRanges = UnsafePointer(arena.copy(range))
      return try device.make("vkCreatePipelineLayout", name) {
        vkCreatePipelineLayout(device.handle, &info, nil, &$0)
      }
    }
  }

  private static func makePipeline(
    _ device: LogicalDevice, _ cache: VkPipelineCache?, _ key: PipelineKey, _ spirv: [UInt32],
    _ layout: VkPipelineLayout
  ) throws(VulkanError) -> VkPipeline {
    try withArena { arena throws(VulkanError) in
      var moduleInfo = VkShaderModuleCreateInfo()
      moduleInfo.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO
      moduleInfo.codeSize = spirv.count * 4
      moduleInfo.pCode = UnsafePointer(arena.copy(spirv))
      let module: VkShaderModule = try device.make("vkCreateShaderModule", key.name, bytes: spirv.count * 4) {
        vkCreateShaderModule(device.handle, &moduleInfo, nil, &$0)
      }
      defer { device.destroy { vkDestroyShaderModule($0, module, nil) } }

      var info = VkComputePipelineCreateInfo()
      info.sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO
      info.layout = layout
      info.stage.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO
      info.stage.stage = VK_SHADER_STAGE_COMPUTE_BIT
      info.stage.module = module
      info.stage.pName = arena.string("main")
      info.stage.pSpecializationInfo = specializationInfo(key.specialization, in: arena)
      if let size = key.subgroupSize {
        var required = VkPipelineShaderStageRequiredSubgroupSizeCreateInfo()
        required.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_REQUIRED_SUBGROUP_SIZE_CREATE_INFO
        required.requiredSubgroupSize = UInt32(size)
        info.stage.pNext = UnsafeRawPointer(arena.copy(required))
      }
      return try device.make("vkCreateComputePipelines", key.name, bytes: spirv.count * 4) {
        vkCreateComputePipelines(device.handle, cache, 1, &info, nil, &$0)
      }
    }
  }

  /// Constant i has the id i.
  private static func specializationInfo(
    _ values: [UInt32], in arena: Arena
  ) -> UnsafePointer<VkSpecializationInfo>? {
    if values.isEmpty { return nil }
    let entries = values.indices.map {
      VkSpecializationMapEntry(constantID: UInt32($0), offset: UInt32($0 * 4), size: 4)
    }
    var info = VkSpecializationInfo()
    info.mapEntryCount = UInt32(entries.count)
    info.pMapEntries = UnsafePointer(arena.copy(entries))
    info.dataSize = values.count * 4
    info.pData = UnsafeRawPointer(arena.copy(values))
    return UnsafePointer(arena.copy(info))
  }
}

extension Device {
  /// The kernel `name` with these specialization constants, compiled at the first request and kept.
  ///
  /// - Parameters:
  ///   - spirv: the words of the module; asked for only when the kernel has to be compiled. One name has one module.
  ///   - specialization: 32-bit values of the constants with ids 0, 1, 2...
  ///   - constantByteCount: bytes of push constants, a multiple of 4.
  ///   - bindingCount: buffers, at bindings `0..<bindingCount` of set 0.
  ///   - texels: the bindings that are storage texel buffers; the others are storage buffers.
  ///   - subgroupSize: the subgroup size to insist on; nil leaves it to the driver.
  public func pipeline(
    _ name: String, spirv: @autoclosure () -> [UInt32], specialization: [UInt32] = [],
    constantByteCount: Int = 0, bindingCount: Int, texels: [Int: TexelFormat] = [:], subgroupSize: Int? = nil
  ) throws(VulkanError) -> Pipeline {
    let key = PipelineKey(name: name, specialization: specialization, subgroupSize: subgroupSize)
    if let known = pipelines.withLock({ $0[key] }) {
      precondition(
        known.bindingCount == bindingCount && known.constantByteCount == constantByteCount
          && known.texels == texels,
        "\(name): asked for with two different interfaces")
      return known
    }
    // Compiled outside the lock: it can take seconds. Should two threads race, the first one in wins.
    let made = try Pipeline(
      device: logical, cache: pipelineCache.handle, key: key, spirv: spirv(),
      constantByteCount: constantByteCount, bindingCount: bindingCount, texels: texels)
    pipelineCache.noteChange()
    return pipelines.withLock { pipelines in
      if let known = pipelines[key] { return known }
      pipelines[key] = made
      return made
    }
  }

  /// Writes the pipeline cache now rather than when the device goes; failure is a warning.
  public func savePipelineCache() {
    if let warning = pipelineCache.save() { warningLog.withLock { $0.append(warning) } }
  }
}

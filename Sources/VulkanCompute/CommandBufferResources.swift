import CVulkan

/// The Vulkan objects behind a ``CommandBuffer``; all go when the object goes, also after half of them were made.
final class CommandBufferResources: @unchecked Sendable {
  private(set) var commandBuffer: VkCommandBuffer!
  private(set) var queryPool: VkQueryPool?
  private var commandPool: VkCommandPool?
  private var descriptorPool: VkDescriptorPool?
  private var pipelines: [Pipeline] = []
  private let device: LogicalDevice

  init(device: LogicalDevice) { self.device = device }

  deinit {
    if let queryPool { device.destroy { vkDestroyQueryPool($0, queryPool, nil) } }
    if let descriptorPool { device.destroy { vkDestroyDescriptorPool($0, descriptorPool, nil) } }
    if let commandPool { device.destroy { vkDestroyCommandPool($0, commandPool, nil) } }
  }

  /// Records `commands`; called once, before anybody else sees the object.
  func record(_ commands: [Command], spanCount: Int, label: String) throws(VulkanError) {
    let bound = commands.compactMap { command -> (Pipeline, [BufferView])? in
      if case .dispatch(let pipeline, _, _, let views) = command { (pipeline, views) } else { nil }
    }
    pipelines = bound.map(\.0)
    try makeCommandBuffer(label)
    let sets = try makeDescriptorSets(bound, label)
    if spanCount > 0 { try makeQueryPool(count: 2 * spanCount, label) }

    var begin = VkCommandBufferBeginInfo()
    begin.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_BEGIN_INFO
    begin.flags = VK_COMMAND_BUFFER_USAGE_SIMULTANEOUS_USE_BIT.rawValue
    try device.call("vkBeginCommandBuffer", label) { vkBeginCommandBuffer(commandBuffer, &begin) }
    if let queryPool { vkCmdResetQueryPool(commandBuffer, queryPool, 0, UInt32(2 * spanCount)) }
    // Orders this submission after the ones before it.
    barrier()
    var nextSet = 0
    for command in commands { encode(command, sets, &nextSet) }
    hostBarrier()
    try device.call("vkEndCommandBuffer", label) { vkEndCommandBuffer(commandBuffer) }
  }

  // MARK: Objects

  private func makeCommandBuffer(_ label: String) throws(VulkanError) {
    var poolInfo = VkCommandPoolCreateInfo()
    poolInfo.sType = VK_STRUCTURE_TYPE_COMMAND_POOL_CREATE_INFO
    poolInfo.queueFamilyIndex = device.queueFamily
    let pool: VkCommandPool = try device.make("vkCreateCommandPool", label) {
      vkCreateCommandPool(device.handle, &poolInfo, nil, &$0)
    }
    commandPool = pool
    var info = VkCommandBufferAllocateInfo()
    info.sType = VK_STRUCTURE_TYPE_COMMAND_BUFFER_ALLOCATE_INFO
    info.commandPool = pool
    info.level = VK_COMMAND_BUFFER_LEVEL_PRIMARY
    info.commandBufferCount = 1
    try device.call("vkAllocateCommandBuffers", label) {
      vkAllocateCommandBuffers(device.handle, &info, &commandBuffer)
    }
  }

  /// One set for each dispatch, from a pool of exactly that size; nil for a kernel without bindings.
  private func makeDescriptorSets(
    _ bound: [(Pipeline, [BufferView])], _ label: String
  ) throws(VulkanError) -> [VkDescriptorSet?] {
    let withBindings = bound.filter { !$0.1.isEmpty }
    if withBindings.isEmpty { return bound.map { _ in nil } }
    let descriptorCount = withBindings.reduce(0) { $0 + $1.1.count }
    let made = try withArena { arena throws(VulkanError) -> [VkDescriptorSet?] in
      var size = VkDescriptorPoolSize()
      size.type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
      size.descriptorCount = UInt32(descriptorCount)
      var poolInfo = VkDescriptorPoolCreateInfo()
      poolInfo.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO
      poolInfo.maxSets = UInt32(withBindings.count)
      poolInfo.poolSizeCount = 1
      poolInfo.pPoolSizes = UnsafePointer(arena.copy(size))
      let pool: VkDescriptorPool = try device.make("vkCreateDescriptorPool", label) {
        vkCreateDescriptorPool(device.handle, &poolInfo, nil, &$0)
      }
      descriptorPool = pool
      var info = VkDescriptorSetAllocateInfo()
      info.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO
      info.descriptorPool = pool
      info.descriptorSetCount = UInt32(withBindings.count)
      info.pSetLayouts = UnsafePointer(arena.copy(withBindings.map { Optional($0.0.setLayout) }))
      var sets = [VkDescriptorSet?](repeating: nil, count: withBindings.count)
      try device.call("vkAllocateDescriptorSets", label) {
        vkAllocateDescriptorSets(device.handle, &info, &sets)
      }
      for (set, (_, views)) in zip(sets, withBindings) { write(views, to: set, arena) }
      return sets
    }
    var next = made.makeIterator()
    return bound.map { $0.1.isEmpty ? nil : next.next()! }
  }

  private func write(_ views: [BufferView], to set: VkDescriptorSet?, _ arena: Arena) {
    let ranges = views.map {
      VkDescriptorBufferInfo(
        buffer: $0.storage.memory.handle, offset: UInt64($0.byteOffset), range: UInt64($0.byteCount))
    }
    var update = VkWriteDescriptorSet()
    update.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET
    update.dstSet = set
    update.dstBinding = 0
    // Bindings 0, 1, 2... are alike, so one write runs over all of them.
    update.descriptorCount = UInt32(ranges.count)
    update.descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER
    update.pBufferInfo = UnsafePointer(arena.copy(ranges))
    vkUpdateDescriptorSets(device.handle, 1, &update, 0, nil)
  }

  private func makeQueryPool(count: Int, _ label: String) throws(VulkanError) {
    var info = VkQueryPoolCreateInfo()
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO
    info.queryType = VK_QUERY_TYPE_TIMESTAMP
    info.queryCount = UInt32(count)
    queryPool = try device.make("vkCreateQueryPool", label) {
      vkCreateQueryPool(device.handle, &info, nil, &$0)
    }
  }

  // MARK: Commands

  private func encode(_ command: Command, _ sets: [VkDescriptorSet?], _ nextSet: inout Int) {
    switch command {
    case .dispatch(let pipeline, let groups, let constants, _):
      bind(pipeline, sets[nextSet], constants)
      nextSet += 1
      switch groups {
      case .count(let x, let y, let z): vkCmdDispatch(commandBuffer, x, y, z)
      case .indirect(let view):
        vkCmdDispatchIndirect(commandBuffer, view.storage.memory.handle, UInt64(view.byteOffset))
      }
    case .copy(let source, let destination):
      var region = VkBufferCopy(
        srcOffset: UInt64(source.byteOffset), dstOffset: UInt64(destination.byteOffset),
        size: UInt64(source.byteCount))
      vkCmdCopyBuffer(
        commandBuffer, source.storage.memory.handle, destination.storage.memory.handle, 1, &region)
    case .fill(let view, let word):
      vkCmdFillBuffer(
        commandBuffer, view.storage.memory.handle, UInt64(view.byteOffset), UInt64(view.byteCount), word)
    case .barrier:
      barrier()
    case .timestamp(let index):
      // The bottom of the pipe: what was recorded before is done. Spans then add up.
      if let queryPool {
        vkCmdWriteTimestamp(commandBuffer, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, queryPool, UInt32(index))
      }
    }
  }

  private func bind(_ pipeline: Pipeline, _ set: VkDescriptorSet?, _ constants: [UInt8]) {
    vkCmdBindPipeline(commandBuffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.handle)
    if set != nil {
      var set = set
      vkCmdBindDescriptorSets(
        commandBuffer, VK_PIPELINE_BIND_POINT_COMPUTE, pipeline.layout, 0, 1, &set, 0, nil)
    }
    if !constants.isEmpty {
      vkCmdPushConstants(
        commandBuffer, pipeline.layout, VK_SHADER_STAGE_COMPUTE_BIT.rawValue, 0, UInt32(constants.count),
        constants)
    }
  }

  /// Every later command sees what every earlier one wrote, and none overtakes.
  private func barrier() {
    barrier(
      from: VK_ACCESS_SHADER_WRITE_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue,
      to: VK_ACCESS_SHADER_READ_BIT.rawValue | VK_ACCESS_SHADER_WRITE_BIT.rawValue
        | VK_ACCESS_TRANSFER_READ_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue
        | VK_ACCESS_INDIRECT_COMMAND_READ_BIT.rawValue,
      stages: VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT.rawValue | VK_PIPELINE_STAGE_TRANSFER_BIT.rawValue
        | VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT.rawValue)
  }

  /// The host sees what the commands wrote, once it has waited.
  private func hostBarrier() {
    barrier(
      from: VK_ACCESS_SHADER_WRITE_BIT.rawValue | VK_ACCESS_TRANSFER_WRITE_BIT.rawValue,
      to: VK_ACCESS_HOST_READ_BIT.rawValue | VK_ACCESS_HOST_WRITE_BIT.rawValue,
      stages: VK_PIPELINE_STAGE_HOST_BIT.rawValue)
  }

  private func barrier(from source: UInt32, to destination: UInt32, stages: UInt32) {
    var memory = VkMemoryBarrier()
    memory.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER
    memory.srcAccessMask = source
    memory.dstAccessMask = destination
    // Indirect reads are a source as well: their words must not be overwritten too early.
    let sources =
      VK_PIPELINE_STAGE_COMPUTE_SHADER_BIT.rawValue | VK_PIPELINE_STAGE_TRANSFER_BIT.rawValue
      | VK_PIPELINE_STAGE_DRAW_INDIRECT_BIT.rawValue
    vkCmdPipelineBarrier(commandBuffer, sources, stages, 0, 1, &memory, 0, nil, 0, nil)
  }
}

import CVulkan
import Synchronization

/// A Vulkan device with one compute queue: where buffers and pipelines are made and recordings run.
///
/// Safe to use from any thread. What is made from a device keeps it alive.
public final class Device: Sendable {
  let logical: LogicalDevice
  let allocator: MemoryAllocator
  let timeline: Timeline
  let waiter: TimelineWaiter
  let pipelineCache: PipelineCache
  let warningLog: Mutex<[DeviceWarning]>
  let pipelines = Mutex<[PipelineKey: Pipeline]>([:])
  private let state = Mutex(State())

  /// What the device was opened with.
  public let options: DeviceOptions

  private struct State {
    /// The value that the last submission signals.
    var submitted: UInt64 = 0
    /// Objects to release once the timeline reaches their values.
    var retired: [(value: UInt64, object: any AnyObject & Sendable)] = []
  }

  /// Opens the device that `selector` names; nil asks `ESPALIER_DEVICE`, then takes the best: discrete before
  /// integrated before virtual before CPU.
  ///
  /// A device needs Vulkan 1.2 with timeline semaphores. Throws ``VulkanError/noDriver(reason:)``,
  /// ``VulkanError/unknownDevice(selector:available:)``, ``VulkanError/unsupportedDevice(device:missing:)``,
  /// ``VulkanError/unknownValidation(_:)`` or ``VulkanError/validationUnavailable(missing:)``.
  public init(
    _ selector: DeviceSelector? = nil, options: DeviceOptions = DeviceOptions()
  ) throws(VulkanError) {
    let log = ValidationLog(prints: options.validation == .fromEnvironment())
    let instance = try Instance(validation: options.validation, log: log)
    let physicalDevices = try instance.physicalDevices()
    let descriptions = Device.describe(physicalDevices)
    let description = try DeviceSelector.choose(selector ?? .fromEnvironment(), from: descriptions)
    let logical = try LogicalDevice(
      instance: instance, physical: physicalDevices[description.index], description: description,
      disabled: options.disabledFeatures)
    self.options = options
    self.logical = logical
    allocator = MemoryAllocator(device: logical, blockByteCount: options.blockByteCount)
    timeline = try Timeline(device: logical)
    waiter = TimelineWaiter(timeline: timeline)
    var warnings: [DeviceWarning] = []
    pipelineCache = try PipelineCache(device: logical, options: options, warnings: &warnings)
    if options.profiling && logical.timestampValidBits == 0 {
      warnings.append(.timestampsUnavailable(device: description.name))
    }
    warningLog = Mutex(warnings)
  }

  deinit {
    // Retired objects may still be in use; after this, nothing is.
    vkDeviceWaitIdle(logical.handle)
    _ = pipelineCache.save()
  }

  /// Every device of every driver. Throws ``VulkanError/noDriver(reason:)`` rather than return none.
  public static func all(validation: Bool = false) throws(VulkanError) -> [DeviceDescription] {
    let instance = try Instance(validation: validation ? .standard : .off)
    // Physical devices go with their instance.
    defer { withExtendedLifetime(instance) {} }
    return describe(try instance.physicalDevices())
  }

  private static func describe(_ devices: [VkPhysicalDevice]) -> [DeviceDescription] {
    devices.enumerated().map { DeviceQueries(physical: $1).describe(index: $0) }
  }

  // MARK: What it is

  /// The device as its driver describes it.
  public var description: DeviceDescription { logical.description }

  /// Limits that matter to compute.
  public var limits: DeviceLimits { description.limits }

  /// What is enabled: what the device supports, less ``DeviceOptions/disabledFeatures``.
  public var features: DeviceFeatures { logical.features }

  /// Throws ``VulkanError/unsupported(missing:label:device:)`` unless all of `features` are enabled.
  public func require(_ features: DeviceFeatures, for label: String) throws(VulkanError) {
    let missing = features.subtracting(self.features)
    if !missing.isEmpty {
      throw .unsupported(missing: missing.featureNames, label: label, device: description.name)
    }
  }

  // MARK: How it is doing

  /// Whether spans are measured: asked for, and possible.
  public var isProfiling: Bool { options.profiling && logical.timestampValidBits > 0 }

  /// Whether the device was lost; every call then throws ``VulkanError/deviceLost(label:)``.
  public var isLost: Bool { logical.isLost }

  /// What the device goes on without.
  public var warnings: [DeviceWarning] { warningLog.withLock { $0 } }

  /// Warnings and errors of the validation layer so far; where `ESPALIER_VALIDATION` asked for it, each also went to
  /// standard error.
  public var validationMessages: [String] { logical.instance.log.messages }

  /// Throws ``VulkanError/validation(messages:)`` if the validation layer has said anything.
  public func checkValidation() throws(VulkanError) {
    let messages = validationMessages
    if !messages.isEmpty { throw .validation(messages: messages) }
  }

  /// Memory in use.
  public var memoryStatistics: MemoryStatistics {
    var statistics = allocator.statistics
    statistics.pendingDestructionCount = state.withLock { $0.retired.count }
    return statistics
  }

  /// Returns blocks without buffers to the driver.
  public func trimMemory() {
    collect()
    allocator.trim()
  }

  // MARK: Work

  /// Runs `recording` after everything submitted before it; may be called again, also before the work is done.
  @discardableResult
  public func submit(_ recording: CommandBuffer) throws(VulkanError) -> TimelinePoint {
    precondition(recording.device === self, "\(recording.label): recorded for another device")
    collect()
    let value = try state.withLock { state throws(VulkanError) -> UInt64 in
      let value = state.submitted + 1
      try enqueue(recording, signal: value)
      state.submitted = value
      recording.markUsed(until: value)
      return value
    }
    return TimelinePoint(device: self, value: value)
  }

  /// The end of everything submitted so far.
  public var lastPoint: TimelinePoint {
    TimelinePoint(device: self, value: state.withLock { $0.submitted })
  }

  private func enqueue(_ recording: CommandBuffer, signal value: UInt64) throws(VulkanError) {
    try withArena { arena throws(VulkanError) in
      var timelineInfo = VkTimelineSemaphoreSubmitInfo()
      timelineInfo.sType = VK_STRUCTURE_TYPE_TIMELINE_SEMAPHORE_SUBMIT_INFO
      timelineInfo.signalSemaphoreValueCount = 1
      timelineInfo.pSignalSemaphoreValues = UnsafePointer(arena.copy(value))
      var info = VkSubmitInfo()
      info.sType = VK_STRUCTURE_TYPE_SUBMIT_INFO
      info.pNext = UnsafeRawPointer(arena.copy(timelineInfo))
      info.commandBufferCount = 1
      info.pCommandBuffers = UnsafePointer(arena.copy(Optional(recording.resources.commandBuffer)))
      info.signalSemaphoreCount = 1
      info.pSignalSemaphores = UnsafePointer(arena.copy(Optional(timeline.handle)))
      try logical.call("vkQueueSubmit", recording.label) { vkQueueSubmit(logical.queue, 1, &info, nil) }
    }
  }

  // MARK: Deferred destruction

  /// Releases `object` once the timeline has reached `value`.
  func retire(_ object: any AnyObject & Sendable, after value: UInt64) {
    if timeline.reachedValue >= value { return }
    state.withLock { $0.retired.append((value, object)) }
  }

  /// Releases what the device has finished with.
  func collect() {
    let isEmpty = state.withLock { $0.retired.isEmpty }
    if isEmpty { return }
    let reached = timeline.reachedValue
    // Released after the lock is: destruction takes other locks.
    let done = state.withLock { state in
      let done = state.retired.filter { $0.value <= reached }
      state.retired.removeAll { $0.value <= reached }
      return done
    }
    withExtendedLifetime(done) {}
  }
}

import CVulkan
import Synchronization

/// Commands ready to run, any number of times; keeps the buffers and pipelines that it uses.
public final class CommandBuffer: Sendable {
  /// The device that runs it.
  public let device: Device
  /// Names the recording in errors.
  public let label: String
  let resources: CommandBufferResources
  let spanList: [RecordedSpan]
  private let storages: [BufferStorage]
  private let lastUse = Atomic<UInt64>(0)

  init(
    device: Device, label: String, commands: [Command], spans: [RecordedSpan]
  ) throws(VulkanError) {
    self.device = device
    self.label = label
    var seen = Set<ObjectIdentifier>()
    storages = commands.flatMap(\.storages).filter { seen.insert(ObjectIdentifier($0)).inserted }
    spanList = device.isProfiling ? spans : []
    resources = CommandBufferResources(device: device.logical)
    try resources.record(commands, spanCount: spanList.count, label: label)
  }

  deinit { device.retire(resources, after: lastUse.load(ordering: .acquiring)) }

  /// The end of the last submission; reached from the start if there was none.
  public var lastPoint: TimelinePoint {
    TimelinePoint(device: device, value: lastUse.load(ordering: .acquiring))
  }

  func markUsed(until value: UInt64) {
    lastUse.max(value, ordering: .acquiringAndReleasing)
    for storage in storages { storage.markUsed(until: value) }
  }
}

/// The end of a submission: a value that the device's timeline reaches.
public struct TimelinePoint: Sendable {
  let device: Device
  /// The timeline's value at that point.
  public let value: UInt64

  /// Whether the work is done. Does not block.
  public var isReached: Bool { device.timeline.reachedValue >= value }

  /// Blocks until the work is done.
  ///
  /// Throws ``VulkanError/timeout(seconds:label:)`` after `timeout` (nil is ``DeviceOptions/timeout``) and
  /// ``VulkanError/deviceLost(label:)``; after a timeout the work goes on and can be waited for again.
  public func wait(timeout: Duration? = nil) throws(VulkanError) {
    let limit = timeout ?? device.options.timeout
    let label = "submission \(value)"
    let done = try device.timeline.wait(for: value, nanoseconds: limit.clampedNanoseconds, label: label)
    guard done else { throw .timeout(seconds: limit.inSeconds, label: label) }
    device.collect()
  }

  /// Suspends until the work is done; throws ``VulkanError/deviceLost(label:)``.
  public func completion() async throws(VulkanError) {
    if isReached { return device.collect() }
    try await device.waiter.wait(for: value)
    device.collect()
  }
}

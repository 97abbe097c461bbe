/// Takes commands in order and places the barriers between them; ``finish()`` turns them into a ``CommandBuffer``.
///
/// Recording cannot fail: nothing reaches the driver before ``finish()``. A command sees what the commands before it
/// wrote, in this recording and in those submitted earlier.
public struct CommandRecorder: ~Copyable {
  /// The device that will run the commands.
  public let device: Device
  /// Names the recording in errors.
  public let label: String
  var commands: [Command] = []
  var spans: [RecordedSpan] = []
  /// The first request beyond a limit of the device, thrown by ``finish()``.
  private var failure: VulkanError?
  private var hazards = HazardTracker()
  private var openSpans: [Int] = []
  private var isConcurrent = false

  /// Starts a recording.
  public init(_ device: Device, label: String = "recording") {
    self.device = device
    self.label = label
  }

  /// Barriers placed between commands so far.
  public var barrierCount: Int {
    commands.count { if case .barrier = $0 { true } else { false } }
  }

  // MARK: Kernels

  /// Runs `groups` work groups of a kernel.
  ///
  /// `constants` has exactly the pipeline's push-constant size, `operands` exactly its bindings, in their order, each
  /// at a multiple of `minStorageBufferOffsetAlignment` bytes.
  public mutating func dispatch(
    _ pipeline: Pipeline, groups: (UInt32, UInt32, UInt32), constants: UnsafeRawBufferPointer,
    operands: [BufferOperand]
  ) {
    check(pipeline, constants, operands)
    for (count, maximum) in zip([groups.0, groups.1, groups.2], device.limits.maxComputeWorkGroupCount)
    where Int(count) > maximum {
      fail(limit: "maxComputeWorkGroupCount", requested: Int(count), maximum: maximum, pipeline.name)
    }
    append(
      .dispatch(pipeline, .count(groups.0, groups.1, groups.2), Array(constants), operands.map(\.view)),
      operands)
  }

  /// Runs a kernel with push constants given as bytes.
  public mutating func dispatch(
    _ pipeline: Pipeline, groups: (UInt32, UInt32, UInt32), constants: [UInt8] = [], operands: [BufferOperand]
  ) {
    constants.withUnsafeBytes { dispatch(pipeline, groups: groups, constants: $0, operands: operands) }
  }

  /// Runs a kernel with push constants given as one value, usually a struct shared with the shader.
  public mutating func dispatch<Constants: BitwiseCopyable>(
    _ pipeline: Pipeline, groups: (UInt32, UInt32, UInt32), constants: Constants, operands: [BufferOperand]
  ) {
    withUnsafeBytes(of: constants) { dispatch(pipeline, groups: groups, constants: $0, operands: operands) }
  }

  /// Runs a kernel with as many work groups as three 32-bit words at the start of `groups` say when it runs.
  ///
  /// `groups` lies at a multiple of 4 bytes; each word is at most `maxComputeWorkGroupCount`.
  public mutating func dispatchIndirect(
    _ pipeline: Pipeline, groups: BufferView, constants: UnsafeRawBufferPointer, operands: [BufferOperand]
  ) {
    check(pipeline, constants, operands)
    check(groups)
    precondition(
      groups.byteCount >= 12 && groups.byteOffset % 4 == 0,
      "\(pipeline.name): group counts are 12 bytes at a multiple of 4 in \(groups.label)")
    let words = groups.slice(byteOffset: 0, byteCount: 12)
    append(
      .dispatch(pipeline, .indirect(words), Array(constants), operands.map(\.view)), operands + [.read(words)]
    )
  }

  /// Runs a kernel indirectly with push constants given as bytes.
  public mutating func dispatchIndirect(
    _ pipeline: Pipeline, groups: BufferView, constants: [UInt8] = [], operands: [BufferOperand]
  ) {
    constants.withUnsafeBytes {
      dispatchIndirect(pipeline, groups: groups, constants: $0, operands: operands)
    }
  }

  // MARK: Transfers

  /// Copies bytes; both views have the same length and do not overlap.
  public mutating func copy(from source: BufferView, to destination: BufferView) {
    check(source)
    check(destination)
    precondition(
      source.byteCount == destination.byteCount,
      "copy of \(source.byteCount) bytes of \(source.label) to \(destination.byteCount) of \(destination.label)"
    )
    precondition(
      source.storage !== destination.storage || !source.byteRange.overlaps(destination.byteRange),
      "\(source.label): a copy within a buffer must not overlap")
    append(.copy(from: source, to: destination), [.read(source), .write(destination)])
  }

  /// Sets every 32-bit word; the view's offset and length are multiples of 4.
  public mutating func fill(_ view: BufferView, with word: UInt32) {
    check(view)
    precondition(
      view.byteOffset % 4 == 0 && view.byteCount % 4 == 0,
      "\(view.label): a fill takes 32-bit words, not bytes \(view.byteRange)")
    append(.fill(view, word), [.write(view)])
  }

  // MARK: Regions

  /// Commands recorded in `body` may run in any order and at once: no barriers are placed between them.
  ///
  /// They still see what came before, and what comes after sees them. Write ranges may overlap only where the kernels
  /// themselves keep order, as with atomics.
  public mutating func concurrent<Result, Failure: Error>(
    _ body: (inout CommandRecorder) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if isConcurrent { return try body(&self) }
    if !hazards.isEmpty { placeBarrier() }
    isConcurrent = true
    defer { isConcurrent = false }
    return try body(&self)
  }

  /// Names what `body` records; measured with GPU timestamps when the device profiles.
  public mutating func span<Result, Failure: Error>(
    _ name: String, _ body: (inout CommandRecorder) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    beginSpan(name)
    defer { endSpan() }
    return try body(&self)
  }

  /// Opens a span, for callers that cannot lend the recorder to a closure.
  public mutating func beginSpan(_ name: String) {
    let index = spans.count
    spans.append(RecordedSpan(name: name, depth: openSpans.count))
    openSpans.append(index)
    commands.append(.timestamp(2 * index))
  }

  /// Closes the span opened last.
  public mutating func endSpan() {
    precondition(!openSpans.isEmpty, "\(label): endSpan without beginSpan")
    commands.append(.timestamp(2 * openSpans.removeLast() + 1))
  }

  // MARK: The end

  /// Hands the commands to the driver.
  ///
  /// Throws ``VulkanError/capacity(limit:requested:maximum:label:device:)`` if any command was beyond a limit of the
  /// device, ``VulkanError/outOfMemory(requestedBytes:label:)`` and other failures of the driver.
  public consuming func finish() throws(VulkanError) -> CommandBuffer {
    precondition(openSpans.isEmpty, "\(label): \(openSpans.count) spans are still open")
    if let failure { throw failure }
    return try CommandBuffer(device: device, label: label, commands: commands, spans: spans)
  }

  private mutating func append(_ command: Command, _ operands: [BufferOperand]) {
    if !isConcurrent && hazards.needsBarrier(before: operands) { placeBarrier() }
    hazards.note(operands)
    commands.append(command)
  }

  private mutating func placeBarrier() {
    commands.append(.barrier)
    hazards.reset()
  }

  private func check(_ view: BufferView) {
    precondition(view.device === device, "\(view.label): a buffer of another device")
  }

  private mutating func check(
    _ pipeline: Pipeline, _ constants: UnsafeRawBufferPointer, _ operands: [BufferOperand]
  ) {
    let name = pipeline.name
    precondition(pipeline.device === device.logical, "\(name): a pipeline of another device")
    precondition(
      constants.count == pipeline.constantByteCount,
      "\(name): \(constants.count) bytes of push constants, \(pipeline.constantByteCount) expected")
    precondition(
      operands.count == pipeline.bindingCount,
      "\(name): \(operands.count) operands, \(pipeline.bindingCount) expected")
    let limits = device.limits
    for (index, operand) in operands.enumerated() {
      let view = operand.view
      check(view)
      precondition(
        view.byteOffset % limits.minStorageBufferOffsetAlignment == 0,
        "\(name): operand \(index) (\(view.label)) at byte \(view.byteOffset), "
          + "not a multiple of \(limits.minStorageBufferOffsetAlignment)")
      if view.byteCount > limits.maxStorageBufferRange {
        fail(
          limit: "maxStorageBufferRange", requested: view.byteCount, maximum: limits.maxStorageBufferRange,
          "\(name), operand \(index) (\(view.label))")
      }
    }
  }

  private mutating func fail(limit: String, requested: Int, maximum: Int, _ label: String) {
    failure =
      failure
      ?? .capacity(
        limit: limit, requested: requested, maximum: maximum, label: label, device: device.description.name)
  }
}

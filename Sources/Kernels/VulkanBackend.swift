import ShaderInterface
import ShaderLibrary
import Synchronization
import VulkanCompute

/// Records kernels on a Vulkan device.
///
/// Opening a device probes the arithmetic that the numeric contract relies on; a device that fails is refused with the
/// failing operations unless `allowInexact`.
public final class VulkanBackend: Backend {
  public let device: Device
  /// What the probe found; empty when the device keeps the contract.
  public let inexactOperations: [String]

  public var name: String { device.description.name }

  /// - Parameters:
  ///   - device: index, part of a name, or UUID; nil asks `ESPALIER_DEVICE`, then takes the best.
  ///   - validation: also switched on by `ESPALIER_VALIDATION`.
  ///   - profiling: measure named spans with GPU timestamps.
  public convenience init(
    device selector: String? = nil, validation: Bool = false, profiling: Bool = false,
    allowInexact: Bool = false
  ) throws(BackendError) {
    var options = DeviceOptions()
    if validation && options.validation == .off { options.validation = .standard }
    options.profiling = profiling
    options.timeout = .seconds(600)
    let opened = try vulkan { () throws(VulkanError) in
      try Device(selector.map(DeviceSelector.init), options: options)
    }
    try self.init(device: opened, allowInexact: allowInexact)
  }

  public init(device: Device, allowInexact: Bool = false) throws(BackendError) {
    self.device = device
    inexactOperations = try vulkan { () throws(VulkanError) in try ContractProbe.failures(on: device) }
    if !inexactOperations.isEmpty && !allowInexact {
      throw .notExact(device: device.description.name, operations: inexactOperations)
    }
  }

  public func makeStorage(byteCount: Int, use: StorageUse, label: String) throws(BackendError) -> Storage {
    try vulkan { () throws(VulkanError) in
      let storage = try VulkanStorage(device, byteCount: byteCount, use: use, label: label)
      var recorder = CommandRecorder(device, label: label)
      recorder.fill(storage.buffer.view, with: 0)
      _ = try device.submit(recorder.finish())
      return storage
    }
  }

  public func write(_ bytes: UnsafeRawBufferPointer, to storage: Storage, at byteOffset: Int)
    throws(BackendError)
  {
    try vulkan { () throws(VulkanError) in
      try device.upload(bytes, to: VulkanStorage.view(storage, byteOffset, bytes.count))
    }
  }

  public func read(_ storage: Storage, at byteOffset: Int, into bytes: UnsafeMutableRawBufferPointer)
    throws(BackendError)
  {
    try vulkan { () throws(VulkanError) in
      try device.download(VulkanStorage.view(storage, byteOffset, bytes.count), into: bytes)
    }
  }

  public func record(_ label: String, _ body: (any CommandList) -> Void) throws(BackendError) -> any Recording
  {
    let list = VulkanCommandList(device: device, label: label)
    body(list)
    return VulkanRecording(try list.finish())
  }
}

/// A device buffer that tensors share.
final class VulkanStorage: Storage, @unchecked Sendable {
  let buffer: Buffer<UInt32>
  let device: Device

  init(_ device: Device, byteCount: Int, use: StorageUse, label: String) throws(VulkanError) {
    self.device = device
    buffer = try Buffer(
      device, count: byteCount / 4, intent: use == .device ? .device : .readback, label: label)
    super.init(byteCount: byteCount, label: label)
  }

  static func view(_ storage: Storage, _ byteOffset: Int, _ byteCount: Int) -> BufferView {
    guard let vulkan = storage as? VulkanStorage else {
      preconditionFailure("\(storage.label) belongs to another backend")
    }
    return vulkan.buffer.view.slice(byteOffset: byteOffset, byteCount: byteCount)
  }
}

private final class VulkanCommandList: CommandList {
  private let device: Device
  private var recorder: CommandRecorder?
  /// The first call that could not be made.
  private var failure: BackendError?

  init(device: Device, label: String) {
    self.device = device
    recorder = CommandRecorder(device, label: label)
  }

  var largestBinding: Int { device.description.limits.maxStorageBufferRange }

  func refuse(_ error: BackendError) { failure = failure ?? error }

  /// Whether the storages are this device's, so that the call can be recorded.
  private func accept(_ storages: [Storage], _ kernel: String) -> Bool {
    for storage in storages where (storage as? VulkanStorage)?.device !== device {
      refuse(.foreignStorage(storage, kernel: kernel))
    }
    return failure == nil
  }

  func dispatch(_ call: Invocation) {
    guard accept(call.operands.map(\.storage), call.kernel.rawValue) else { return }
    do throws(BackendError) {
      let pipeline = try vulkan { () throws(VulkanError) in try device.pipeline(call) }
      recorder?.dispatch(
        pipeline, groups: (UInt32(call.groups.x), UInt32(call.groups.y), 1), constants: call.constants,
        operands: call.operands.map(\.vulkan))
    } catch {
      failure = error
    }
  }

  func copyBytes(from: Storage, at source: Int, to: Storage, at target: Int, byteCount: Int) {
    guard accept([from, to], "copy") else { return }
    recorder?.copy(
      from: VulkanStorage.view(from, source, byteCount), to: VulkanStorage.view(to, target, byteCount))
  }

  func span(_ name: String, _ body: () -> Void) {
    recorder?.beginSpan(name)
    body()
    recorder?.endSpan()
  }

  func finish() throws(BackendError) -> CommandBuffer {
    if let failure { throw failure }
    guard let taken = recorder.take() else { preconditionFailure("a command list finishes once") }
    do throws(VulkanError) { return try taken.finish() } catch { throw BackendError(error) }
  }
}

private final class VulkanRecording: Recording {
  private let recording: CommandBuffer
  private let measured = Mutex<[(name: String, nanoseconds: Double)]>([])

  init(_ recording: CommandBuffer) { self.recording = recording }

  var spans: [(name: String, nanoseconds: Double)] { measured.withLock { $0 } }

  func run() throws(BackendError) {
    try vulkan { () throws(VulkanError) in
      try recording.device.submit(recording).wait()
      guard recording.device.isProfiling else { return }
      let spans = try recording.spans()
      measured.withLock { sums in
        for span in spans {
          if let index = sums.firstIndex(where: { $0.name == span.name }) {
            sums[index].nanoseconds += span.nanoseconds
          } else {
            sums.append((span.name, span.nanoseconds))
          }
        }
      }
    }
  }
}

extension Operand {
  fileprivate var vulkan: BufferOperand {
    let view = VulkanStorage.view(storage, byteOffset, byteCount)
    return switch access {
    case .read: .read(view)
    case .write: .write(view)
    case .readWrite: .readWrite(view)
    }
  }
}

extension Device {
  /// The pipeline of a kernel call; the call must fit what was reflected from the shader.
  fileprivate func pipeline(_ call: Invocation) throws(VulkanError) -> Pipeline {
    let (stem, specialization) = Tuning(for: description).shader(of: call)
    guard let module = ShaderLibrary.modules[stem] else {
      throw .unsupported(
        missing: ["the shader, which this build left out"], label: stem,
        device: description.name)
    }
    precondition(
      module.bindings.count == call.operands.count && module.pushConstantBytes == call.constants.count,
      "\(call.kernel): \(call.operands.count) operands and \(call.constants.count) bytes of parameters; "
        + "the shader has \(module.bindings.count) and \(module.pushConstantBytes)")
    return try pipeline(
      module.name, spirv: module.words, specialization: specialization,
      constantByteCount: module.pushConstantBytes, bindingCount: module.bindings.count)
  }
}

/// Runs `body`, turning the Vulkan layer's errors into the backend's.
func vulkan<Result: ~Copyable>(_ body: () throws(VulkanError) -> Result) throws(BackendError) -> Result {
  do { return try body() } catch { throw BackendError(error) }
}

extension BackendError {
  init(_ error: VulkanError) {
    self =
      switch error {
      case .outOfMemory(let bytes, let label): .outOfMemory(byteCount: bytes, label: label)
      case .unsupported(let missing, let label, let device):
        .unsupported(kernel: label, reason: "\(device) lacks \(missing.joined(separator: ", "))")
      case .deviceLost: .deviceLost(error.description)
      case .timeout: .timeout(error.description)
      default: .device(error.description)
      }
  }
}

import ShaderInterface
import ShaderLibrary
import Synchronization
import VulkanCompute

/// Records kernels on a Vulkan device.
///
/// Opening a device probes the arithmetic that the numeric contract relies on; a device that fails is refused with the
/// failing operations unless `allowInexact`.
public final class VulkanBackend: Backend {
  /// What kernels run on.
  public let device: Device
  /// What the probe found; empty when the device keeps the contract.
  public let inexactOperations: [String]
  /// The kind of device whose layouts kernels take.
  public let layouts: LayoutKind
  /// Whether kernels read through storage texel buffers where they have that form. It changes speed, never bits.
  public let usesTexels: Bool

  private let tuning: Tuning
  private let substitutes: Substitutes?

  /// As its driver reports it.
  public var name: String { device.description.name }

  /// - Parameters:
  ///   - selector: index, part of a name, or UUID; nil asks `ESPALIER_DEVICE`, then takes the best.
  ///   - validation: also switched on by `ESPALIER_VALIDATION`.
  ///   - profiling: measure named spans with GPU timestamps.
  ///   - usesTexels: nil takes what suits the device.
  ///   - layouts: one of ``availableLayouts(on:)``; nil takes what suits the device.
  public convenience init(
    device selector: String? = nil, validation: Bool = false, profiling: Bool = false,
    allowInexact: Bool = false, usesTexels: Bool? = nil, layouts: LayoutKind? = nil
  ) throws(BackendError) {
    var options = DeviceOptions()
    if validation && options.validation == .off { options.validation = .standard }
    options.profiling = profiling
    options.timeout = .seconds(600)
    let opened = try vulkan { () throws(VulkanError) in
      try Device(selector.map(DeviceSelector.init), options: options)
    }
    try self.init(device: opened, allowInexact: allowInexact, usesTexels: usesTexels, layouts: layouts)
  }

  /// - Parameters:
  ///   - usesTexels: nil takes what suits the device.
  ///   - layouts: one of ``availableLayouts(on:)``; nil takes what suits the device.
  public convenience init(
    device: Device, allowInexact: Bool = false, usesTexels: Bool? = nil, layouts: LayoutKind? = nil
  ) throws(BackendError) {
    try self.init(
      device: device, allowInexact: allowInexact, usesTexels: usesTexels, layouts: layouts, adjust: { _ in })
  }

  /// - Parameters:
  ///   - substitutes: what runs in place of shaders, in tests.
  ///   - adjust: changes the layouts' tuning, which tests do to run each optional path.
  init(
    device: Device, allowInexact: Bool = false, usesTexels: Bool? = nil, layouts: LayoutKind? = nil,
    substitutes: Substitutes? = nil, adjust: (inout Tuning) -> Void
  ) throws(BackendError) {
    self.device = device
    self.substitutes = substitutes
    let available = Self.availableLayouts(on: device)
    self.layouts = layouts ?? available[0]
    guard available.contains(self.layouts) else {
      throw .unsupported(
        kernel: "the layouts for \(self.layouts)",
        reason: "\(device.description.name) lacks subgroups of eight lanes with shuffles")
    }
    var tuning = Tuning(self.layouts, for: device.description, features: device.features)
    adjust(&tuning)
    self.tuning = tuning
    self.usesTexels = usesTexels ?? tuning.texels
    inexactOperations = try vulkan { () throws(VulkanError) in try ContractProbe.failures(on: device) }
    if !inexactOperations.isEmpty && !allowInexact {
      throw .notExact(device: device.description.name, operations: inexactOperations)
    }
  }

  /// The kinds of device whose layouts run on `device`, the one that suits it first.
  public static func availableLayouts(on device: Device) -> [LayoutKind] {
    Tuning.kinds(for: device.description)
  }

  /// Zeroed device memory; ``StorageUse/readback`` is memory that the host reads.
  public func makeStorage(byteCount: Int, use: StorageUse, label: String) throws(BackendError) -> Storage {
    if let error = BackendError.unfitSize(byteCount, label) { throw error }
    return try vulkan { () throws(VulkanError) in
      let storage = try VulkanStorage(device, byteCount: byteCount, use: use, label: label)
      var recorder = CommandRecorder(device, label: label)
      recorder.fill(storage.buffer.view, with: 0)
      _ = try device.submit(recorder.finish())
      return storage
    }
  }

  /// Uploads; later recordings see it.
  public func write(_ bytes: UnsafeRawBufferPointer, to storage: Storage, at byteOffset: Int)
    throws(BackendError)
  {
    try requireOwn(storage, "write", byteOffset, bytes.count)
    try vulkan { () throws(VulkanError) in
      try device.upload(bytes, to: VulkanStorage.view(storage, byteOffset, bytes.count))
    }
  }

  /// Downloads, once everything submitted before has finished.
  public func read(_ storage: Storage, at byteOffset: Int, into bytes: UnsafeMutableRawBufferPointer)
    throws(BackendError)
  {
    try requireOwn(storage, "read", byteOffset, bytes.count)
    try vulkan { () throws(VulkanError) in
      try device.download(VulkanStorage.view(storage, byteOffset, bytes.count), into: bytes)
    }
  }

  private func requireOwn(
    _ storage: Storage, _ call: String, _ byteOffset: Int, _ byteCount: Int
  ) throws(BackendError) {
    if (storage as? VulkanStorage)?.device !== device { throw .foreignStorage(storage, kernel: call) }
    if let error = BackendError.unfitRange(storage, byteOffset, byteCount, call) { throw error }
  }

  /// Records what `body` calls, with barriers between; pipelines are compiled at their first use.
  public func record(_ label: String, _ body: (any CommandList) -> Void) throws(BackendError) -> any Recording
  {
    let list = VulkanCommandList(
      device: device, tuning: tuning, usesTexels: usesTexels, substitutes: substitutes, label: label)
    body(list)
    return VulkanRecording(try list.finish())
  }
}

/// Modules with the interfaces of shaders, that a backend runs in their place.
struct Substitutes: Sendable {
  /// Tells their pipelines from the shaders' own, and from those of other substitutes.
  let name: String
  /// By the shader's name.
  let words: [String: [UInt32]]
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
  private let tuning: Tuning
  private let usesTexels: Bool
  private let substitutes: Substitutes?
  private var recorder: CommandRecorder?
  private var workspace: VulkanStorage?
  /// The first call that could not be made.
  private var failure: BackendError?

  init(device: Device, tuning: Tuning, usesTexels: Bool, substitutes: Substitutes?, label: String) {
    self.device = device
    self.tuning = tuning
    self.usesTexels = usesTexels
    self.substitutes = substitutes
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
      let layouts = try tuning.layouts(of: call)
      if let word = tuning.staleWorkspace, let words = layouts.first?.workspaceWords, words > 0 {
        recorder?.fill(try workspace(words).view, with: word)
      }
      for layout in layouts { try dispatch(call, layout) }
    } catch {
      failure = error
    }
  }

  private func dispatch(_ call: Invocation, _ layout: Tuning.Layout) throws(BackendError) {
    let operands =
      if let chosen = layout.operands {
        try chosen.map { index throws(BackendError) in
          if let index { call.operands[index].vulkan } else { try workspace(layout.workspaceWords) }
        }
      } else {
        call.operands.map(\.vulkan)
      }
    let pipeline = try vulkan { () throws(VulkanError) in
      try device.pipeline(call, layout, operands, usesTexels: usesTexels, substitutes)
    }
    let constants = layout.parameters ?? call.constants
    if let word = layout.groupWords {
      let groups = try workspace(layout.workspaceWords).view.slice(byteOffset: 4 * word, byteCount: 12)
      recorder?.dispatchIndirect(pipeline, groups: groups, constants: constants, operands: operands)
    } else {
      recorder?.dispatch(
        pipeline, groups: (UInt32(layout.groups.x), UInt32(layout.groups.y), 1), constants: constants,
        operands: operands)
    }
  }

  /// Memory of this list's own, for what a call's shaders leave for one another.
  private func workspace(_ words: Int) throws(BackendError) -> BufferOperand {
    if let workspace, workspace.byteCount >= 4 * words {
      return .readWrite(VulkanStorage.view(workspace, 0, 4 * words))
    }
    let larger = try vulkan { () throws(VulkanError) in
      try VulkanStorage(device, byteCount: 4 * words, use: .device, label: "workspace")
    }
    workspace = larger
    return .readWrite(VulkanStorage.view(larger, 0, 4 * words))
  }

  func copyBytes(from: Storage, at source: Int, to: Storage, at target: Int, byteCount: Int) {
    guard accept([from, to], "copy") else { return }
    if let error = BackendError.unfitCopy(from: from, at: source, to: to, at: target, byteCount: byteCount) {
      return refuse(error)
    }
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
  fileprivate func pipeline(
    _ call: Invocation, _ layout: Tuning.Layout, _ operands: [BufferOperand], usesTexels: Bool,
    _ substitutes: Substitutes?
  ) throws(VulkanError) -> Pipeline {
    var module = ShaderLibrary.modules[layout.stem]
    if usesTexels, let form = ShaderLibrary.modules[layout.stem + "Texels"], canBind(operands, form) {
      module = form
    }
    guard let module else {
      throw .unsupported(
        missing: ["the shader \(layout.stem), which this build left out"], label: call.kernel.rawValue,
        device: description.name)
    }
    if let missing = lack(of: module, specialization: layout.specialization) {
      throw .unsupported(missing: [missing], label: call.kernel.rawValue, device: description.name)
    }
    // Of several shaders some leave some of the operands alone.
    let bindings = layout.operands == nil ? module.bindings.count : operands.count
    let parameterBytes = (layout.parameters ?? call.constants).count
    precondition(
      bindings == operands.count && module.bindings.allSatisfy { $0.index < operands.count }
        && module.pushConstantBytes == parameterBytes,
      "\(layout.stem): \(operands.count) operands and \(parameterBytes) bytes of parameters; "
        + "the shader has \(module.bindings.count) and \(module.pushConstantBytes)")
    precondition(
      module.bindings.allSatisfy { !$0.writable || operands[$0.index].isWritten },
      "\(layout.stem) may write an operand that the call says is read")
    let texels = module.bindings.compactMap { binding in
      binding.texelFormat.flatMap(TexelFormat.init).map { (binding.index, $0) }
    }
    var name = module.name
    let substitute = substitutes?.words[name]
    if let substitutes, substitute != nil { name += ", " + substitutes.name }
    return try pipeline(
      name, spirv: substitute ?? module.words, specialization: layout.specialization,
      constantByteCount: module.pushConstantBytes, bindingCount: operands.count,
      texels: Dictionary(uniqueKeysWithValues: texels))
  }
}

extension Device {
  /// What work groups of the module need more of than the device has.
  private func lack(of module: ShaderModule, specialization: [UInt32]) -> String? {
    let limits = description.limits
    if module.sharedMemoryBytes > limits.maxComputeSharedMemorySize {
      return
        "\(module.sharedMemoryBytes) bytes of shared memory (it has \(limits.maxComputeSharedMemorySize))"
    }
    let size = module.localSize(specialization: specialization)
    let (invocations, most) = (size.reduce(1, *), limits.maxComputeWorkGroupInvocations)
    if invocations > most { return "work groups of \(invocations) invocations (it has \(most))" }
    if zip(size, limits.maxComputeWorkGroupSize).contains(where: { $0 > $1 }) {
      return "work groups of \(size) (it has \(limits.maxComputeWorkGroupSize))"
    }
    return nil
  }

  /// Whether operands are whole texels, and not more than the device binds.
  private func canBind(_ operands: [BufferOperand], _ module: ShaderModule) -> Bool {
    module.bindings.allSatisfy { binding in
      guard let format = binding.texelFormat.flatMap(TexelFormat.init), binding.index < operands.count else {
        return true
      }
      let (texels, rest) = operands[binding.index].view.byteCount.quotientAndRemainder(
        dividingBy: format.byteCount)
      return rest == 0 && texels <= description.limits.maxTexelBufferElements
    }
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

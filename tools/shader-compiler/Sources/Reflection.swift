/// What the host must know of a shader, read from its SPIR-V.
struct Reflection {
  struct Binding: Equatable {
    var index: Int
    var readable: Bool
    var writable: Bool
    /// GLSL's name of the format of a storage texel buffer (`imageBuffer`), nil for a storage buffer.
    var texelFormat: String?
  }

  struct PushConstant: Equatable {
    var name: String
    var offset: Int
  }

  struct SpecializationConstant: Equatable {
    enum Kind: String { case bool, int, uint, float }

    var id: Int
    var name: String?
    var kind: Kind
    var defaultValue: UInt32
  }

  /// Buffers of set 0, in binding order; declarations that share a binding count as one.
  private(set) var bindings: [Binding] = []
  private(set) var pushConstantBytes = 0
  private(set) var pushConstants: [PushConstant] = []
  /// x, y, z; the defaults where specialization decides.
  private(set) var localSize: [Int] = [1, 1, 1]
  /// Specialization constant that gives x, y, z.
  private(set) var localSizeConstants: [Int?] = [nil, nil, nil]
  private(set) var specializationConstants: [SpecializationConstant] = []
  private(set) var sharedMemoryBytes = 0
  private(set) var capabilities: [Int] = []

  init(_ module: SpirvModule) throws(ShaderFailure) {
    for instruction in module.instructions {
      switch instruction.opcode {
      case .capability: capabilities.append(Int(instruction[0]))
      case .executionMode: readExecutionMode(instruction)
      case .specConstant, .specConstantTrue, .specConstantFalse:
        try readSpecialization(instruction, module)
      case .constantComposite, .specConstantComposite: readWorkgroupSize(instruction, module)
      case .variable: try readVariable(instruction, module)
      default: break
      }
    }
    bindings.sort { $0.index < $1.index }
    specializationConstants.sort { $0.id < $1.id }
    capabilities.sort()
  }

  private mutating func readExecutionMode(_ i: SpirvInstruction) {
    let localSizeMode: UInt32 = 17
    if i[1] == localSizeMode { localSize = (2...4).map { Int(i[$0]) } }
  }

  /// `local_size_x_id` makes a constant vector with the built-in WorkgroupSize, which counts over the mode.
  private mutating func readWorkgroupSize(_ i: SpirvInstruction, _ module: SpirvModule) {
    let workgroupSize: UInt32 = 25
    guard module.decorations[i[1]]?[.builtIn] == workgroupSize, i.count == 5 else { return }
    for axis in 0..<3 {
      let id = i[axis + 2]
      localSize[axis] = Int(module.constant(id) ?? 1)
      localSizeConstants[axis] = module.decorations[id]?[.specId].map(Int.init)
    }
  }

  private mutating func readSpecialization(
    _ i: SpirvInstruction, _ module: SpirvModule
  ) throws(ShaderFailure) {
    guard let id = module.decorations[i[1]]?[.specId], let value = module.constant(i[1]) else { return }
    guard let kind = Self.kind(of: i[0], module) else {
      throw ShaderFailure("specialization constant \(id) has a type other than bool, int, uint and float")
    }
    specializationConstants.append(
      SpecializationConstant(id: Int(id), name: module.names[i[1]], kind: kind, defaultValue: value))
  }

  private static func kind(of type: UInt32, _ module: SpirvModule) -> SpecializationConstant.Kind? {
    guard let definition = module.definitions[type] else { return nil }
    switch definition.opcode {
    case .typeBool: return .bool
    case .typeInt where definition[1] == 32: return definition[2] == 1 ? .int : .uint
    case .typeFloat where definition[1] == 32: return .float
    default: return nil
    }
  }
}

extension Reflection {
  private mutating func readVariable(_ i: SpirvInstruction, _ module: SpirvModule) throws(ShaderFailure) {
    guard let pointer = module.definitions[i[0]], let storage = StorageClass(rawValue: i[2]) else { return }
    // A block without an instance name is known by its type's.
    let names = [module.names[i[1]], module.names[pointer[2]]]
    let name = names.lazy.compactMap(\.self).first { !$0.isEmpty } ?? "%\(i[1])"
    switch storage {
    case .storageBuffer: try readBuffer(i[1], type: pointer[2], name, module)
    case .uniformConstant: try readTexelBuffer(i[1], type: pointer[2], name, module)
    case .pushConstant: try readPushConstants(pointer[2], module)
    case .workgroup:
      guard let bytes = module.size(of: pointer[2]) else {
        throw ShaderFailure("the size of the shared variable \(name) is not known")
      }
      sharedMemoryBytes += bytes
    case .uniform: throw Self.misfit(name)
    }
  }

  /// The storage classes that a kernel's interface and shared memory use.
  private enum StorageClass: UInt32 {
    case uniformConstant = 0
    case uniform = 2
    case workgroup = 4
    case pushConstant = 9
    case storageBuffer = 12
  }

  private mutating func readBuffer(
    _ id: UInt32, type: UInt32, _ name: String, _ module: SpirvModule
  ) throws(ShaderFailure) {
    let decorations = module.decorations[id] ?? [:]
    let members = module.members(of: type).map { module.memberDecorations[$0] ?? [:] }
    func all(_ decoration: Decoration) -> Bool {
      decorations[decoration] != nil || members.allSatisfy { $0[decoration] != nil }
    }
    try add(name, decorations, readable: !all(.nonReadable), writable: !all(.nonWritable), texelFormat: nil)
  }

  private mutating func readTexelBuffer(
    _ id: UInt32, type: UInt32, _ name: String, _ module: SpirvModule
  ) throws(ShaderFailure) {
    let (buffer, storage): (UInt32, UInt32) = (5, 2)
    guard let image = module.definitions[type], image.opcode == .typeImage, image[2] == buffer,
      image[6] == storage
    else { throw Self.misfit(name) }
    guard let format = Self.texelFormats[image[7]] else {
      throw ShaderFailure("\(name) has none of the formats r32f, r32ui, rgba32f, rgba32ui")
    }
    let decorations = module.decorations[id] ?? [:]
    try add(
      name, decorations, readable: decorations[.nonReadable] == nil,
      writable: decorations[.nonWritable] == nil, texelFormat: format)
  }

  /// By the number of the image format in SPIR-V.
  private static let texelFormats: [UInt32: String] = [1: "rgba32f", 3: "r32f", 30: "rgba32ui", 33: "r32ui"]

  private static func misfit(_ name: String) -> ShaderFailure {
    ShaderFailure("\(name) is neither a storage buffer nor a storage texel buffer nor a push constant")
  }

  private mutating func add(
    _ name: String, _ decorations: [Decoration: UInt32], readable: Bool, writable: Bool, texelFormat: String?
  ) throws(ShaderFailure) {
    guard decorations[.descriptorSet] == 0, let binding = decorations[.binding].map(Int.init) else {
      throw ShaderFailure("buffer \(name) is not in descriptor set 0")
    }
    if let known = bindings.firstIndex(where: { $0.index == binding }) {
      guard bindings[known].texelFormat == texelFormat else {
        throw ShaderFailure("\(name) shares binding \(binding) with a buffer of another kind")
      }
      bindings[known].readable = bindings[known].readable || readable
      bindings[known].writable = bindings[known].writable || writable
    } else {
      bindings.append(
        Binding(index: binding, readable: readable, writable: writable, texelFormat: texelFormat))
    }
  }

  private mutating func readPushConstants(_ type: UInt32, _ module: SpirvModule) throws(ShaderFailure) {
    guard let bytes = module.size(of: type) else { throw ShaderFailure("push constants of unknown size") }
    pushConstantBytes = bytes
    pushConstants = Self.fields(of: type, at: 0, module)
  }

  /// The members of a block; those of a struct inside it count as its own.
  private static func fields(of type: UInt32, at base: Int, _ module: SpirvModule) -> [PushConstant] {
    module.members(of: type).flatMap { member -> [PushConstant] in
      let memberType = module.definitions[type]![Int(member.index) + 1]
      let offset = base + Int(module.memberDecorations[member]?[.offset] ?? 0)
      let inner = fields(of: memberType, at: offset, module)
      return inner.isEmpty
        ? [PushConstant(name: module.memberNames[member] ?? "\(member.index)", offset: offset)] : inner
    }
  }
}

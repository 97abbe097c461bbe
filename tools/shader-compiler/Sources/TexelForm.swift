/// The same kernel with its read-only storage buffers as storage texel buffers, for drivers that load texels faster.
///
/// A buffer changes if it is an unsized array of 32-bit scalars or of four-vectors of them, has its binding to itself and
/// is only loaded from. Texels are unsigned words, so no load can change a float.
struct TexelForm {
  /// A variable that changes.
  private struct Buffer {
    let id: UInt32
    /// Type of an array element.
    let element: UInt32
    let isVector: Bool
  }

  /// Where an access chain leads.
  private struct Place {
    let buffer: Buffer
    let index: UInt32
    /// Component of a vector, nil for the whole element.
    let component: UInt32?
  }

  private(set) var words: [UInt32] = []
  private let module: SpirvModule
  private var buffers: [UInt32: Buffer] = [:]
  private var places: [UInt32: Place] = [:]
  private var bound: UInt32
  private var declarations: [SpirvInstruction] = []

  /// nil if no buffer can change.
  init?(_ module: SpirvModule) {
    self.module = module
    bound = module.bound
    findBuffers()
    findPlaces()
    if buffers.isEmpty { return nil }
    let body = rewritten()
    words = module.header(bound: bound) + body
  }
}

// MARK: What changes

extension TexelForm {
  private static let storageBuffer: UInt32 = 12

  private mutating func findBuffers() {
    let variables = module.instructions.filter { $0.opcode == .variable && $0[2] == Self.storageBuffer }
    let bindings = variables.map { module.decorations[$0[1]]?[.binding] }
    for (variable, binding) in zip(variables, bindings)
    where bindings.count(where: { $0 == binding }) == 1 {
      if let buffer = buffer(variable) { buffers[buffer.id] = buffer }
    }
  }

  private func buffer(_ variable: SpirvInstruction) -> Buffer? {
    guard let pointer = module.definitions[variable[0]], let block = module.definitions[pointer[2]],
      let member = module.members(of: pointer[2]).first, block.count == 2,
      let array = module.definitions[block[1]], array.opcode == .typeRuntimeArray,
      module.has(.nonWritable, variable[1]) || module.memberDecorations[member]?[.nonWritable] != nil,
      let element = module.definitions[array[1]]
    else { return nil }
    let isVector = element.opcode == .typeVector && element[2] == 4
    guard let scalar = isVector ? module.definitions[element[1]] : element,
      scalar.opcode == .typeInt || scalar.opcode == .typeFloat, scalar[1] == 32
    else { return nil }
    return Buffer(id: variable[1], element: array[1], isVector: isVector)
  }

  /// Notes each access chain into a buffer that is only loaded from; drops buffers with any other use.
  private mutating func findPlaces() {
    for i in module.instructions where Opcode.accessChains.contains(i.opcode) {
      guard let buffer = buffers[i[2]] else { continue }
      if i.count == 5 || i.count == 6 && buffer.isVector {
        places[i[1]] = Place(buffer: buffer, index: i[4], component: i.count == 6 ? i[5] : nil)
      } else {
        buffers[buffer.id] = nil
      }
    }
    for i in module.instructions {
      for operand in Self.pointers(of: i) {
        if let place = places[operand], i.opcode != .load { buffers[place.buffer.id] = nil }
        if !Opcode.accessChains.contains(i.opcode) { buffers[operand] = nil }
      }
    }
    places = places.filter { buffers[$0.value.buffer.id] != nil }
  }

  /// The operands that may be pointers to a variable.
  static func pointers(of i: SpirvInstruction) -> [UInt32] {
    switch i.opcode.rawValue {
    case 57: Array(i.operands.dropFirst(3))  // OpFunctionCall
    case 62, 63: [i[0], i[1]]  // OpStore, OpCopyMemory
    case 228: [i[0]]  // OpAtomicStore
    // OpImageTexelPointer, OpLoad, OpAccessChain ... OpArrayLength, OpCopyObject, atomics
    case 60, 61, 65...68, 83, 227, 229...242: [i[2]]
    default: []
    }
  }
}

// MARK: Rewriting

extension TexelForm {
  private mutating func rewritten() -> [UInt32] {
    let uint = declare(.typeInt, [32, 0])
    let vector = declare(.typeVector, [uint, 4])
    var images: [Bool: UInt32] = [:]
    for buffer in buffers.values.sorted(by: { $0.id < $1.id }) {
      let image = images[buffer.isVector] ?? declareImage(uint, isVector: buffer.isVector)
      images[buffer.isVector] = image
      let pointer = declare(.typePointer, [0, image])
      declarations.append(SpirvInstruction(.variable, [pointer, buffer.id, 0]))
    }
    let types = (scalar: uint, vector: vector, images: images)
    var result: [SpirvInstruction] = []
    var (hasCapability, hasDecorations, hasDeclarations) = (false, false, false)
    for i in module.instructions {
      if !hasCapability && i.opcode == .capability {
        hasCapability = true
        result.append(SpirvInstruction(.capability, [Self.imageBuffer]))
      }
      if !hasDecorations && (19...39).contains(i.opcode.rawValue) {
        hasDecorations = true
        result += buffers.keys.sorted().filter { !module.has(.nonWritable, $0) }.map {
          SpirvInstruction(.decorate, [$0, Decoration.nonWritable.rawValue])
        }
      }
      if !hasDeclarations && i.opcode == .function {
        hasDeclarations = true
        result += declarations
      }
      if i.opcode == .variable && buffers[i[1]] != nil { continue }
      if Opcode.accessChains.contains(i.opcode) && places[i[1]] != nil { continue }
      if i.opcode == .load, let place = places[i[2]] {
        result += load(i, place, types)
      } else {
        result.append(i)
      }
    }
    return result.flatMap(\.words)
  }

  /// The capability of storage texel buffers.
  private static let imageBuffer: UInt32 = 47

  private mutating func newID() -> UInt32 {
    defer { bound += 1 }
    return bound
  }

  /// The id of a type; types without a name of their own must not be declared twice.
  private mutating func declare(_ opcode: Opcode, _ operands: [UInt32]) -> UInt32 {
    let known = module.instructions.first {
      $0.opcode == opcode && Array($0.operands.dropFirst()) == operands
    }
    if let known { return known[0] }
    if let known = declarations.first(where: {
      $0.opcode == opcode && Array($0.operands.dropFirst()) == operands
    }) {
      return known[0]
    }
    let id = newID()
    declarations.append(SpirvInstruction(opcode, [id] + operands))
    return id
  }

  /// An `imageBuffer` of r32ui or rgba32ui.
  private mutating func declareImage(_ uint: UInt32, isVector: Bool) -> UInt32 {
    declare(.typeImage, [uint, 5, 0, 0, 0, 2, isVector ? 30 : 33])
  }

  private mutating func load(
    _ i: SpirvInstruction, _ place: Place, _ types: (scalar: UInt32, vector: UInt32, images: [Bool: UInt32])
  ) -> [SpirvInstruction] {
    let (image, texel, word) = (newID(), newID(), newID())
    var result = [
      SpirvInstruction(.load, [types.images[place.buffer.isVector]!, image, place.buffer.id]),
      SpirvInstruction(.imageRead, [types.vector, texel, image, place.index]),
    ]
    var (value, type) = (texel, types.vector)
    if !place.buffer.isVector {
      result.append(SpirvInstruction(.compositeExtract, [types.scalar, word, texel, 0]))
      (value, type) = (word, types.scalar)
    } else if let component = place.component {
      result.append(SpirvInstruction(.vectorExtractDynamic, [types.scalar, word, texel, component]))
      (value, type) = (word, types.scalar)
    }
    // A bit cast must change the type.
    let opcode = i[0] == type ? Opcode.copyObject : .bitcast
    result.append(SpirvInstruction(opcode, [i[0], i[1], value]))
    return result
  }
}

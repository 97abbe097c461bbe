@testable import shader_compiler

/// A shader whose lanes have changed places: the first lane of a group takes the place of the last.
///
/// CPU drivers run the subgroups of a group in ascending order up to each barrier, so what one lane leaves for lanes above it
/// is there even if the barrier between them is missing. Here they run in descending order of what the shader takes
/// for their numbers. Lanes of a shader with subgroup operations stay with their subgroup; the subgroups change places.
struct ReversedLanes {
  private(set) var words: [UInt32] = []
  /// Loads of a lane's or a subgroup's number.
  private(set) var loadCount = 0

  private let module: SpirvModule
  private var bound: UInt32
  private var declarations: [SpirvInstruction] = []
  /// What pointers lead to.
  private var places: [UInt32: Place] = [:]

  private enum Place {
    /// A lane's number in a vector, or alone.
    case laneVector, lane
    case subgroup
  }

  /// - Parameter subgroupSize: the device's.
  init(_ words: [UInt32], subgroupSize: Int) throws(ShaderFailure) {
    module = try SpirvModule(words: words)
    bound = module.bound
    try findPlaces()
    let body = try rewritten(subgroupSize: UInt32(subgroupSize))
    self.words = module.header(bound: bound) + body
  }

  private mutating func newID() -> UInt32 {
    defer { bound += 1 }
    return bound
  }
}

// MARK: What changes

extension ReversedLanes {
  private mutating func findPlaces() throws(ShaderFailure) {
    for (id, decorations) in module.decorations {
      switch decorations[.builtIn].flatMap(BuiltIn.init) {
      case .localInvocationId: places[id] = .laneVector
      case .subgroupId: places[id] = .subgroup
      case .globalInvocationId, .localInvocationIndex:
        throw ShaderFailure("lanes have a number besides that in gl_LocalInvocationID, which stays as it is")
      case .workgroupSize, nil: break
      }
    }
    for i in module.instructions {
      for operand in TexelForm.pointers(of: i) {
        guard let place = places[operand] else { continue }
        if Opcode.accessChains.contains(i.opcode) && place == .laneVector {
          if try component(i) == 0 { places[i[1]] = .lane }
        } else if i.opcode != .load {
          throw ShaderFailure("opcode \(i.opcode.rawValue) has a pointer to a lane's number")
        }
      }
    }
  }

  private func component(_ accessChain: SpirvInstruction) throws(ShaderFailure) -> UInt32 {
    guard accessChain.count == 4, let index = module.constant(accessChain[3]) else {
      throw ShaderFailure("a component of gl_LocalInvocationID is not known")
    }
    return index
  }

  /// As the SPIR-V specification numbers them.
  private enum BuiltIn: UInt32 {
    case workgroupSize = 25
    case localInvocationId = 27
    case globalInvocationId = 28
    case localInvocationIndex = 29
    case subgroupId = 40
  }

  private var hasSubgroupOperations: Bool {
    let groupNonUniform: ClosedRange<UInt32> = 61...68
    return module.instructions.contains { $0.opcode == .capability && groupNonUniform.contains($0[0]) }
  }
}

// MARK: Rewriting

extension ReversedLanes {
  /// Ids that the reversed numbers are computed from.
  private struct Sizes {
    let uint: UInt32
    /// Lanes of a group.
    let group: UInt32
    /// Lanes that keep their order.
    let unit: UInt32
  }

  private mutating func rewritten(subgroupSize: UInt32) throws(ShaderFailure) -> [UInt32] {
    let sizes = places.isEmpty ? nil : try declareSizes(unit: hasSubgroupOperations ? subgroupSize : 1)
    var result: [SpirvInstruction] = []
    for i in module.instructions {
      if i.opcode == .function {
        result += declarations
        declarations = []
      }
      if i.opcode == .load, let place = places[i[2]], let sizes {
        result += load(i, place, sizes)
        loadCount += 1
      } else {
        result.append(i)
      }
    }
    return result.flatMap(\.words)
  }

  private mutating func declareSizes(unit: UInt32) throws(ShaderFailure) -> Sizes {
    guard let uint = module.instructions.first(where: { $0.opcode == .typeInt && $0[1] == 32 && $0[2] == 0 })
    else { throw ShaderFailure("lanes without a type") }
    return Sizes(uint: uint[0], group: try groupSize(uint[0]), unit: declareConstant(uint[0], unit))
  }

  /// The constant of `local_size_x_id` or `gl_WorkGroupSize`, which counts over the execution mode.
  private mutating func groupSize(_ uint: UInt32) throws(ShaderFailure) -> UInt32 {
    let composite = module.decorations.first { $0.value[.builtIn] == BuiltIn.workgroupSize.rawValue }
      .flatMap { module.definitions[$0.key] }
    let localSizeMode: UInt32 = 17
    let mode = module.instructions.first { $0.opcode == .executionMode && $0[1] == localSizeMode }
    if let composite, module.constant(composite[3]) == 1, module.constant(composite[4]) == 1 {
      return composite[2]
    }
    if composite == nil, let mode, mode[3] == 1, mode[4] == 1 { return declareConstant(uint, mode[2]) }
    throw ShaderFailure("lanes in more than one dimension")
  }

  private mutating func declareConstant(_ type: UInt32, _ value: UInt32) -> UInt32 {
    let id = newID()
    declarations.append(SpirvInstruction(.constant, [type, id, value]))
    return id
  }

  private mutating func load(_ i: SpirvInstruction, _ place: Place, _ sizes: Sizes) -> [SpirvInstruction] {
    let (type, result, loaded) = (i[0], i[1], newID())
    let load = SpirvInstruction(.load, [type, loaded] + i.operands.dropFirst(2))
    switch place {
    case .lane: return [load] + reverseLane(loaded, into: result, sizes)
    case .subgroup: return [load] + reverseSubgroup(loaded, into: result, sizes)
    case .laneVector:
      let (lane, reversed) = (newID(), newID())
      return [load, SpirvInstruction(.compositeExtract, [sizes.uint, lane, loaded, 0])]
        + reverseLane(lane, into: reversed, sizes)
        + [SpirvInstruction(.compositeInsert, [type, result, reversed, loaded, 0])]
    }
  }

  /// (group / unit - 1 - lane / unit) * unit + lane % unit
  private mutating func reverseLane(
    _ lane: UInt32, into result: UInt32, _ sizes: Sizes
  ) -> [SpirvInstruction] {
    let (own, place, first, member) = (newID(), newID(), newID(), newID())
    return [SpirvInstruction(.uDiv, [sizes.uint, own, lane, sizes.unit])]
      + reverseSubgroup(own, into: place, sizes)
      + [
        SpirvInstruction(.iMul, [sizes.uint, first, place, sizes.unit]),
        SpirvInstruction(.uMod, [sizes.uint, member, lane, sizes.unit]),
        SpirvInstruction(.iAdd, [sizes.uint, result, first, member]),
      ]
  }

  /// group / unit - 1 - subgroup, where ~subgroup is -1 - subgroup
  private mutating func reverseSubgroup(
    _ subgroup: UInt32, into result: UInt32, _ sizes: Sizes
  ) -> [SpirvInstruction] {
    let (count, complement) = (newID(), newID())
    return [
      SpirvInstruction(.uDiv, [sizes.uint, count, sizes.group, sizes.unit]),
      SpirvInstruction(.not, [sizes.uint, complement, subgroup]),
      SpirvInstruction(.iAdd, [sizes.uint, result, count, complement]),
    ]
  }
}

extension SpirvModule {
  var hasBarrier: Bool { instructions.contains { $0.opcode == .controlBarrier } }

  /// The words without barrier `number` of the code.
  func removingBarrier(_ number: Int) throws(ShaderFailure) -> [UInt32] {
    let barriers = instructions.indices.filter { instructions[$0].opcode == .controlBarrier }
    guard barriers.indices.contains(number) else {
      throw ShaderFailure("\(barriers.count) barriers; number \(number) is to go")
    }
    var rest = instructions
    rest.remove(at: barriers[number])
    return header(bound: bound) + rest.flatMap(\.words)
  }
}

extension Opcode {
  fileprivate static let compositeInsert = Opcode(rawValue: 82)
  fileprivate static let iAdd = Opcode(rawValue: 128)
  fileprivate static let iMul = Opcode(rawValue: 132)
  fileprivate static let uDiv = Opcode(rawValue: 134)
  fileprivate static let uMod = Opcode(rawValue: 137)
  fileprivate static let not = Opcode(rawValue: 200)
  fileprivate static let controlBarrier = Opcode(rawValue: 224)
}

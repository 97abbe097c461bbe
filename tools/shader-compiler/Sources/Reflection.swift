/// What the host must know of a shader, read from its SPIR-V.
struct Reflection {
  struct Binding { var index: UInt32, readable: Bool, writable: Bool }

  var bindings: [Binding] = []
  var pushConstantBytes: UInt32 = 0
  var localSize: (UInt32, UInt32, UInt32) = (1, 1, 1)
  /// (id, default) in id order
  var specialization: [(id: UInt32, value: UInt32)] = []
  var sharedBytes: UInt32 = 0
  var capabilities: [UInt32] = []

  init(_ module: SpirvModule) {
    for i in module.instructions {
      switch i.opcode {
      case 17: capabilities.append(i[0])
      case 16 where i[1] == 17: localSize = (i[2], i[3], i[4])
      case 50, 48, 49:
        if let id = module.decorations[i[1]]?[1]?.first {
          specialization.append((id, i.count > 2 ? i[2] : (i.opcode == 48 ? 1 : 0)))
        }
      case 59: variable(i, module)
      default: break
      }
    }
    bindings.sort { $0.index < $1.index }
    specialization.sort { $0.id < $1.id }
  }

  private mutating func variable(_ i: SpirvModule.Instruction, _ module: SpirvModule) {
    guard let pointer = module.definitions[i[0]] else { return }
    let type = pointer[2]
    switch i[2] {  // storage class
    case 12:
      guard let index = module.decorations[i[1]]?[33]?.first else { return }
      let members = module.memberDecorations[type]?.values ?? [:].values
      let nonWritable = module.decorations[i[1]]?[24] != nil || members.contains { $0[24] != nil }
      let nonReadable = module.decorations[i[1]]?[25] != nil || members.contains { $0[25] != nil }
      if let known = bindings.firstIndex(where: { $0.index == index }) {
        bindings[known].readable = bindings[known].readable || !nonReadable
        bindings[known].writable = bindings[known].writable || !nonWritable
      } else {
        bindings.append(Binding(index: index, readable: !nonReadable, writable: !nonWritable))
      }
    case 9: pushConstantBytes = size(type, module)
    case 4: sharedBytes += size(type, module)
    default: break
    }
  }

  /// Bytes of a type; a specialization-sized array counts its default.
  private func size(_ type: UInt32, _ module: SpirvModule) -> UInt32 {
    guard let d = module.definitions[type] else { return 0 }
    switch d.opcode {
    case 21, 22: return d[1] / 8
    case 20: return 4
    case 23: return size(d[1], module) * d[2]
    case 28: return size(d[1], module) * module.constant(d[2])
    case 30: return d.operands.dropFirst().reduce(0) { $0 + size($1, module) }
    default: return 0
    }
  }
}

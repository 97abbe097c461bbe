extension SpirvModule {
  /// Bytes of a type, with the layout its decorations give or else packed; nil if only the pipeline knows them.
  func size(of type: UInt32) -> Int? {
    guard let definition = definitions[type] else { return nil }
    switch definition.opcode {
    case .typeBool: return 4
    case .typeInt, .typeFloat: return Int(definition[1]) / 8
    case .typeVector, .typeMatrix: return size(of: definition[1]).map { $0 * Int(definition[2]) }
    case .typeArray: return arraySize(definition)
    case .typeStruct: return structSize(type, definition)
    default: return nil
    }
  }

  private func arraySize(_ array: SpirvInstruction) -> Int? {
    guard let element = size(of: array[1]), let count = value(array[2]) else { return nil }
    let stride = decorations[array[0]]?[.arrayStride].map(Int.init) ?? element
    return stride * Int(count)
  }

  private func structSize(_ type: UInt32, _ definition: SpirvInstruction) -> Int? {
    var end = 0
    for member in members(of: type) {
      guard let size = size(of: definition[Int(member.index) + 1]) else { return nil }
      let offset = memberDecorations[member]?[.offset].map(Int.init) ?? end
      end = max(end, offset + size)
    }
    return end
  }

  /// A constant's value, or that of a component, of `+`, `-`, `*`, `/`, `<` and `? :` over constants, at the defaults.
  private func value(_ id: UInt32) -> UInt32? {
    if let value = constant(id) { return value }
    guard let i = definitions[id], i.opcode == .specConstantOp, i.count >= 5 else { return nil }
    if i[2] == 169 {  // OpSelect
      return value(i[3]).flatMap { value(i[$0 != 0 ? 4 : 5]) }
    }
    if i[2] == 81 {  // OpCompositeExtract
      guard let vector = definitions[i[3]], Int(i[4]) + 2 < vector.count else { return nil }
      return value(vector[Int(i[4]) + 2])
    }
    guard let a = value(i[3]), let b = value(i[4]) else { return nil }
    switch i[2] {
    case 128: return a &+ b
    case 130: return a &- b
    case 132: return a &* b
    case 134: return b == 0 ? nil : a / b
    case 176: return a < b ? 1 : 0
    default: return nil
    }
  }

  /// Significant width in bits if the type is a float or consists of floats.
  func floatWidth(_ type: UInt32) -> UInt32? {
    guard let definition = definitions[type] else { return nil }
    switch definition.opcode {
    case .typeFloat: return definition[1]
    case .typeVector, .typeMatrix: return floatWidth(definition[1])
    default: return nil
    }
  }
}

/// What commands since the last barrier have read and written, by buffer and byte range.
struct HazardTracker {
  private struct Accesses {
    var reads: [Range<Int>] = []
    var writes: [Range<Int>] = []
  }

  private var accesses: [ObjectIdentifier: Accesses] = [:]

  /// Whether a command with these operands must wait for one before it: read after write, write after read,
  /// write after write.
  func needsBarrier(before operands: [BufferOperand]) -> Bool {
    operands.contains { operand in
      guard let earlier = accesses[ObjectIdentifier(operand.view.storage)] else { return false }
      let range = operand.view.byteRange
      return earlier.writes.contains { $0.overlaps(range) }
        || operand.isWritten && earlier.reads.contains { $0.overlaps(range) }
    }
  }

  /// Notes a command. The caller keeps the buffers alive, so identities stay unique.
  mutating func note(_ operands: [BufferOperand]) {
    for operand in operands {
      let range = operand.view.byteRange
      let key = ObjectIdentifier(operand.view.storage)
      if operand.isRead { accesses[key, default: Accesses()].reads.append(range) }
      if operand.isWritten { accesses[key, default: Accesses()].writes.append(range) }
    }
  }

  /// Whether nothing happened since the last barrier.
  var isEmpty: Bool { accesses.isEmpty }

  /// Notes a barrier.
  mutating func reset() { accesses.removeAll(keepingCapacity: true) }
}

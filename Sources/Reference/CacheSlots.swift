import Numerics
import ShaderInterface

/// Where the slots of a batch's sequences lie in a cache: at their number, or by a page table
/// u32 [sequences][pagesPerSequence].
struct CacheSlots {
  let slots, pageSize, pagesPerSequence: Int
  let pages: UnsafeBufferPointer<UInt32>

  init(slots: U32, pageSize: U32, pagesPerSequence: U32, pages: UnsafeBufferPointer<UInt32>) {
    self.slots = Int(slots)
    self.pageSize = Int(pageSize)
    self.pagesPerSequence = Int(pagesPerSequence)
    self.pages = pages
  }

  /// Slots of one sequence.
  var capacity: Int { pageSize == 0 ? slots : pagesPerSequence * pageSize }

  /// Nil for a slot that does not exist or is missing.
  func physical(_ slot: Int, of sequence: Int) -> Int? {
    guard slot < capacity else { return nil }
    guard pageSize > 0 else { return slot }
    let page = Int(pages[sequence * pagesPerSequence + slot / pageSize])
    return page < slots / pageSize ? page * pageSize + slot % pageSize : nil
  }
}

/// Which sequence a packed row belongs to, and as which of its in-flight rows.
struct BatchRows {
  let sequences: Int
  let state: UnsafeBufferPointer<UInt32>
  let owners: UnsafeBufferPointer<UInt32>

  init(sequences: U32, state: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>) {
    self.sequences = Int(sequences)
    self.state = state
    self.owners = owners
  }

  func word(_ sequence: Int, _ word: U32) -> Int { Int(state[sequence * Int(STATE_WORDS) + Int(word)]) }

  /// Packed row of a sequence's root.
  func root(of sequence: Int) -> Int { sequences <= 1 ? 0 : word(sequence, STATE_FIRST_NODE) }

  /// Nil for a void row.
  func sequence(of row: Int) -> Int? {
    guard sequences > 1 else { return 0 }
    let sequence = Int(owners[row])
    guard sequence < sequences else { return nil }
    let index = row - root(of: sequence)
    let nodes = min(word(sequence, STATE_NODES), Int(MAXIMUM_NODES))
    return index >= 0 && index < nodes ? sequence : nil
  }
}

import ShaderInterface

/// Why a kernel call is refused: its arguments do not belong together.
struct Refusal: Error {
  let reason: String

  init(_ reason: String) { self.reason = reason }
}

/// Largest size that a kernel call takes, so that no product of three of them overflows.
let largestSize = 1 << 20

extension CommandList {
  /// Records the call that `make` checks and encodes, or refuses it, which ``Backend/record(_:_:)`` then throws.
  func call(_ kernel: Kernel, _ make: (Kernel) throws(Refusal) -> Invocation) {
    calls(kernel) { kernel throws(Refusal) in [try make(kernel)] }
  }

  /// As ``call(_:_:)``, for a call of several dispatches.
  func calls(_ kernel: Kernel, _ make: (Kernel) throws(Refusal) -> [Invocation]) {
    do throws(Refusal) {
      let invocations = try make(kernel)
      for invocation in invocations { try invocation.check() }
      for invocation in invocations { dispatch(invocation) }
    } catch {
      refuse(.invalidCall(kernel: kernel.rawValue, reason: error.reason))
    }
  }
}

/// What makes memory for kernels throws the refusals of its sizes.
func checkSizes(of memory: String, _ check: () throws(Refusal) -> Void) throws(BackendError) {
  do throws(Refusal) { try check() } catch { throw .invalidCall(kernel: memory, reason: error.reason) }
}

func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws(Refusal) {
  if !condition { throw Refusal(reason()) }
}

/// Every size is at least 0 and at most ``largestSize``; call this before any arithmetic on them.
func requireSizes(_ sizes: Int...) throws(Refusal) {
  for size in sizes where size < 0 || size > largestSize {
    throw Refusal("a size of \(size); 0 to \(largestSize) are possible")
  }
}

/// `tensor` holds at least `count` elements.
func require<T>(_ tensor: Tensor<T>, _ count: Int, _ operand: String) throws(Refusal) {
  if tensor.count < count {
    throw Refusal(
      "\(operand) holds \(tensor.count) elements, \(count) are needed (\(tensor.storage.label))")
  }
}

/// Elements of a call that knows no rows.
func requireCount(_ count: Int) throws(Refusal) {
  try require(count >= 1 && count <= Int(UInt32.max), "\(count) elements, 1 to \(UInt32.max) are possible")
}

/// Kernels that only move elements take them as words.
func requireWords<Element>(of: Element.Type) throws(Refusal) {
  try require(MemoryLayout<Element>.stride == 4, "elements of \(MemoryLayout<Element>.stride) bytes")
}

/// The bits of an element of four bytes.
func word<Element: BitwiseCopyable>(_ element: Element) -> UInt32 {
  withUnsafeBytes(of: element) { $0.loadUnaligned(as: UInt32.self) }
}

func requireVocabulary(_ vocabulary: Int) throws(Refusal) {
  try require(
    vocabulary >= 1 && vocabulary <= Int(MAXIMUM_VOCABULARY),
    "vocabulary \(vocabulary), 1 to \(MAXIMUM_VOCABULARY) are possible")
}

func requireSignificantBits(_ bits: UInt32) throws(Refusal) {
  try require((1...24).contains(bits), "\(bits) significant bits, 1 to 24 are possible")
}

/// Words of each sequence in an array `[sequences][any number]`. Where the states hold more sequences than take part, the array
/// may too, so that the number has to be given.
func wordsPerSequence(
  _ array: Tensor<UInt32>, _ name: String, given: Int?, sequences: Int, state: Tensor<UInt32>?
) throws(Refusal) -> Int {
  if let given {
    try requireCount(given)
    try require(
      given <= array.count / sequences,
      "\(name) holds \(array.count) words, \(sequences) sequences of \(given) are needed")
    return given
  }
  let states = (state?.count ?? 0) / Int(STATE_WORDS)
  try require(
    sequences == 1 || states <= sequences && array.count % sequences == 0,
    "\(sequences) of \(states) sequences: how many of the \(array.count) words of \(name) has each?")
  let count = array.count / sequences
  try requireCount(count)
  return count
}

/// A stream of random numbers is a word of their counter, or a part of one.
func requireStream(_ stream: Int, below end: UInt32? = nil) throws(Refusal) {
  let last = end.map { $0 - 1 } ?? .max
  try require((0...Int(last)).contains(stream), "stream \(stream), 0 to \(last) are possible")
}

func requireState(_ state: Tensor<UInt32>) throws(Refusal) { try require(state, Int(STATE_WORDS), "state") }

extension Invocation {
  /// What every call has to keep, whatever its kernel.
  func check() throws(Refusal) {
    try require(groups.x >= 1 && groups.y >= 1, "no work: \(groups.x) x \(groups.y) groups")
    try require(
      groups.x <= 65_535 && groups.y <= 65_535, "\(groups.x) x \(groups.y) groups, at most 65535 x 65535")
    for (index, operand) in operands.enumerated() {
      let name = "operand \(index) (\(operand.storage.label))"
      try require(operand.byteCount > 0, "\(name) is empty")
      try require(
        operand.byteOffset % tensorAlignment == 0,
        "\(name) starts at byte \(operand.byteOffset), not a multiple of \(tensorAlignment)")
    }
    try checkOverlaps()
  }

  /// What a kernel writes is no other operand, whole or in part; but kernels that take each element alone may write over
  /// their first operands.
  private func checkOverlaps() throws(Refusal) {
    for (index, written) in operands.enumerated() where written.access != .read && !written.isStandIn {
      for (other, operand) in operands.enumerated()
      where other != index && !operand.isStandIn && operand.storage === written.storage
        && operand.byteRange.overlaps(written.byteRange)
        && !(other < kernel.replaceableOperands && operand.byteOffset == written.byteOffset)
      {
        throw Refusal(
          "\(written.storage.label) is written at bytes \(written.byteRange) (operand \(index)), where operand \(other) "
            + "has its bytes \(operand.byteRange)")
      }
    }
  }
}

/// Holds the structs and arrays that a Vulkan create-info points to, until the call is over.
///
/// Vulkan's structs are chains of pointers; nested `withUnsafePointer` closures would hide what is being asked for.
final class Arena {
  private var blocks: [UnsafeMutableRawPointer] = []

  fileprivate init() {}

  deinit {
    for block in blocks { block.deallocate() }
  }

  /// Copies one value; the address is good for the duration of ``withArena(_:)``.
  func copy<T: BitwiseCopyable>(_ value: T) -> UnsafeMutablePointer<T> {
    copy([value])
  }

  /// Copies an array; an empty one still has an address.
  func copy<T: BitwiseCopyable>(_ values: [T]) -> UnsafeMutablePointer<T> {
    let pointer = UnsafeMutablePointer<T>.allocate(capacity: max(1, values.count))
    pointer.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(pointer))
    return pointer
  }

  /// A C string.
  func string(_ text: String) -> UnsafePointer<CChar> {
    UnsafePointer(copy(Array(text.utf8CString)))
  }

  /// An array of C strings.
  func strings(_ texts: [String]) -> UnsafePointer<UnsafePointer<CChar>?> {
    UnsafePointer(copy(texts.map { Optional(string($0)) }))
  }
}

/// Runs `body` with an arena that outlives it.
func withArena<Result, Failure: Error>(
  _ body: (Arena) throws(Failure) -> Result
) throws(Failure) -> Result {
  let arena = Arena()
  defer { withExtendedLifetime(arena) {} }
  return try body(arena)
}

/// The text in a fixed-size C character array, which Swift imports as a tuple.
func text<T: BitwiseCopyable>(inTuple tuple: T) -> String {
  withUnsafeBytes(of: tuple) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}

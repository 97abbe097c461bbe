/// Arithmetic for counts that a caller makes of sizes from a file or a device: nothing traps.
///
/// A size below 0, a size of `Int.max`, and a result that an `Int` cannot hold give `Int.max`: no backend has so many
/// elements, so the allocation that follows throws.
enum SizeArithmetic {
  static func product(_ sizes: Int...) -> Int {
    var product = 1
    for size in sizes {
      let (next, overflows) = product.multipliedReportingOverflow(by: size)
      if size < 0 || size == .max || overflows { return .max }
      product = next
    }
    return product
  }

  static func sum(_ sizes: Int...) -> Int {
    var sum = 0
    for size in sizes {
      let (next, overflows) = sum.addingReportingOverflow(size)
      if size < 0 || overflows { return .max }
      sum = next
    }
    return sum
  }

  /// Groups of `groupSize`, of which there is at least one, that hold `size`.
  static func groups(of groupSize: Int, holding size: Int) -> Int {
    guard size >= 0, groupSize >= 1 else { return .max }
    return size / groupSize + (size % groupSize == 0 ? 0 : 1)
  }
}

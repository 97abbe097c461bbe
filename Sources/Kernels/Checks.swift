/// Misuse traps: the caller passed shapes that do not belong together.
@inline(__always)
func require(_ condition: Bool, _ kernel: String, _ message: @autoclosure () -> String) {
  precondition(condition, "\(kernel): \(message())")
}

/// Traps unless `tensor` holds at least `count` elements.
func require<T>(_ tensor: Tensor<T>, _ count: Int, _ kernel: String, _ operand: String) {
  precondition(
    tensor.count >= count,
    "\(kernel): \(operand) holds \(tensor.count) elements, \(count) are needed (\(tensor.storage.label))")
}

import Numerics
import ShaderInterface
import ShaderLibrary
import VulkanCompute

/// Asks a device for the arithmetic that the numeric contract relies on, and compares it with the CPU's.
enum ContractProbe {
  /// What each result word of the probe kernel is.
  private static let operations = [
    "addition", "subtraction", "multiplication", "multiply, then add", "floor", "rounding to 13 bits",
    "unpacking of the low half", "unpacking of the high half", "exact product plus one", "conversion to f16",
    "exp",
    "reciprocal", "reciprocal square root", "sigmoid", "comparison", "conversion to integer", "log",
  ]
  /// Results that are defined for subnormal inputs too.
  private static let definedForSubnormals: Set<Int> = [5, 9, 13]

  /// The operations that differ from the contract; empty for an exact device.
  static func failures(on device: Device) throws(VulkanError) -> [String] {
    guard let module = ShaderLibrary.modules["probe"] else {
      return ["the probe kernel is missing from this build"]
    }
    let pairs = inputs()
    let words = operations.count
    let input = try Buffer<UInt32>(device, count: pairs.count * 2, label: "probe pairs")
    let output = try Buffer<UInt32>(device, count: pairs.count * words, label: "probe results")
    try device.upload(pairs.flatMap { [$0.0, $0.1] }, to: input.view)
    let pipeline = try device.pipeline(
      module.name, spirv: module.words, constantByteCount: module.pushConstantBytes,
      bindingCount: module.bindings.count)
    var recorder = CommandRecorder(device, label: "probe")
    recorder.dispatch(
      pipeline, groups: (UInt32((pairs.count + 63) / 64), 1, 1), constants: [],
      operands: [.read(input.view), .write(output.view)])
    try device.submit(recorder.finish()).wait()
    let results: [UInt32] = try device.download(output.view)
    var failed = Set<Int>()
    for (i, pair) in pairs.enumerated() {
      let a = Float(bitPattern: pair.0)
      for (word, expected) in expectation(a, Float(bitPattern: pair.1)).enumerated()
      where results[i * words + word] != expected && !(a.isSubnormal && !definedForSubnormals.contains(word))
      {
        let bothNaN = Float(bitPattern: expected).isNaN && Float(bitPattern: results[i * words + word]).isNaN
        if !(bothNaN && word < 9) { failed.insert(word) }
      }
    }
    return failed.sorted().map { operations[$0] }
  }

  /// Pairs whose sums and products stay normal, then some with a subnormal first value.
  private static func inputs() -> [(UInt32, UInt32)] {
    var pairs: [(UInt32, UInt32)] = (0..<4096 as Range<UInt32>).map { i in
      let random = Philox.words(counter: [i, 0, 0, 0], key: [7, 11])
      func moderate(_ bits: UInt32, _ exponent: UInt32) -> UInt32 {
        (bits & 0x807f_ffff) | ((107 + exponent % 41) << 23)  // 2^-20 ... 2^20
      }
      return (moderate(random[0], random[2]), moderate(random[1], random[3]))
    }
    pairs += (1...64 as ClosedRange<UInt32>).map { i in (i * 0x1_ffff, 0x3f80_0000) }
    return pairs
  }

  private static func expectation(_ a: Float, _ b: Float) -> [UInt32] {
    let magnitude = abs(a)
    let thirteen = rounded(a, to: ACTIVATION_BITS_F16)
    let low = float(half: UInt16(truncatingIfNeeded: b.bitPattern))
    let high = float(half: UInt16(truncatingIfNeeded: b.bitPattern >> 16))
    let product = thirteen * low
    let square = a * b
    return [
      (a + b).bitPattern, (a - b).bitPattern, (a * b).bitPattern, (a + square).bitPattern,
      a.rounded(.down).bitPattern, thirteen.bitPattern, low.bitPattern, high.bitPattern,
      (1 + product).bitPattern,
      UInt32(halfBits(of: a)), expNonPositive(-magnitude).bitPattern, reciprocal(magnitude).bitPattern,
      reciprocalRoot(magnitude).bitPattern, sigmoid(a).bitPattern,
      (a > b ? 1 : 0) | (a >= b ? 2 : 0) | (a == b ? 4 : 0),
      magnitude < 2_147_483_648 ? UInt32(magnitude) : 0, logPositive(magnitude).bitPattern,
    ]
  }
}

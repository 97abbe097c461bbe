import Kernels

extension KernelCase {
  /// Temperatures and shares of rows, some at the ends of their ranges, some beyond.
  public static func warpRows(
    _ base: Warp, rows: Int, hasTemperatures: Bool, hasTopP: Bool, random: inout CaseRandom
  ) -> KernelCase {
    KernelCase(
      "rows \(rows), temperatures \(hasTemperatures), topP \(hasTopP)",
      [
        .floats("temperatures", [rows], random.temperatures(rows), role: hasTemperatures ? .input : .unused),
        .floats("topP", [rows], random.shares(rows), role: hasTopP ? .input : .unused),
        .output("warps", .word, [rows, Warp.wordCount]),
      ]
    ) { list, o in
      list.warpRows(
        base, temperatures: hasTemperatures ? o.floats("temperatures") : nil,
        topP: hasTopP ? o.floats("topP") : nil, out: o.words("warps"), rows: rows)
    }
  }
}

extension CaseRandom {
  fileprivate mutating func temperatures(_ count: Int) -> [Float] {
    let ends = [0x1p-20, 0x1p60].flatMap { [($0 as Float).nextDown, $0, $0.nextUp] }
    return (0..<count).map { _ in
      switch below(6) {
      case 0: element(ends)
      case 1: element([0, -0.0, -1, .nan, .infinity, -.infinity, 0x1p-133, .greatestFiniteMagnitude])
      case 2: float(-24...64)
      default: unit() * 2
      }
    }
  }

  fileprivate mutating func shares(_ count: Int) -> [Float] {
    let ends = [0, 0x1p-64, 0x1p-32, 0.5, 1].flatMap { [($0 as Float).nextDown, $0, $0.nextUp] }
    return (0..<count).map { _ in
      switch below(6) {
      case 0: element(ends)
      case 1: element([-0.0, -0.1, .nan, .infinity, -.infinity, 0x1p-133, -0x1p-133, 2])
      case 2: abs(float(-70...(-1)))
      default: unit()
      }
    }
  }
}

let warpRowsFamilies = [("both", true, true), ("temperatures", true, false), ("topP", false, true)].map {
  name, hasTemperatures, hasTopP in
  CaseFamily(.warpRows, name) { random in
    let base = Warp(
      temperature: random.element([1, 0.7, 1e-6]), topK: random.oneIn(2) ? random.length(300) : nil,
      topP: random.oneIn(2) ? 0.9 : nil, minP: random.oneIn(2) ? 0.05 : nil,
      typicalP: random.oneIn(2) ? 0.8 : nil)
    return .warpRows(
      base, rows: random.length(300), hasTemperatures: hasTemperatures, hasTopP: hasTopP, random: &random)
  }
}

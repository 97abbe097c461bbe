import ShaderInterface

/// From these ``Tuning`` chooses the lanes of a group that walks `count` tokens or nodes: few for short rows, since every lane
/// waits at every barrier.
func walkLanes(_ count: Int, least: UInt32 = 1) -> [UInt32] { [UInt32(count), least] }

/// From these ``Tuning`` chooses the lanes of a kernel over rows: the caller's wish, 0 for none, and the least that the work needs.
///
/// llvmpipe ends an invocation's loops after 65,535 passes of all of them (see ``LoopPasses``): `passes` over a lane's tokens
/// stay below.
func rowLanes(_ lanes: Int?, _ vocabulary: Int, passes: Int) throws(Refusal) -> [UInt32] {
  var least = 4
  while vocabulary * passes > 60_000 * least { least *= 2 }
  guard let lanes else { return [0, UInt32(least)] }
  try require([4, 8, 16, 32, 64, 128, 256].contains(lanes), "\(lanes) lanes; 4, 8, 16 ... 256 are possible")
  try require(lanes >= least, "\(lanes) lanes for \(vocabulary) tokens, at least \(least) are needed")
  return [UInt32(lanes), UInt32(least)]
}

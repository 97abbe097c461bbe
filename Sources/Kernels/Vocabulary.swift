/// Lanes of a group that walks `count` tokens or nodes: few for short rows, since every lane waits at every barrier.
func walkLanes(_ count: Int) -> UInt32 { count <= 512 ? 32 : 256 }

/// What ``Tuning`` makes the lanes of a kernel from whose groups may have any number: the caller's choice, 0 for none, and the
/// vocabulary.
func rowLanes(_ lanes: Int?, _ vocabulary: Int) throws(Refusal) -> [UInt32] {
  guard let lanes else { return [0, UInt32(vocabulary)] }
  try require([4, 8, 16, 32, 64, 128, 256].contains(lanes), "\(lanes) lanes; 4, 8, 16 ... 256 are possible")
  try require(
    lanes >= leastLanes(vocabulary), "\(lanes) lanes for \(vocabulary) tokens, at most 2048 tokens a lane")
  return [UInt32(lanes), UInt32(vocabulary)]
}

/// llvmpipe ends an invocation's loops after 65,535 iterations of all of them together: a lane gets at most 2,048 tokens.
func leastLanes(_ vocabulary: Int) -> Int {
  var lanes = 4
  while vocabulary > 2048 * lanes { lanes *= 2 }
  return lanes
}

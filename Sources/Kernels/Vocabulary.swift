/// Lanes of a group that walks `count` tokens or nodes: few for short rows, since every lane waits at every barrier.
func walkLanes(_ count: Int) -> UInt32 { count <= 512 ? 32 : 256 }

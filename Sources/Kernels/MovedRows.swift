/// How groups of 64 lanes share rows that are moved whole: rowLanes.glsl.
struct MovedRows {
  /// Groups in x and y, and the shader's specialization.
  let groups: (x: Int, y: Int)
  let specialization: [UInt32]

  init(count: Int, columns: Int) {
    var lanes = 1  // that share a row
    while lanes < min(columns, 64) { lanes *= 2 }
    let words = columns > 64 ? 4 : 1  // of a lane
    let (rows, most) = (64 / lanes, 65_535)
    let wanted = (count + rows - 1) / rows
    groups = ((columns + lanes * words - 1) / (lanes * words), min(wanted, most))
    specialization = [UInt32(lanes), UInt32(words), wanted > most ? 1 : 0]
  }
}

import Kernels

/// Working memory of a pass, reused by every layer.
struct ActivationBuffers {
  let residual: Tensor<Float>  // [rows][hidden]
  let normed: Tensor<Float>  // [rows][hidden]
  let projected: Tensor<Float>  // [rows][(heads + 2 * keyHeads) * headSize]
  let rotated: Tensor<Float>  // [rows][(heads + keyHeads) * headSize], key columns unused
  let attended: Tensor<Float>  // [rows][heads * headSize]
  let gateUp: Tensor<Float>  // [rows][2 * intermediate]
  let activated: Tensor<Float>  // [rows][intermediate]

  init(backend: any Backend, shape: ModelConfiguration, rows: Int) throws(BackendError) {
    residual = try backend.makeTensor(rows * shape.hiddenSize, "residual rows")
    normed = try backend.makeTensor(rows * shape.hiddenSize, "normed rows")
    projected = try backend.makeTensor(
      rows * (shape.headCount + 2 * shape.keyValueHeadCount) * shape.headSize, "query, key and value rows")
    rotated = try backend.makeTensor(
      rows * (shape.headCount + shape.keyValueHeadCount) * shape.headSize, "rotated rows")
    attended = try backend.makeTensor(rows * shape.headCount * shape.headSize, "attention rows")
    gateUp = try backend.makeTensor(rows * 2 * shape.intermediateSize, "gate and up rows")
    activated = try backend.makeTensor(rows * shape.intermediateSize, "activated rows")
  }
}

/// Working memory of the blockwise heads.
struct HeadBuffers {
  let root: Tensor<Float>  // [hidden]
  let sum: Tensor<Float>  // [hidden]
  let gateUp: Tensor<Float>  // [2 * head intermediate]
  let activated: Tensor<Float>  // [head intermediate]
  let stacked: Tensor<Float>  // [heads][hidden]

  init(backend: any Backend, hidden: Int, intermediate: Int, heads: Int) throws(BackendError) {
    root = try backend.makeTensor(hidden, "head input")
    sum = try backend.makeTensor(hidden, "head sum")
    gateUp = try backend.makeTensor(2 * intermediate, "head gate and up")
    activated = try backend.makeTensor(intermediate, "head activation")
    stacked = try backend.makeTensor(heads * hidden, "head rows")
  }
}

import Kernels

/// One transformer block's weights on the backend.
struct ModelLayer: Sendable {
  let attentionNorm: Tensor<Float>  // [hidden]
  let queryKeyValue: PackedWeights  // [(heads + 2 * keyHeads) * headSize][hidden]
  let output: PackedWeights  // [hidden][heads * headSize]
  let mlpNorm: Tensor<Float>  // [hidden]
  let gateUp: PackedWeights  // [2 * intermediate][hidden]
  let down: PackedWeights  // [hidden][intermediate]
}

/// A blockwise prediction head: hidden state of position t to token t + 2 + j, through the model's own output head.
struct DraftHead: Sendable {
  let gateUp: PackedWeights  // [2 * head intermediate][hidden]
  let down: PackedWeights  // [hidden][head intermediate]
}

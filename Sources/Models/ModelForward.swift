import Kernels
import ShaderInterface

extension ModelSession {
  /// Records one pass of the model over some in-flight rows.
  ///
  /// Rows r of ``hidden`` and, with `wantLogits`, of ``logits`` belong to in-flight row `firstRow + r`. Keys and values go to
  /// slot state length + in-flight row. A row's bits do not depend on the rows beside it, only on those that it sees.
  public func forward(_ commands: any CommandList, _ input: ForwardRows, wantLogits: Bool) {
    let shape = model.configuration
    let rows = input.rows
    guard (1...maximumRows).contains(rows) else {
      return commands.refuse(
        .invalidCall(kernel: "ModelSession.forward", reason: "\(rows) rows in a session for \(maximumRows)"))
    }
    commands.embeddingGather(
      tokens: input.tokens, table: model.embedding, out: buffers.residual, rows: rows,
      columns: shape.hiddenSize,
      vocabulary: shape.vocabularySize, firstRow: input.firstRow)
    for (layer, cache) in zip(model.layers, caches) {
      attend(commands, layer, cache, input)
      norm(commands, layer.mlpNorm, out: buffers.normed, rows: rows, for: layer.gateUp)
      commands.matmul(buffers.normed, layer.gateUp, out: buffers.gateUp, rows: rows)
      commands.swiglu(
        buffers.gateUp, out: buffers.activated, rows: rows, columns: shape.intermediateSize,
        significantBits: layer.down.format.activationBits)
      commands.matmul(buffers.activated, layer.down, out: buffers.residual, rows: rows, accumulate: true)
    }
    commands.rmsNorm(
      buffers.residual, weight: model.finalNorm, out: hidden, rows: rows, columns: shape.hiddenSize,
      epsilon: Float(shape.rmsNormEpsilon), significantBits: model.hiddenBits)
    if wantLogits {
      commands.matmul(hidden, model.outputHead, out: logits, rows: rows)
    }
  }

  /// Attention of one layer, added to the residual rows.
  private func attend(
    _ commands: any CommandList, _ layer: ModelLayer, _ cache: KeyValueCache, _ input: ForwardRows
  ) {
    let (shape, rows) = (model.configuration, input.rows)
    norm(commands, layer.attentionNorm, out: buffers.normed, rows: rows, for: layer.queryKeyValue)
    commands.matmul(buffers.normed, layer.queryKeyValue, out: buffers.projected, rows: rows)
    commands.rotaryAppend(
      projected: buffers.projected, table: rotaryTable, depths: input.depths, state: input.state,
      out: buffers.rotated, cache: cache, rows: rows, firstRow: input.firstRow, heads: shape.headCount,
      keyHeads: shape.keyValueHeadCount, headSize: shape.headSize)
    commands.treeAttention(
      query: buffers.rotated, cache: cache, mask: input.mask, state: input.state, out: buffers.attended,
      rows: rows, firstRow: input.firstRow, heads: shape.headCount, keyHeads: shape.keyValueHeadCount,
      headSize: shape.headSize, maskWords: input.maskWords, scale: shape.attentionScale,
      significantBits: layer.output.format.activationBits)
    commands.matmul(buffers.attended, layer.output, out: buffers.residual, rows: rows, accumulate: true)
  }

  private func norm(
    _ commands: any CommandList, _ weight: Tensor<Float>, out: Tensor<Float>, rows: Int,
    for matrix: PackedWeights
  ) {
    commands.rmsNorm(
      buffers.residual, weight: weight, out: out, rows: rows, columns: model.configuration.hiddenSize,
      epsilon: Float(model.configuration.rmsNormEpsilon), significantBits: matrix.format.activationBits)
  }

  /// Records the blockwise heads on the hidden row that gave the root its token: ``headLogits`` row j predicts depth j + 1
  /// (Stern et al., 2018).
  ///
  /// ``hidden`` still holds the pass that state's last node belongs to. Refused without heads.
  public func headLogits(_ commands: any CommandList, state: Tensor<UInt32>) {
    guard let headBuffers, let headLogits else {
      return commands.refuse(
        .invalidCall(kernel: "ModelSession.headLogits", reason: "the model has no draft heads"))
    }
    let hiddenSize = model.configuration.hiddenSize
    commands.gatherRow(hidden, state: state, out: headBuffers.root, rows: maximumRows, columns: hiddenSize)
    for (j, head) in model.heads.enumerated() {
      commands.copy(headBuffers.root, to: headBuffers.sum)
      commands.matmul(headBuffers.root, head.gateUp, out: headBuffers.gateUp, rows: 1)
      commands.swiglu(
        headBuffers.gateUp, out: headBuffers.activated, rows: 1, columns: head.down.inputs,
        significantBits: head.down.format.activationBits)
      commands.matmul(headBuffers.activated, head.down, out: headBuffers.sum, rows: 1, accumulate: true)
      commands.copy(headBuffers.sum, to: headBuffers.stacked[j * hiddenSize..<(j + 1) * hiddenSize])
    }
    commands.roundActivations(
      headBuffers.stacked, out: headBuffers.stacked, count: model.heads.count * hiddenSize,
      significantBits: model.outputHead.format.activationBits)
    commands.matmul(headBuffers.stacked, model.outputHead, out: headLogits, rows: model.heads.count)
  }
}

import Foundation
import Models

/// The model in Double, written from its definition without any code of the library: what the numbers should nearly be.
struct DoubleLlama {
  let checkpoint: Checkpoint
  private var c: ModelConfiguration { checkpoint.configuration }

  /// Final normed hidden rows `[tokens][hidden]`.
  func hidden(_ tokens: [UInt32]) throws -> [[Double]] {
    let embedding = try matrix("model.embed_tokens", c.vocabularySize, c.hiddenSize)
    var x = tokens.map { embedding[Int($0)] }
    for layer in 0..<c.layerCount {
      let prefix = "model.layers.\(layer)."
      let normed = try norm(x, prefix + "input_layernorm")
      x = zip(x, try attention(normed, prefix + "self_attn.")).map(add)
      let second = try norm(x, prefix + "post_attention_layernorm")
      x = zip(x, try second.map { try mlp($0, prefix + "mlp.", c.intermediateSize) }).map(add)
    }
    return try norm(x, "model.norm")
  }

  /// `[tokens][vocabulary]`
  func logits(_ hidden: [[Double]]) throws -> [[Double]] {
    let head = try matrix(
      c.tiesWordEmbeddings ? "model.embed_tokens" : "lm_head", c.vocabularySize, c.hiddenSize)
    return hidden.map { product(head, $0) }
  }

  /// Head j over one hidden row, `[heads][vocabulary]`.
  func headLogits(_ hidden: [Double]) throws -> [[Double]] {
    let rows = try (0..<c.draftHeadCount).map { j in
      add(hidden, try mlp(hidden, "draft_heads.\(j).", c.draftHeadIntermediateSize))
    }
    return try logits(rows)
  }

  private func attention(_ x: [[Double]], _ prefix: String) throws -> [[Double]] {
    let (size, keys) = (c.headSize, c.keyValueHeadCount)
    let q = try project(x, prefix + "q_proj", c.headCount).enumerated().map { rotate($1, $0) }
    let k = try project(x, prefix + "k_proj", keys).enumerated().map { rotate($1, $0) }
    let v = try project(x, prefix + "v_proj", keys)
    let output = try matrix(prefix + "o_proj", c.hiddenSize, c.headCount * size)
    return x.indices.map { row in
      let joined = (0..<c.headCount).flatMap { head -> [Double] in
        let group = head / (c.headCount / keys)
        let scores = (0...row).map { dot(q[row][head], k[$0][group]) / Double(size).squareRoot() }
        let weights = scores.map { exp($0 - scores.max()!) }
        let total = weights.reduce(0, +)
        return (0..<size).map { d in
          zip(weights, v).reduce(0) { $0 + $1.0 * $1.1[group][d] } / total
        }
      }
      return product(output, joined)
    }
  }

  /// `[rows][heads][headSize]`
  private func project(_ x: [[Double]], _ name: String, _ heads: Int) throws -> [[[Double]]] {
    let weights = try matrix(name, heads * c.headSize, c.hiddenSize)
    return x.map { row in
      let flat = product(weights, row)
      return (0..<heads).map { Array(flat[$0 * c.headSize..<($0 + 1) * c.headSize]) }
    }
  }

  private func rotate(_ heads: [[Double]], _ position: Int) -> [[Double]] {
    let half = c.headSize / 2
    return heads.map { x in
      (0..<c.headSize).map { d in
        let angle = Double(position) * pow(c.ropeTheta, -2 * Double(d % half) / Double(c.headSize))
        return d < half
          ? x[d] * cos(angle) - x[d + half] * sin(angle) : x[d] * cos(angle) + x[d - half] * sin(angle)
      }
    }
  }

  private func mlp(_ x: [Double], _ prefix: String, _ width: Int) throws -> [Double] {
    let gate = product(try matrix(prefix + "gate_proj", width, c.hiddenSize), x)
    let up = product(try matrix(prefix + "up_proj", width, c.hiddenSize), x)
    return product(
      try matrix(prefix + "down_proj", c.hiddenSize, width), zip(gate, up).map { $0 / (1 + exp(-$0)) * $1 })
  }

  private func norm(_ x: [[Double]], _ name: String) throws -> [[Double]] {
    let weights = try checkpoint.tensor(name + ".weight", shape: [c.hiddenSize]).floats().map { Double($0) }
    return x.map { row in
      let scale = 1 / (dot(row, row) / Double(row.count) + c.rmsNormEpsilon).squareRoot()
      return zip(row, weights).map { $0 * scale * $1 }
    }
  }

  private func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> [[Double]] {
    let floats = try checkpoint.tensor(name + ".weight", shape: [rows, columns]).floats().map { Double($0) }
    return (0..<rows).map { Array(floats[$0 * columns..<($0 + 1) * columns]) }
  }

  private func product(_ matrix: [[Double]], _ x: [Double]) -> [Double] { matrix.map { dot($0, x) } }
  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
  private func add(_ a: [Double], _ b: [Double]) -> [Double] { zip(a, b).map { $0 + $1 } }
}

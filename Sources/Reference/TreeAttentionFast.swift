import Dispatch
import Numerics
import ShaderInterface

// The bits of TreeAttention.swift, vectorised across the keys of a chunk for scores and across the elements of
// a head for values; threads take (key head, rows) pairs.
extension Reference {
  /// As ``treeAttention(_:query:keys:values:mask:state:depths:owners:pages:out:)``, fast.
  public static func treeAttentionFast(
    _ p: ShaderInterface.TreeAttention, query: UnsafeBufferPointer<Float>,
    keys: UnsafeBufferPointer<UInt32>, values: UnsafeBufferPointer<UInt32>,
    mask: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    depths: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    pages: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let visible = VisibleKeys(p, mask: mask, state: state, depths: depths, owners: owners, pages: pages)
    nonisolated(unsafe) let operands = (query: query, keys: keys, values: values, visible: visible, out: out)
    let keyHeads = Int(p.keyHeads)
    let parts = min(Int(p.rows), max(1, 8 / keyHeads))
    DispatchQueue.concurrentPerform(iterations: keyHeads * parts) { task in
      let part = task / keyHeads
      let rows = part * Int(p.rows) / parts..<(part + 1) * Int(p.rows) / parts
      let heads = KeyHead(
        p: p, index: task % keyHeads, query: operands.query,
        cachedKeys: CacheElements(operands.keys, of: p), cachedValues: CacheElements(operands.values, of: p),
        out: operands.out)
      heads.run(rows: rows, operands.visible)
    }
  }
}

/// The query heads that share one key head.
private struct KeyHead {
  let p: ShaderInterface.TreeAttention
  let index: Int
  let query: UnsafeBufferPointer<Float>
  let cachedKeys, cachedValues: CacheElements
  let out: UnsafeMutableBufferPointer<Float>

  typealias Vector = SIMD16<Float>
  static var lanes: Int { 16 }
  static var chunk: Int { Int(ATTENTION_CHUNK) }
  static var span: Int { chunk * Int(ATTENTION_SPAN) }

  var size: Int { Int(p.headSize) }
  /// headSize in vectors, rounded up; the padding is zero.
  var vectors: Int { (size + Self.lanes - 1) / Self.lanes }

  /// Unpacked keys and values of 64 slots.
  struct Chunk {
    let keys: UnsafeMutablePointer<Vector>  // [headSize][64 keys]
    let values: UnsafeMutablePointer<Vector>  // [64 keys][headSize, padded]
    let scores: UnsafeMutablePointer<Vector>  // [64 keys], then [64 keys] of partial sums
    let part: UnsafeMutablePointer<Vector>  // [headSize, padded]
  }

  /// Chunk outermost: rows whose keys in it are the same slots share the unpacked keys.
  func run(rows: Range<Int>, _ visible: VisibleKeys) {
    let group = Int(p.heads) / Int(p.keyHeads)
    let slots = rows.map { visible.slots(row: $0) }
    let keyVectors = Self.chunk / Self.lanes
    let outputs = rows.count * group
    let capacity = (size + 2) * keyVectors + (Self.chunk + 1 + 2 * outputs) * vectors
    // Of the spans before the last one, and of the last one.
    var sums = [(m: Float, l: Float)](repeating: (-.infinity, 0), count: outputs)
    var spanSums = sums
    withUnsafeTemporaryAllocation(of: Vector.self, capacity: capacity) { memory in
      memory.initialize(repeating: .zero)
      let keys = memory.baseAddress!
      let values = keys + size * keyVectors
      let scores = values + Self.chunk * vectors
      let part = scores + 2 * keyVectors
      let running = part + vectors  // [row][head of the group][headSize, padded]
      let span = running + outputs * vectors  // likewise
      let chunk = Chunk(keys: keys, values: values, scores: scores, part: part)
      for start in stride(from: 0, to: slots.map(\.count).max() ?? 0, by: Self.chunk) {
        var loaded: ArraySlice<Int?> = []
        for r in slots.indices.reversed() where start < slots[r].count {  // causal: longest first
          let wanted = slots[r][start..<min(start + Self.chunk, slots[r].count)]
          if !loaded.starts(with: wanted) {
            loaded = wanted
            load(loaded, to: chunk)
          }
          for g in 0..<group {
            let output = r * group + g
            let head = index * group + g
            let (m, l) = attend(row: rows.lowerBound + r, head: head, wanted, chunk)
            if start % Self.span != 0 {
              merge((m, l), chunk.part, into: &spanSums[output], span + output * vectors)
              continue
            }
            addSpan(output, spansBefore: start / Self.span, spanSums, span, to: &sums, running)
            spanSums[output] = (m, l)
            (span + output * vectors).update(from: chunk.part, count: vectors)
          }
        }
      }
      for r in slots.indices {
        let spansBefore = (slots[r].count + Self.span - 1) / Self.span
        for g in 0..<group {
          let output = r * group + g
          addSpan(output, spansBefore: spansBefore, spanSums, span, to: &sums, running)
          store(
            running + output * vectors, sums[output], row: rows.lowerBound + r, head: index * group + g)
        }
      }
    }
  }

  /// Missing slots become zeros.
  private func load(_ slots: ArraySlice<Int?>, to chunk: Chunk) {
    let keys = UnsafeMutableRawPointer(chunk.keys).assumingMemoryBound(to: Float.self)
    let values = UnsafeMutableRawPointer(chunk.values).assumingMemoryBound(to: Float.self)
    for (t, slot) in slots.enumerated() {
      for d in 0..<size {
        let column = index * size + d
        keys[d * Self.chunk + t] = slot.map { cachedKeys.value(slot: $0, column: column) } ?? 0
        values[t * vectors * Self.lanes + d] = slot.map { cachedValues.value(slot: $0, column: column) } ?? 0
      }
    }
  }

  /// Maximum and sum of one chunk; its weighted values go to `chunk.part`.
  private func attend(row: Int, head: Int, _ slots: ArraySlice<Int?>, _ chunk: Chunk) -> (m: Float, l: Float)
  {
    let count = slots.count
    let q = query.baseAddress! + row * Int(p.queryColumns) + head * size
    let keyVectors = Self.chunk / Self.lanes
    let scores = chunk.scores
    let partial = scores + keyVectors
    scores.update(repeating: .zero, count: keyVectors)
    for start in Swift.stride(from: 0, to: size, by: Int(DOT_CHUNK)) {
      partial.update(repeating: .zero, count: keyVectors)
      for d in start..<min(start + Int(DOT_CHUNK), size) {
        let a = Vector(repeating: q[d])
        for i in 0..<keyVectors { partial[i] = partial[i] + a * chunk.keys[d * keyVectors + i] }
      }
      for i in 0..<keyVectors { scores[i] = scores[i] + partial[i] }
    }
    let s = UnsafeMutableRawPointer(scores).assumingMemoryBound(to: Float.self)
    var m = leastMaximum(hasSlot: slots.contains { $0 != nil })
    for (t, slot) in slots.enumerated() {
      s[t] = slot == nil ? -.infinity : attentionScore(p, s[t])
      m = maximum(m, s[t])
    }
    var l: Float = 0
    for t in 0..<count {
      s[t] = rounded(expNonPositive(s[t] - m), to: ACTIVATION_BITS_F16)
      l = l + s[t]
    }
    for i in 0..<vectors {
      var sum = Vector.zero
      for t in 0..<count { sum = sum + Vector(repeating: s[t]) * chunk.values[t * vectors + i] }
      chunk.part[i] = sum
    }
    return (m, l)
  }

  /// Merges the last one of `spansBefore` spans of an output, if there is one.
  private func addSpan(
    _ output: Int, spansBefore: Int, _ spanSums: [(m: Float, l: Float)],
    _ span: UnsafeMutablePointer<Vector>, to sums: inout [(m: Float, l: Float)],
    _ running: UnsafeMutablePointer<Vector>
  ) {
    let (o, part) = (running + output * vectors, span + output * vectors)
    switch spansBefore {
    case 0: break
    case 1:
      sums[output] = spanSums[output]
      o.update(from: part, count: vectors)
    default: merge(spanSums[output], part, into: &sums[output], o)
    }
  }

  private func merge(
    _ next: (m: Float, l: Float), _ part: UnsafeMutablePointer<Vector>,
    into running: inout (m: Float, l: Float), _ o: UnsafeMutablePointer<Vector>
  ) {
    let n = maximum(running.m, next.m)
    let a = expNonPositive(running.m - n)
    let b = expNonPositive(next.m - n)
    running = (n, flush(running.l * a) + flush(next.l * b))
    for i in 0..<vectors {
      let kept = o[i] * Vector(repeating: a)
      let added = part[i] * Vector(repeating: b)
      for lane in 0..<Self.lanes { o[i][lane] = flush(kept[lane]) + flush(added[lane]) }
    }
  }

  private func store(_ o: UnsafeMutablePointer<Vector>, _ sums: (m: Float, l: Float), row: Int, head: Int) {
    let first = (row * Int(p.heads) + head) * size
    let scale = reciprocal(sums.l)
    for d in 0..<size {
      let value = o[d / Self.lanes][d % Self.lanes]
      out[first + d] = sums.m == -.infinity ? 0 : rounded(flush(value) * scale, to: p.significantBits)
    }
  }
}

import Numerics
import ShaderInterface

extension Reference {
  /// Softmax attention of in-flight rows over the committed slots and the in-flight rows that they see.
  ///
  /// Keys come in chunks of `ATTENTION_CHUNK`; a chunk has a maximum, a sum and weighted values, summed in key
  /// order from +0; the chunks of a span are merged in order, then the spans (Milakov and Gimelshein, "Online
  /// normalizer calculation for softmax", 2018). `query`: f32 [rows] with a stride of queryColumns; `keys`, `values`:
  /// words [slots][rowWords]; `mask`: u32 [in-flight rows][maskWords]; `state`: u32 [sequences][STATE_WORDS]; `depths`:
  /// u32 [in-flight rows]; `owners`: u32 [firstRow + rows]; `pages`: u32 [sequences][pagesPerSequence];
  /// `out`: f32 [rows][heads * headSize].
  public static func treeAttention(
    _ p: ShaderInterface.TreeAttention, query: UnsafeBufferPointer<Float>,
    keys: UnsafeBufferPointer<UInt32>, values: UnsafeBufferPointer<UInt32>,
    mask: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    depths: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    pages: UnsafeBufferPointer<UInt32>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let visible = VisibleKeys(p, mask: mask, state: state, depths: depths, owners: owners, pages: pages)
    let size = Int(p.headSize)
    let elements = (keys: CacheElements(keys, of: p), values: CacheElements(values, of: p))
    forEachHead(p, query: query, elements, visible) { place, spans in
      let row = SoftmaxChunk.attention(of: spans, size: size, significantBits: p.significantBits)
      for d in 0..<size { out[place * size + d] = row[d] }
    }
  }

  /// The spans of ``treeAttention(_:query:keys:values:mask:state:depths:owners:pages:out:)``, apart.
  ///
  /// `parts`: f32 [rows][heads][spans][headSize + 4]: weighted values, maximum, sum, 1 if the span exists.
  public static func attentionSpans(
    _ p: ShaderInterface.TreeAttention, query: UnsafeBufferPointer<Float>,
    keys: UnsafeBufferPointer<UInt32>, values: UnsafeBufferPointer<UInt32>,
    mask: UnsafeBufferPointer<UInt32>, state: UnsafeBufferPointer<UInt32>,
    depths: UnsafeBufferPointer<UInt32>, owners: UnsafeBufferPointer<UInt32>,
    pages: UnsafeBufferPointer<UInt32>,
    parts: UnsafeMutableBufferPointer<Float>
  ) {
    let visible = VisibleKeys(p, mask: mask, state: state, depths: depths, owners: owners, pages: pages)
    let (size, width) = (Int(p.headSize), Int(p.headSize + PART_WORDS))
    let elements = (keys: CacheElements(keys, of: p), values: CacheElements(values, of: p))
    forEachHead(p, query: query, elements, visible) { place, spans in
      for c in 0..<Int(p.spans) {
        let to = (place * Int(p.spans) + c) * width
        let tail = to + size
        guard c < spans.count else {
          parts[tail + Int(PART_EXISTS)] = 0
          continue
        }
        for d in 0..<size { parts[to + d] = spans[c].o[d] }
        parts[tail + Int(PART_MAXIMUM)] = spans[c].m
        parts[tail + Int(PART_SUM)] = spans[c].l
        parts[tail + Int(PART_EXISTS)] = 1
        parts[tail + Int(PART_WORDS) - 1] = 0
      }
    }
  }

  /// Joins spans in order. `parts`: as ``attentionSpans(_:query:keys:values:mask:state:depths:owners:pages:parts:)``
  /// writes them; `out`: f32 [rows][heads * headSize].
  public static func attentionMerge(
    _ p: ShaderInterface.AttentionMerge, parts: UnsafeBufferPointer<Float>,
    out: UnsafeMutableBufferPointer<Float>
  ) {
    let (size, width) = (Int(p.headSize), Int(p.headSize + PART_WORDS))
    for place in 0..<Int(p.rows * p.heads) {
      var spans: [SoftmaxChunk] = []
      for c in 0..<Int(p.spans) {
        let from = (place * Int(p.spans) + c) * width
        let tail = from + size
        if parts[tail + Int(PART_EXISTS)] == 0 { break }
        spans.append(
          SoftmaxChunk(
            m: parts[tail + Int(PART_MAXIMUM)], l: parts[tail + Int(PART_SUM)], o: Array(parts[from..<tail])))
      }
      let row = SoftmaxChunk.attention(of: spans, size: size, significantBits: p.significantBits)
      for d in 0..<size { out[place * size + d] = row[d] }
    }
  }

  /// Hands over the spans of every row and head; `place` = row * heads + head.
  private static func forEachHead(
    _ p: ShaderInterface.TreeAttention, query: UnsafeBufferPointer<Float>,
    _ elements: (keys: CacheElements, values: CacheElements), _ visible: VisibleKeys,
    _ body: (_ place: Int, [SoftmaxChunk]) -> Void
  ) {
    let (heads, size) = (Int(p.heads), Int(p.headSize))
    for r in 0..<Int(p.rows) {
      let slots = visible.slots(row: r)
      for h in 0..<heads {
        let q = r * Int(p.queryColumns) + h * size
        let first = h / (heads / Int(p.keyHeads)) * size
        let chunks = stride(from: 0, to: slots.count, by: Int(ATTENTION_CHUNK)).map { start in
          let chunk = Array(slots[start..<min(start + Int(ATTENTION_CHUNK), slots.count)])
          let scores = chunk.map { slot in
            guard let slot else { return -Float.infinity }
            let product = dot(count: size) { d in
              (query[q + d], elements.keys.value(slot: slot, column: first + d))
            }
            return attentionScore(p, product)
          }
          let hasSlot = chunk.contains { $0 != nil }
          return SoftmaxChunk(scores: scores, size: size, hasSlot: hasSlot) { t, d in
            chunk[t].map { elements.values.value(slot: $0, column: first + d) } ?? 0
          }
        }
        body(r * heads + h, SoftmaxChunk.spans(of: chunks))
      }
    }
  }
}

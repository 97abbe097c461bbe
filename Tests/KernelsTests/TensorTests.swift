import Kernels
import Testing

extension KernelsTests {
  @Suite struct TensorTests {
    @Test func `A slice names its bytes`() throws {
      let backend = ReferenceBackend()
      let whole = try backend.makeTensor((0..<200).map { UInt32($0) }, "numbers")
      let slice = whole[64..<128]
      #expect(slice.byteOffset == 256 && slice.count == 64 && slice.byteCount == 256)
      let inner = slice[10..<12]
      #expect(inner.byteOffset == 296)
      #expect(try backend.read(inner) == [74, 75])
      try backend.write([1, 2], to: inner)
      #expect(try backend.read(whole)[73..<77] == [73, 1, 2, 76])
      #expect(whole[5..<5].byteCount == 0)
    }

    @Test func `Floats become pairs of halves`() throws {
      let backend = ReferenceBackend()
      let halves = try backend.makeHalves([1, -2, 1 + 0x1p-11, 65_520, 0x1.8p-24], "halves")
      #expect(try backend.read(halves) == [0xc000_3c00, 0x7c00_3c00, 0x0000_0002])
      #expect(try backend.makeHalves([], "none").count == 0)
      let table = try backend.makeHalves([1, 2, 3, 4], "table")
      let tokens = try backend.makeTensor([1] as [UInt32], "tokens")
      let out: Tensor<Float> = try backend.makeTensor(2, "out")
      try backend.run("embedding") {
        $0.embeddingGather(tokens: tokens, table: table, out: out, rows: 1, columns: 2, vocabulary: 2)
      }
      #expect(try backend.read(out) == [3, 4])
    }

    @Test func `Fresh memory is zero`() throws {
      let tensor: Tensor<Float> = try ReferenceBackend().makeTensor(33, "fresh")
      #expect(try ReferenceBackend().read(tensor).allSatisfy { $0.bitPattern == 0 })
    }

    @Test func `A recording runs in order and again`() throws {
      let backend = ReferenceBackend()
      let a = try backend.makeTensor([1, 2, 3] as [Float], "a")
      let b = try backend.makeTensor([1, 1, 1] as [Float], "b")
      let copy: Tensor<Float> = try backend.makeTensor(3, "copy")
      let recording = try backend.record("twice") { list in
        list.residualAdd(a, b, out: a, count: 3)
        list.copy(a, to: copy)
        list.residualAdd(a, copy, out: a, count: 3)
      }
      try recording.run()
      #expect(try backend.read(a) == [4, 6, 8])
      try recording.run()
      #expect(try backend.read(a) == [10, 14, 18])
      #expect(try backend.read(copy) == [5, 7, 9])
    }

    @Test func `Packed weights are padded to whole tiles and groups`() {
      #expect(PackedWeights.wordCount(.f16, outputs: 1, inputs: 1) == 32 * 4)
      #expect(PackedWeights.wordCount(.f16, outputs: 33, inputs: 9) == 64 * 2 * 4)
      #expect(PackedWeights.wordCount(.f32, outputs: 32, inputs: 5) == 32 * 2 * 4)
    }
  }

  /// A slice beyond its tensor traps, like a collection's; calls that do not fit are typed errors.
  @Suite struct MisuseTests {
    @Test func `A slice beyond its tensor`() async {
      await #expect(processExitsWith: .failure) {
        let tensor: Tensor<Float> = try ReferenceBackend().makeTensor(4, "four")
        _ = tensor[2..<5]
      }
    }

    @Test func `An operand that is not aligned`() throws {
      let backend = ReferenceBackend()
      let x: Tensor<Float> = try backend.makeTensor(100, "x")
      expectRefusal("roundActivations: operand 0 (x) starts at byte 4, not a multiple of 256", backend) {
        $0.roundActivations(x[1..<9], out: x, count: 8, significantBits: 13)
      }
    }

    @Test func `An output that is too small`() throws {
      let backend = ReferenceBackend()
      let x: Tensor<Float> = try backend.makeTensor(64, "x")
      let out: Tensor<Float> = try backend.makeTensor(63, "out")
      expectRefusal("swiglu: x holds 64 elements, 128 are needed (x)", backend) {
        $0.swiglu(x, out: out, rows: 1, columns: 64)
      }
    }

    @Test func `A tile that is not built`() throws {
      let backend = ReferenceBackend()
      let words: Tensor<UInt32> = try backend.makeTensor(128, "weights")
      let weights = PackedWeights(words: words, format: .f16, outputs: 1, inputs: 1)
      let x: Tensor<Float> = try backend.makeTensor(3, "x")
      expectRefusal("matmulF16: 17 rows a group", backend) {
        $0.matmul(x, weights, out: x, rows: 3, rowsPerGroup: 17)
      }
    }

    @Test func `Rows that a weight format does not take`() throws {
      let backend = ReferenceBackend()
      let words: Tensor<UInt32> = try backend.makeTensor(192, "weights")
      let x: Tensor<Float> = try backend.makeTensor(1, "x")
      let bytes = PackedWeights(words: words, format: .int8, outputs: 1, inputs: 1)
      expectRefusal("matmulInt8: int8 weights take rows of quantizeRows", backend) {
        $0.matmul(x, bytes, out: x, rows: 1)
      }
      let halves = PackedWeights(words: words, format: .f16, outputs: 1, inputs: 1)
      expectRefusal("matmulF16: f16 weights take rows of floats", backend) {
        $0.matmul(words, halves, out: x, rows: 1)
      }
      let blocks = PackedWeights(
        words: try backend.makeTensor(1408, "blocks"), format: .q8, outputs: 1, inputs: 129)
      expectRefusal("matmulQ8Int8: x holds 71 elements, 72 are needed", backend) {
        $0.matmul(words[0..<71], blocks, out: x, rows: 1)
      }
      let long = PackedWeights(words: words, format: .f16, outputs: 256, inputs: 1)
      expectRefusal("matmulF16: weights holds 192 elements, 1024 are needed", backend) {
        $0.matmul(x, long, out: x, rows: 1)
      }
    }

    @Test func `Heads that key heads do not divide`() throws {
      let backend = ReferenceBackend()
      let cache = try KeyValueCache(backend: backend, slots: 4, keyColumns: 4, label: "cache")
      let words: Tensor<UInt32> = try backend.makeTensor(64, "words")
      let floats: Tensor<Float> = try backend.makeTensor(64, "floats")
      expectRefusal("treeAttention: 3 heads, 2 key heads of 2", backend) {
        $0.treeAttention(
          query: floats, cache: cache, mask: words, state: words, out: floats, rows: 1, heads: 3, keyHeads: 2,
          headSize: 2, maskWords: 0, scale: 1)
      }
    }

    @Test(
      arguments: [
        (KeyValueFormat.q8, 1, 84, "heads of 84 in q8_0, multiples of 8 up to 256 are possible"),
        (.q8, 8, 20, "heads of 20 in q8_0, multiples of 8 up to 256 are possible"),
        (.f16, 2, 258, "heads of 258 in f16, multiples of 2 up to 256 are possible"),
        (.bf16, 2, 0, "heads of 0 in bf16, multiples of 2 up to 256 are possible"),
      ])
    func `Heads that a cache cannot hold`(format: KeyValueFormat, heads: Int, size: Int, reason: String)
      throws
    {
      let backend = ReferenceBackend()
      let words: Tensor<UInt32> = try backend.makeTensor(2048, "words")
      let floats: Tensor<Float> = try backend.makeTensor(2048, "floats")
      let cache = KeyValueCache(
        keys: words, values: words, slots: 2, keyColumns: heads * size, format: format)
      expectRefusal("treeAttention: \(reason)", backend) {
        $0.treeAttention(
          query: floats, cache: cache, mask: words, state: words, out: floats, rows: 1, heads: heads,
          keyHeads: heads, headSize: size, maskWords: 0, scale: 1)
      }
    }

    @Test func `A temperature of zero`() throws {
      let backend = ReferenceBackend()
      let logits: Tensor<Float> = try backend.makeTensor(8, "logits")
      let rows = try DistributionRows(backend: backend, rows: 1, vocabulary: 8, label: "law")
      expectRefusal("distribution: temperature 0", backend) {
        $0.distribution(logits, warp: Warp(temperature: 0), out: rows, rows: 1)
      }
    }

    @Test func `Another backend's memory`() throws {
      let tensor = try Tensor<Float>(storage: Storage(byteCount: 64, label: "nobody's"), count: 16)
      expectRefusal("residualAdd: nobody's belongs to another backend", ReferenceBackend()) {
        $0.residualAdd(tensor, tensor, out: tensor, count: 16)
      }
    }
  }
}

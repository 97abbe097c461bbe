import Kernels
import ShaderInterface
import Testing

@testable import Conformance

extension KernelsTests {
  /// Row i of M rows gives the bits that it gives alone, for every kernel that works on rows.
  @Suite(.needsDevice) struct RowInvarianceTests {
    /// Kernels whose rows are tested elsewhere, or which have none.
    static let others: [Kernel: String] = [
      .matmulF32: "MatmulTests", .matmulF16: "MatmulTests", .matmulBf16: "MatmulTests",
      .matmulQ8: "MatmulTests", .matmulQ4: "MatmulTests", .matmulInt8: "MatmulTests",
      .matmulQ8Int8: "MatmulTests", .matmulQ4Int8: "MatmulTests",
      .sortChoices: "MatmulTests: no product depends on its order", .treeAttention: "TreeAttentionTests",
      .attentionSpans: "AttentionBatchTests", .attentionMerge: "AttentionBatchTests",
      .treeScan: "ScanTests", .treeConvolution: "ScanTests", .drawChildren: "below", .penalties: "below",
      .allocatePages: "PageTests: its sequences share a pool", .releasePages: "PageTests",
      .forkPages: "PageTests", .copyPages: "PageTests",
    ]

    @Test func `Every kernel is tested for the invariance of rows or of sequences, or says why not`() {
      let tested = Set((rowKernels + rowsOfSequences + batchKernels).map(\.kernel))
      #expect(tested.union(Self.others.keys) == Set(Kernel.allCases))
    }

    @Test(arguments: rowKernels + rowsOfSequences)
    func `A row among others gives the bits that it gives alone`(kernel: UnitKernel) throws {
      try kernel.expectInvariance { size in
        var call = UnitCall(
          rows: 13, random: CaseRandom(seed: 11, family: "rows of \(kernel)", index: size))
        kernel.declare(&call, size)
        let all = Array(0..<call.units)
        let orders = [
          all, all.reversed(), [0, 1], [12, 3, 7], Array(all[2..<9]), all.shuffled(using: &call.random),
          (0..<67).map { $0 * 5 % 13 },
        ]
        return (call, orders.map { UnitPlaces($0, of: call) })
      }
    }

    /// Keyed by its number, a node draws what it draws only as that node.
    @Test(arguments: [false, true], DraftKeys.allCases)
    func `Parents draw the same children together, in parts and alone`(replacement: Bool, keys: DraftKeys)
      throws
    {
      let (parents, children, firstChild) = (11, 3, 13)
      try withDevice { backend in
        for vocabulary in [5, 65, 1000] {
          var random = CaseRandom(seed: 12, family: "children", index: vocabulary)
          let law = WeightRows(rows: parents + 2, vocabulary: vocabulary, emptyRarity: 8, random: &random)
          let rows = DistributionRows(
            weights: try backend.makeTensor(law.weights, "weights"),
            totals: try backend.makeTensor(law.totals, "totals"), vocabulary: vocabulary)
          let state = try backend.makeState(length: 9)
          func tokens(_ parts: [Range<Int>]) throws -> [UInt32] {
            let tokens: Tensor<UInt32> = try backend.makeTensor(firstChild + parents * children, "tokens")
            try backend.run("children") { list in
              for part in parts {
                list.drawChildren(
                  rows, state: state, tokens: tokens, parents: part.count, children: children,
                  replacement: replacement, firstParent: 2 + part.lowerBound,
                  firstChild: firstChild + part.lowerBound * children, childDepth: 4, keys: keys)
              }
            }
            return try backend.read(tokens)
          }
          let together = try tokens([0..<parents])
          #expect(Set(together).count > 3)
          for parts in [(0..<parents).map { $0..<$0 + 1 }, [0..<1, 1..<4, 4..<9, 9..<11]] {
            #expect(firstDifference(try tokens(parts), together) == nil, "vocabulary \(vocabulary)")
          }
        }
      }
    }

    @Test(arguments: [1, 33, 300])
    func `A node is penalised as in plain decoding, whatever the tree`(vocabulary: Int) throws {
      let (nodes, length, capacity) = (24, 17, 60)
      let penalties = LogitPenalties(repetition: 1.3, presence: 0.25, frequency: 0.125, window: 20)
      try withDevice { backend in
        var random = CaseRandom(seed: 13, family: "penalised", index: vocabulary)
        // Few tokens, which occur again and again; deep paths, which the window cuts.
        let distinct = min(vocabulary, 9)
        let tokens = random.words(nodes, below: distinct)
        let parents = (0..<nodes).map { $0 == 0 ? NO_NODE : UInt32(max(0, $0 - random.integer(1...3))) }
        let history = random.words(capacity, below: distinct)
        let logits = random.logits(rows: nodes, columns: vocabulary)
        let bias = try backend.makeTensor(random.floats(vocabulary, exponents: -80...20), "bias")
        let mask = try backend.makeTensor(random.words((vocabulary + 31) / 32), "mask")
        func result(
          _ logits: [Float], history: [UInt32], length: Int, tokens: [UInt32], parents: [UInt32]
        ) throws -> [Float] {
          let out = try backend.makeTensor(logits, "logits")
          let texts = try backend.makeTensor(history, "history")
          let state = try backend.makeState(length: length)
          let (tokens, parents) = (
            try backend.makeTensor(tokens, "tokens"), try backend.makeTensor(parents, "parents")
          )
          try backend.run("penalties") {
            $0.penalties(
              out, penalties, history: texts, state: state, tokens: tokens, parents: parents,
              rows: logits.count / vocabulary, vocabulary: vocabulary, bias: bias, mask: mask)
          }
          return try backend.read(out)
        }
        let together = try result(
          logits, history: history, length: length, tokens: tokens, parents: parents)
        #expect(firstDifference(together, logits) != nil)
        for node in 0..<nodes {
          let path = sequence(first: node) { $0 == 0 ? nil : Int(parents[$0]) }.reversed().dropFirst()
          let text = history[...length] + path.map { tokens[$0] }
          let row = node * vocabulary..<(node + 1) * vocabulary
          let alone = try result(
            Array(logits[row]), history: Array(text), length: text.count - 1, tokens: [0], parents: [NO_NODE])
          #expect(firstDifference(alone, Array(together[row])) == nil, "node \(node)")
        }
      }
    }
  }
}

extension BoundOperands {
  func law(_ name: String, vocabulary: Int) -> DistributionRows {
    rows(name, name + "Totals", vocabulary: vocabulary)
  }
}

extension UnitCall {
  mutating func law(_ name: String, vocabulary: Int, role: CaseOperand.Role = .input) {
    distributions(name, name + "Totals", vocabulary: vocabulary, role: role)
  }
}

/// Kernels over rows that belong to no sequence.
let rowKernels = elementKernels + logitKernels + lawKernels

private let elementKernels: [UnitKernel] = [
  UnitKernel(.embeddingGather, sizes: [2, 64, 130]) { call, size in
    call.words("tokens", .nodes(1), below: 23)
    call.add("table", .shared(20 * size / 2), kind: .halves) { random, _, count in
      halfWords(random.halves(2 * count))
    }
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.embeddingGather(
        tokens: o.words("tokens"), table: o.words("table"), out: o.floats("out"), rows: places.capacity,
        columns: size, vocabulary: 20)
    }
  },
  UnitKernel(.embeddingMix, sizes: [2, 64, 130]) { call, size in
    call.words("tokens", .nodes(3), below: 22)
    call.floats("weights", .nodes(3), -60...20, hasSpecials: true)
    call.add("table", .shared(20 * size / 2), kind: .halves) { random, _, count in
      halfWords(random.halves(2 * count))
    }
    call.output("out", .nodes(size), .float)
    let bits = call.random.significantBits()
    call.record = { list, o, places in
      list.embeddingMix(
        tokens: o.words("tokens"), weights: o.floats("weights"), table: o.words("table"),
        out: o.floats("out"), rows: places.capacity, columns: size, vocabulary: 20, count: 3,
        significantBits: bits)
    }
  },
  UnitKernel(.embeddingMixF32) { call, size in
    call.words("tokens", .nodes(3), below: 22)
    call.floats("weights", .nodes(3), -60...20, hasSpecials: true)
    call.floats("table", .shared(20 * size), -126...60)
    call.output("out", .nodes(size), .float)
    let bits = call.random.significantBits()
    call.record = { list, o, places in
      list.embeddingMix(
        tokens: o.words("tokens"), weights: o.floats("weights"), table: o.floats("table"),
        out: o.floats("out"), rows: places.capacity, columns: size, vocabulary: 20, count: 3,
        significantBits: bits)
    }
  },
  UnitKernel(.rmsNorm) { call, size in
    call.floats("x", .nodes(size), -50...50)
    call.floats("weight", .shared(size), -20...20)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.rmsNorm(
        o.floats("x"), weight: o.floats("weight"), out: o.floats("out"), rows: places.capacity, columns: size,
        epsilon: 1e-6)
    }
  },
  UnitKernel(.rmsNorm, "segments") { call, size in
    let wide = 3 * size + 5
    call.add("x", .nodes(wide), role: .inputOutput, kind: .float) { random, _, count in
      random.floats(count, exponents: -50...50).map(\.bitPattern)
    }
    call.floats("weight", .shared(size), -20...20)
    call.record = { list, o, places in
      list.rmsNorm(
        o.floats("x"), at: RowColumns(first: 2, stride: wide), weight: o.floats("weight"), out: o.floats("x"),
        rows: places.capacity, segments: 3, columns: size, epsilon: 1e-6)
    }
  },
  UnitKernel(.layerNorm) { call, size in
    call.floats("x", .nodes(size), -70...50)
    call.floats("weight", .shared(size), -20...20)
    call.floats("bias", .shared(size), -100...20)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.layerNorm(
        o.floats("x"), weight: o.floats("weight"), bias: o.floats("bias"), out: o.floats("out"),
        rows: places.capacity, columns: size, epsilon: 1e-6)
    }
  },
  UnitKernel(.swiglu) { call, size in
    call.floats("x", .nodes(2 * size), hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.swiglu(o.floats("x"), out: o.floats("out"), rows: places.capacity, columns: size)
    }
  },
  UnitKernel(.geglu) { call, size in
    call.floats("x", .nodes(2 * size), -126...100, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.geglu(o.floats("x"), out: o.floats("out"), rows: places.capacity, columns: size)
    }
  },
  UnitKernel(.gegluErf) { call, size in
    call.floats("x", .nodes(2 * size), -126...100, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.geglu(o.floats("x"), out: o.floats("out"), rows: places.capacity, columns: size, form: .erf)
    }
  },
  UnitKernel(.gelu) { call, size in
    call.floats("x", .nodes(size), -126...100, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.gelu(o.floats("x"), out: o.floats("out"), count: places.capacity * size, significantBits: 13)
    }
  },
  UnitKernel(.softplus) { call, size in
    call.floats("x", .nodes(size + 3), -126...127, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.softplus(
        o.floats("x"), at: RowColumns(first: 2, stride: size + 3), out: o.floats("out"),
        rows: places.capacity, columns: size)
    }
  },
  UnitKernel(.scaleColumns) { call, size in
    call.floats("x", .nodes(size + 3), -100...60, hasSpecials: true)
    call.floats("scales", .nodes(size + 1), -100...60)
    call.floats("base", .nodes(size), -100...60)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.scaleColumns(
        o.floats("x"), at: RowColumns(first: 2, stride: size + 3),
        by: .ofRows(o.floats("scales"), at: RowColumns(first: 1, stride: size + 1), width: 2, gated: true),
        base: o.floats("base"), out: o.floats("out"), rows: places.capacity, columns: size)
    }
  },
  UnitKernel(.geluErf) { call, size in
    call.floats("x", .nodes(size), -126...100, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.gelu(
        o.floats("x"), out: o.floats("out"), count: places.capacity * size, form: .erf, significantBits: 13)
    }
  },
  UnitKernel(.residualAdd) { call, size in
    call.floats("a", .nodes(size), -126...126, hasSpecials: true)
    call.floats("b", .nodes(size), -126...126, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.residualAdd(o.floats("a"), o.floats("b"), out: o.floats("out"), count: places.capacity * size)
    }
  },
  UnitKernel(.scaledAdd) { call, size in
    call.floats("a", .nodes(size), -126...126, hasSpecials: true)
    call.floats("b", .nodes(size), -126...126, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.scaledAdd(
        o.floats("a"), scaleA: 0.75, o.floats("b"), scaleB: -0x1p-9, out: o.floats("out"),
        count: places.capacity * size)
    }
  },
  UnitKernel(.roundActivations) { call, size in
    call.floats("x", .nodes(size), -126...126, hasSpecials: true)
    call.output("out", .nodes(size), .float)
    call.record = { list, o, places in
      list.roundActivations(
        o.floats("x"), out: o.floats("out"), count: places.capacity * size, significantBits: 13)
    }
  },
  UnitKernel(.gatherColumns) { call, size in
    call.words("x", .nodes(40))
    call.words("indices", .shared(size), below: 42)
    call.output("out", .nodes(size))
    call.record = { list, o, places in
      list.gatherColumns(
        o.words("x"), indices: o.words("indices"), missing: 7, out: o.words("out"), rows: places.capacity,
        columns: 40, count: size)
    }
  },
  UnitKernel(.gatherColumns, "rowLists") { call, size in
    call.words("x", .nodes(40))
    call.words("indices", .nodes(size), below: 42)
    call.output("out", .nodes(size))
    call.record = { list, o, places in
      list.gatherColumns(
        o.words("x"), indices: o.words("indices"), missing: 7, out: o.words("out"), rows: places.capacity,
        columns: 40, count: size, rowLists: true)
    }
  },
  UnitKernel(.quantizeBlocks) { call, size in
    call.floats("x", .nodes(size), -126...126, hasSpecials: true)
    call.output("out", .nodes(quantizedBlockWordCount(columns: size)))
    call.record = { list, o, places in
      list.quantizeBlocks(o.floats("x"), out: o.words("out"), rows: places.capacity, columns: size)
    }
  },
  UnitKernel(.quantizeRows) { call, size in
    call.floats("x", .nodes(size), -126...126, hasSpecials: true)
    call.output("out", .nodes(quantizedWordCount(columns: size)))
    call.record = { list, o, places in
      list.quantizeRows(o.floats("x"), out: o.words("out"), rows: places.capacity, columns: size)
    }
  },
]

private let logitKernels: [UnitKernel] =
  [
    UnitKernel(.argmax) { call, size in
      call.logits("logits", vocabulary: size)
      call.output("out", .nodes(2))
      call.record = { list, o, places in
        list.argmax(o.floats("logits"), out: o.words("out"), rows: places.capacity, vocabulary: size)
      }
    },
    UnitKernel(.rowStatistics) { call, size in
      call.logits("logits", vocabulary: size)
      call.warps()
      call.output("out", .nodes(4), .float)
      call.output("status", .nodes(1))
      call.record = { list, o, places in
        list.rowStatistics(
          o.floats("logits"), warps: o.words("warps"), out: o.floats("out"), status: o.words("status"),
          rows: places.capacity, vocabulary: size)
      }
    },
    UnitKernel(.softmax, sizes: [1, 8, 65, 257]) { call, size in
      call.logits("x", vocabulary: size)
      call.output("out", .nodes(size), .float)
      call.output("status", .nodes(1))
      call.record = { list, o, places in
        list.softmax(
          o.floats("x"), out: o.floats("out"), status: o.words("status"), rows: places.capacity,
          columns: size, temperature: 0.7, significantBits: 13)
      }
    },
    UnitKernel(.divergence) { call, size in
      var p: [[Float]] = []
      for _ in call.nodes { p.append(call.random.logits(rows: 1, columns: size)) }
      call.add("p", .nodes(size), kind: .float) { _, unit, _ in p[unit].map(\.bitPattern) }
      call.add("q", .nodes(size), kind: .float) { random, unit, _ in
        // Half of the laws nearly agree.
        let isNear = unit % 2 == 0
        let q = isNear ? p[unit].map { $0 + random.unit() * 0x1p-9 } : random.logits(rows: 1, columns: size)
        return q.map(\.bitPattern)
      }
      call.warps()
      call.output("out", .nodes(1), .float)
      call.output("status", .nodes(1))
      call.record = { list, o, places in
        list.divergence(
          o.floats("p"), o.floats("q"), warps: o.words("warps"), out: o.floats("out"),
          status: o.words("status"), rows: places.capacity, vocabulary: size)
      }
    },
  ]
  + [1, 8, 70].map { count in
    UnitKernel(.topTokens, "\(count)", sizes: [9, 65, 300, 1025]) { call, size in
      call.logits("logits", vocabulary: size)
      call.output("out", .nodes(count))
      call.record = { list, o, places in
        list.topTokens(
          o.floats("logits"), out: o.words("out"), rows: places.capacity, vocabulary: size, count: count)
      }
    }
  }
  + [
    UnitKernel(.topTokens, "values", sizes: [9, 65, 300, 1025]) { call, size in
      call.logits("logits", vocabulary: size)
      call.output("out", .nodes(12))
      call.output("values", .nodes(12), .float)
      call.record = { list, o, places in
        list.topTokens(
          o.floats("logits"), out: o.words("out"), values: o.floats("values"), rows: places.capacity,
          vocabulary: size, count: 12)
      }
    }
  ]
  + [1, 5].map { count in
    UnitKernel(.tokenLogProbability, "\(count)") { call, size in
      call.logits("logits", vocabulary: size)
      call.words("tokens", .nodes(count), below: size + size / 16 + 1)
      call.warps()
      call.output("out", .nodes(count), .float)
      call.output("status", .nodes(1))
      call.record = { list, o, places in
        list.tokenLogProbability(
          o.floats("logits"), tokens: o.words("tokens"), temperature: 0.8,
          warps: count == 1 ? nil : o.words("warps"), out: o.floats("out"), status: o.words("status"),
          rows: places.capacity, vocabulary: size, count: count)
      }
    }
  }
  + [
    ("linear", LogitMixture(scaleA: 0.5, scaleB: -0.25)),
    ("contrastive", .contrastive(beta: 0.5, alpha: 0.1)), ("geometric", .geometric(share: 0.3)),
    ("transfer", .transfer(strength: 10, temperature: 0.7)),
  ].map { name, mixture in
    UnitKernel(.mixLogits, name) { call, size in
      call.logits("a", vocabulary: size)
      call.logits("b", vocabulary: size)
      call.output("out", .nodes(size), .float)
      call.record = { list, o, places in
        list.mixLogits(
          o.floats("a"), o.floats("b"), mixture, out: o.floats("out"), rows: places.capacity, vocabulary: size
        )
      }
    }
  }
  + [
    ("plain", Warp()), ("topK", Warp(temperature: 0.7, topK: 7, topP: 0.8)),
    ("many", Warp(topK: 300, minP: 0.01)), ("typical", Warp(temperature: 1.5, typicalP: 0.9)),
  ].map { name, warp in
    UnitKernel(.distribution, name, sizes: [1, 65, 1000]) { call, size in
      call.logits("logits", vocabulary: size)
      call.output("law", .nodes(size))
      call.output("lawTotals", .nodes(2))
      call.record = { list, o, places in
        list.distribution(
          o.floats("logits"), warp: warp, out: o.law("law", vocabulary: size), rows: places.capacity)
      }
    }
  }
  + [
    UnitKernel(.warpRows) { call, size in
      call.floats("temperatures", .nodes(1), -21...3, hasSpecials: true)
      call.floats("topP", .nodes(1), -34...0, hasSpecials: true)
      call.output("warps", .nodes(Warp.wordCount))
      call.record = { list, o, places in
        list.warpRows(
          Warp(topK: size), temperatures: o.floats("temperatures"), topP: o.floats("topP"),
          out: o.words("warps"), rows: places.capacity)
      }
    },
    UnitKernel(.distribution, "rowWarps", sizes: [1, 65, 1000]) { call, size in
      call.logits("logits", vocabulary: size)
      call.warps([Warp(), Warp(temperature: 0.7, topK: 7), Warp(topP: 0.8), Warp(typicalP: 0.9)])
      call.output("law", .nodes(size))
      call.output("lawTotals", .nodes(2))
      call.record = { list, o, places in
        list.distribution(
          o.floats("logits"), warps: o.words("warps"), out: o.law("law", vocabulary: size),
          rows: places.capacity)
      }
    },
  ]

private let lawKernels: [UnitKernel] =
  [false, true].map { rowLists in
    UnitKernel(.suppressTokens, rowLists ? "rowLists" : "oneList") { call, size in
      call.law("law", vocabulary: size, role: .inputOutput)
      call.words("tokens", rowLists ? .nodes(5) : .shared(5), below: size + 1)
      call.record = { list, o, places in
        list.suppressTokens(
          o.words("tokens"), in: o.law("law", vocabulary: size), rowCount: places.capacity, count: 5,
          rowLists: rowLists)
      }
    }
  }
  + [
    ("mixture", DistributionCombination.mixture(share: 0.3)), ("residual", .residual),
    ("excess", .excess(a: 0.7, b: 1)), ("minimum", .minimum),
  ].map { name, kind in
    UnitKernel(.combineDistributions, name) { call, size in
      call.law("a", vocabulary: size)
      call.law("b", vocabulary: size)
      call.output("law", .nodes(size))
      call.output("lawTotals", .nodes(2))
      call.output("mass", .nodes(4))
      call.record = { list, o, places in
        list.combineDistributions(
          o.law("a", vocabulary: size), o.law("b", vocabulary: size), kind,
          out: o.law("law", vocabulary: size), mass: o.words("mass"), rows: places.capacity)
      }
    }
  }
  + [1, 67].map { groups in
    UnitKernel(.groupSums, "\(groups)", sizes: [5, 64, 257]) { call, size in
      call.law("law", vocabulary: size)
      call.words("groups", .shared(size), below: groups + 1)
      call.output("sums", .nodes(groups))
      call.record = { list, o, places in
        list.groupSums(
          o.law("law", vocabulary: size), groups: o.words("groups"), sums: o.words("sums"),
          rowCount: places.capacity, groupCount: groups)
      }
    }
  }

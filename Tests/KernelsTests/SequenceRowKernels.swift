import Kernels
import ShaderInterface

@testable import Conformance

/// Kernels over rows of sequences: rows of one, or of the sequences of a batch.
let rowsOfSequences = drawKernels + cacheKernels

private let drawKernels: [UnitKernel] =
  [
    UnitKernel(.drawTarget) { call, size in
      call.law("law", vocabulary: size)
      call.words("depths", .nodes(1), below: 40)
      call.state(lengths: 0...300)
      call.output("out", .nodes(2))
      call.record = { list, o, places in
        list.drawTarget(
          o.law("law", vocabulary: size), depths: o.words("depths"), state: o.words("state"),
          out: o.words("out"), count: places.capacity, batch: o.batch(places.sequences), stream: 1)
      }
    },
    UnitKernel(.drawLogits) { call, size in
      call.logits("logits", vocabulary: size)
      call.words("depths", .nodes(1), below: 40)
      call.state(lengths: 0...300)
      call.output("out", .nodes(2))
      call.record = { list, o, places in
        list.drawLogits(
          o.floats("logits"), warp: Warp(temperature: 0.8, minP: 1e-4), depths: o.words("depths"),
          state: o.words("state"), out: o.words("out"), rows: places.capacity, vocabulary: size,
          batch: o.batch(places.sequences))
      }
    },
    UnitKernel(.drawLogits, "rowWarps") { call, size in
      call.logits("logits", vocabulary: size)
      call.warps([Warp(), Warp(temperature: 0.7, minP: 0.1), Warp(temperature: 3), Warp(topK: 3)])
      call.words("depths", .nodes(1), below: 40)
      call.state(lengths: 0...300)
      call.output("out", .nodes(2))
      call.record = { list, o, places in
        list.drawLogits(
          o.floats("logits"), warps: o.words("warps"), depths: o.words("depths"), state: o.words("state"),
          out: o.words("out"), rows: places.capacity, vocabulary: size, batch: o.batch(places.sequences))
      }
    },
    UnitKernel(.drawShared) { call, size in
      call.logits("a", vocabulary: size)
      call.logits("b", vocabulary: size)
      call.warps()
      call.words("depths", .nodes(1), below: 40)
      call.state(lengths: 0...300)
      call.output("out", .nodes(4))
      call.record = { list, o, places in
        list.drawShared(
          o.floats("a"), o.floats("b"), warps: o.words("warps"), ratio: 0.4, depths: o.words("depths"),
          state: o.words("state"), out: o.words("out"), rows: places.capacity, vocabulary: size,
          batch: o.batch(places.sequences))
      }
    },
  ] + [1, 9].map { gumbel(count: $0, independentRows: false) }

/// Rows with noise of their own are another node's elsewhere in a sequence, so only batches of them compare.
func gumbel(count: Int, independentRows: Bool) -> UnitKernel {
  UnitKernel(.drawGumbel, "\(count)\(independentRows ? " apart" : "")") { call, size in
    call.law("law", vocabulary: size)
    call.words("depths", .nodes(1), below: 40)
    call.state(lengths: 0...300)
    call.output("tokens", .nodes(count))
    call.output("keys", .nodes(count), .float)
    call.record = { list, o, places in
      list.drawGumbel(
        o.law("law", vocabulary: size), depths: o.words("depths"), state: o.words("state"),
        tokens: o.words("tokens"), keys: o.floats("keys"), rowCount: places.capacity, count: count,
        independentRows: independentRows, batch: o.batch(places.sequences), stream: 9)
    }
  }
}

private let cacheKernels: [UnitKernel] =
  RotaryPairing.allCases.map { pairing in
    UnitKernel(.rotary, "\(pairing)", sizes: [2, 30, 64]) { call, size in
      let turning = size / 4 * 2 + 2
      call.addRotary(heads: 3, keyHeads: 1, headSize: size, turning: turning)
      call.output("out", .nodes(4 * size), .float)
      call.record = { list, o, places in
        list.rotary(
          projected: o.floats("projected"), table: o.floats("table"), depths: o.words("depths"),
          state: o.words("state"), batch: o.batch(places.sequences), out: o.floats("out"),
          rows: places.capacity, heads: 3, keyHeads: 1, headSize: size, rotarySize: turning, pairing: pairing)
      }
    }
  }
  + KeyValueFormat.allCases.flatMap { format in
    [
      UnitKernel(.rotaryAppend, "\(format)", sizes: format == .q8 ? [32, 72] : [2, 34]) { call, size in
        call.addRotary(heads: 4, keyHeads: 2, headSize: size, turning: size)
        call.addCache(rowWords: format.rowWords(keyColumns: 2 * size))
        // The columns of rotated keys keep what they held.
        call.words("out", .nodes(6 * size), role: .inputOutput)
        call.record = { list, o, places in
          list.rotaryAppend(
            projected: o.floats("projected"), table: o.floats("table"), depths: o.words("depths"),
            state: o.words("state"), batch: o.batch(places.sequences), out: o.floats("out"),
            cache: places.cache(o, keyColumns: 2 * size, format: format), rows: places.capacity, heads: 4,
            keyHeads: 2, headSize: size)
        }
      },
      UnitKernel(.keyValueAppend, "\(format)", sizes: format == .q8 ? [32, 72] : [2, 34]) { call, size in
        call.state(lengths: call.isBatch ? 0...9 : 0...0)
        call.floats("rotated", .nodes(6 * size), -30...18, hasSpecials: true)
        call.floats("projected", .nodes(8 * size), -30...18, hasSpecials: true)
        call.addCache(rowWords: format.rowWords(keyColumns: 2 * size))
        call.record = { list, o, places in
          list.keyValueAppend(
            rotated: o.floats("rotated"), projected: o.floats("projected"), state: o.words("state"),
            batch: o.batch(places.sequences),
            cache: places.cache(o, keyColumns: 2 * size, format: format), rows: places.capacity, heads: 4,
            keyHeads: 2, headSize: size)
        }
      },
    ]
  }

extension UnitCall {
  /// Rows in flight behind at most nine committed slots; without any where each row is a unit, which then has the slot of its number.
  fileprivate mutating func addRotary(heads: Int, keyHeads: Int, headSize: Int, turning: Int) {
    floats("projected", .nodes((heads + 2 * keyHeads) * headSize), -30...18, hasSpecials: true)
    add("table", .shared(50 * turning), kind: .float) { random, _, count in
      random.angles(count).map(\.bitPattern)
    }
    words("depths", .nodes(1), below: 40)
    state(lengths: isBatch ? 0...9 : 0...0)
  }

  fileprivate mutating func addCache(rowWords: Int) {
    if isBatch { slots = nodes.map { $0 + 9 } }
    for name in ["keys", "values"] { words(name, .slots(rowWords), role: .inputOutput) }
  }
}

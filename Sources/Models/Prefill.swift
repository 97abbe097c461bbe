import Kernels
import ShaderInterface

/// Fills the caches of one or more sessions that share a sequence, a slice of the prompt at a time.
///
/// A full slice is recorded once and replayed; the state's length moves on after each slice.
public final class Prefill {
  /// Prompt tokens a pass.
  public let sliceRows: Int
  private let sessions: [ModelSession]
  private let state: Tensor<UInt32>
  private let tokens: Tensor<UInt32>  // [sliceRows]
  private let depths: Tensor<UInt32>  // [sliceRows], 0, 1, 2 ...
  private var fullSlice: (any Recording)?

  /// - Parameter sessions: on one backend, each for at least `sliceRows` rows.
  public init(sessions: [ModelSession], state: Tensor<UInt32>, sliceRows: Int = 256) throws(BackendError) {
    let least = sessions.map(\.maximumRows).min() ?? 0
    guard (1...max(1, least)).contains(sliceRows), least >= 1 else {
      throw .invalidCall(
        kernel: "Prefill",
        reason: "slices of \(sliceRows) rows for \(sessions.count) sessions of at least \(least)")
    }
    let backend = sessions[0].model.backend
    self.sessions = sessions
    self.state = state
    self.sliceRows = sliceRows
    tokens = try backend.makeTensor(sliceRows, "prompt slice")
    depths = try backend.makeTensor((0..<UInt32(sliceRows)).map { $0 }, "prompt depths")
  }

  /// Passes `prompt` after what is committed already.
  ///
  /// - Returns: the row of the prompt's last token in the sessions' hidden rows, for the state's last node; 0 for an empty prompt.
  @discardableResult
  public func run(_ prompt: some Collection<UInt32>) throws(BackendError) -> Int {
    let backend = sessions[0].model.backend
    var rest = Array(prompt)[...]
    var lastRow = 0
    while !rest.isEmpty {
      let slice = rest.prefix(sliceRows)
      rest = rest.dropFirst(sliceRows)
      try backend.write(Array(slice), to: tokens)
      try recording(rows: slice.count).run()
      lastRow = slice.count - 1
    }
    return lastRow
  }

  private func recording(rows: Int) throws(BackendError) -> any Recording {
    if rows == sliceRows, let fullSlice { return fullSlice }
    let recording = try sessions[0].model.backend.record("prefill \(rows)") { commands in
      for session in sessions {
        session.forward(
          commands,
          ForwardRows(
            tokens: tokens, depths: depths, mask: tokens, maskWords: 0, state: state, rows: rows),
          wantLogits: false)
      }
      commands.advanceState(state, rows: rows)
    }
    if rows == sliceRows { fullSlice = recording }
    return recording
  }
}

/// One recorded command.
enum Command: Sendable {
  case dispatch(Pipeline, Groups, [UInt8], [BufferView])
  case copy(from: BufferView, to: BufferView)
  case fill(BufferView, UInt32)
  case barrier
  /// Writes the query with this index.
  case timestamp(Int)

  /// How many work groups.
  enum Groups: Sendable {
    case count(UInt32, UInt32, UInt32)
    case indirect(BufferView)
  }

  /// The buffers that the command uses.
  var storages: [BufferStorage] {
    switch self {
    case .dispatch(_, .count, _, let views): views.map(\.storage)
    case .dispatch(_, .indirect(let groups), _, let views): views.map(\.storage) + [groups.storage]
    case .copy(let source, let destination): [source.storage, destination.storage]
    case .fill(let view, _): [view.storage]
    case .barrier, .timestamp: []
    }
  }
}

/// A span before it is measured; its queries are 2i and 2i + 1.
struct RecordedSpan: Sendable {
  let name: String
  let depth: Int
}

import Foundation

/// Columns of text, each as wide as its widest cell; numbers to the right.
struct TextTable {
  private var rows: [[String]]
  private let leftColumns: Int

  /// - Parameter leftColumns: this many columns stand to the left, the others to the right.
  init(_ header: [String] = [], leftColumns: Int = 1) {
    rows = header.isEmpty ? [] : [header]
    self.leftColumns = leftColumns
  }

  mutating func add(_ cells: String...) { rows.append(cells) }
  mutating func add(_ cells: [String]) { rows.append(cells) }

  var text: String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let spaces = String(repeating: " ", count: widths[column] - cell.count)
        return column < leftColumns ? cell + spaces : spaces + cell
      }
      return String(cells.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
  }
}

/// `value` with so many digits after the point; a dash when there is none.
func fixed(_ value: Double?, _ digits: Int) -> String {
  value.map { String(format: "%.\(digits)f", $0) } ?? "-"
}

/// Bytes in the largest unit that leaves a number of at least one.
func byteText(_ count: Int) -> String {
  let units = ["B", "KiB", "MiB", "GiB", "TiB"]
  var value = Double(count)
  var unit = 0
  while value >= 1024 && unit < units.count - 1 {
    value /= 1024
    unit += 1
  }
  return value == value.rounded() ? "\(Int(value)) \(units[unit])" : "\(fixed(value, 1)) \(units[unit])"
}

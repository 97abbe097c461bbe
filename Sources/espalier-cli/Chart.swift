import Foundation

/// Lines and points over two logarithmic axes, as SVG.
struct Chart {
  struct Series {
    enum Style {
      /// A line with its points marked.
      case line
      case points
      /// A limit: a dashed line without marks.
      case limit
    }
    var name: String
    var style = Style.line
    var points: [(x: Double, y: Double)]
  }

  var title: String
  /// Where and how it was measured.
  var subtitle: String
  var xLabel: String
  var yLabel: String
  var series: [Series]

  // Sizes in pixels.
  private static let size = (width: 860.0, height: 560.0)
  private static let frame = (left: 78.0, top: 64.0, right: 600.0, bottom: 500.0)
  /// Distinct for colour-blind readers too (Okabe and Ito, 2008).
  private static let colors = [
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8b8b00",
  ]

  /// Nil when no point can be drawn.
  var svg: String? {
    let drawn = series.map { series in
      var copy = series
      copy.points = series.points.filter { $0.x > 0 && $0.y > 0 && $0.x.isFinite && $0.y.isFinite }
      return copy
    }.filter { !$0.points.isEmpty }
    guard
      let x = LogarithmicAxis(drawn.flatMap { $0.points.map(\.x) }, Self.frame.left, Self.frame.right),
      let y = LogarithmicAxis(drawn.flatMap { $0.points.map(\.y) }, Self.frame.bottom, Self.frame.top)
    else { return nil }
    var lines = [opening]
    lines += x.ticks.map { grid(vertical: x.position($0), label: number($0)) }
    lines += y.ticks.map { grid(horizontal: y.position($0), label: number($0)) }
    for (index, one) in drawn.enumerated() { lines += draw(one, index, x, y) }
    lines.append("</svg>")
    return lines.joined(separator: "\n") + "\n"
  }

  private var opening: String {
    let (f, s) = (Self.frame, Self.size)
    let middle = (f.left + f.right) / 2
    let center = (f.top + f.bottom) / 2
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(s.width) \(s.height)" font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(f.left)" y="28" font-size="18" font-weight="bold">\(escaped(title))</text>
      <text x="\(f.left)" y="48" fill="#555">\(escaped(subtitle))</text>
      <rect x="\(f.left)" y="\(f.top)" width="\(f.right - f.left)" height="\(f.bottom - f.top)" fill="none" stroke="#888"/>
      <text x="\(middle)" y="\(f.bottom + 42)" text-anchor="middle">\(escaped(xLabel))</text>
      <text transform="translate(22 \(center)) rotate(-90)" text-anchor="middle">\(escaped(yLabel))</text>
      """
  }

  private func grid(vertical x: Double, label: String) -> String {
    """
    <line x1="\(pixel(x))" x2="\(pixel(x))" y1="\(Self.frame.top)" y2="\(Self.frame.bottom)" stroke="#e4e4e4"/>
    <text x="\(pixel(x))" y="\(Self.frame.bottom + 18)" text-anchor="middle">\(label)</text>
    """
  }

  private func grid(horizontal y: Double, label: String) -> String {
    """
    <line x1="\(Self.frame.left)" x2="\(Self.frame.right)" y1="\(pixel(y))" y2="\(pixel(y))" stroke="#e4e4e4"/>
    <text x="\(Self.frame.left - 8)" y="\(pixel(y + 4))" text-anchor="end">\(label)</text>
    """
  }

  private func draw(_ one: Series, _ index: Int, _ x: LogarithmicAxis, _ y: LogarithmicAxis) -> [String] {
    let color = Self.colors[index % Self.colors.count]
    let points = one.points.map { (x: pixel(x.position($0.x)), y: pixel(y.position($0.y)), value: $0) }
    var lines: [String] = []
    if one.style != .points {
      let path = points.map { "\($0.x),\($0.y)" }.joined(separator: " ")
      let dashes = one.style == .limit ? " stroke-dasharray=\"6 4\"" : ""
      lines.append(
        "<polyline points=\"\(path)\" fill=\"none\" stroke=\"\(color)\" stroke-width=\"2\"\(dashes)/>")
    }
    if one.style != .limit {
      lines += points.map {
        "<circle cx=\"\($0.x)\" cy=\"\($0.y)\" r=\"4\" fill=\"\(color)\"><title>\(escaped(one.name)): "
          + "\(number($0.value.x)), \(number($0.value.y))</title></circle>"
      }
    }
    let (left, row) = (Self.frame.right + 18, Self.frame.top + 12 + 20 * Double(index))
    lines.append(
      """
      <rect x="\(left)" y="\(row - 9)" width="12" height="\(one.style == .limit ? 3 : 12)" fill="\(color)"/>
      <text x="\(left + 18)" y="\(row + 1)">\(escaped(one.name))</text>
      """)
    return lines
  }

  private func pixel(_ value: Double) -> String { fixed(value, 1) }

  private func number(_ value: Double) -> String {
    let magnitude = abs(value)
    if magnitude >= 1e6 || magnitude < 1e-3 { return String(format: "%.0e", value) }
    return String(format: "%g", (value * 1e4).rounded() / 1e4)
  }

  private func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
  }
}

/// A logarithmic scale from pixel to pixel over a range of values above 0.
private struct LogarithmicAxis {
  let low: Double
  let high: Double
  let start: Double
  let end: Double

  init?(_ values: [Double], _ start: Double, _ end: Double) {
    guard let least = values.min(), let greatest = values.max() else { return nil }
    low = log10(least) - 0.05 * max(0.5, log10(greatest / least))
    high = log10(greatest) + 0.05 * max(0.5, log10(greatest / least))
    (self.start, self.end) = (start, end)
  }

  func position(_ value: Double) -> Double { start + (log10(value) - low) / (high - low) * (end - start) }

  /// Powers of ten, with their double and fivefold where there is room.
  var ticks: [Double] {
    let steps: [Double] = high - low > 4 ? [1] : [1, 2, 5]
    let decades = Int(low.rounded(.down))...Int(high.rounded(.up))
    return decades.flatMap { decade in steps.map { $0 * pow(10, Double(decade)) } }
      .filter { (low...high).contains(log10($0)) }
  }
}

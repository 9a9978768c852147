import FreshetEvaluation

/// Horizontal bars with intervals, one a model: the figures of one metric.
struct BarChart {
    struct Bar {
        let name: String
        let estimate: Estimate
        /// The model's place in the palette.
        let color: Int
        let isBest: Bool
    }

    let bars: [Bar]
    /// The right end of the axis; charts that are compared share it.
    let limit: Double

    /// The drawing, a row of 28 units a bar.
    func draw() -> SVG {
        let names = bars.map { Self.shortened($0.name) }
        // A little more than the usual width, since the best name is bold.
        let labelWidth = 1.2 * (names.map(SVG.textWidth).max() ?? 0)
        let (width, rowHeight) = (360.0, 28.0)
        var svg = SVG(width: width, height: rowHeight * Double(bars.count) + 8)
        let scale = ChartScale.even(0...max(limit, 1e-9), to: (labelWidth + 8, width - 56))
        svg.line((scale.range.0, 2), (scale.range.0, svg.height - 2), style: "axis")
        for (row, bar) in bars.enumerated() {
            let middle = 4 + rowHeight * (Double(row) + 0.5)
            let end = scale.position(bar.estimate.value)
            svg.text(names[row], at: (labelWidth, middle + 4), anchor: .end, style: bar.isBest ? "name best" : "name")
            svg.rectangle(
                x: scale.range.0,
                y: middle - 8,
                width: end - scale.range.0,
                height: 16,
                radius: 1.5,
                style: "bar c\(bar.color)",
                tip: "\(bar.name): \(Figure.short(bar.estimate.value)), "
                    + "interval \(Figure.short(bar.estimate.low)) to \(Figure.short(bar.estimate.high))"
            )
            let (low, high) = (scale.position(bar.estimate.low), scale.position(bar.estimate.high))
            if high - low > 0.5 {
                for style in ["halo", "whisker"] {
                    svg.line((low, middle), (high, middle), style: style)
                    for place in [low, high] { svg.line((place, middle - 4), (place, middle + 4), style: style) }
                }
            }
            svg.text(
                Figure.short(bar.estimate.value),
                at: (max(end, high) + 6, middle + 4),
                style: bar.isBest ? "value best" : "value"
            )
        }
        return svg
    }

    private static func shortened(_ name: String) -> String {
        name.count > 28 ? name.prefix(27) + "…" : name
    }
}

import FreshetEvaluation

/// Lines over a common axis, named at their ends.
struct LineChart {
    struct Series {
        let name: String
        let points: [(x: Double, y: Double)]
        /// The model's place in the palette.
        let color: Int
    }

    let series: [Series]
    let xTitle: String
    var isLogarithmic = false
    /// Values that are marked on the horizontal axis; `nil` takes round ones.
    var xTicks: [Double]?
    /// Whether the vertical axis begins at 0 or near the smallest value.
    var startsAtZero = true
    /// The upper end of the vertical axis; `nil` takes the largest value.
    var yLimit: Double?
    /// Whether the vertical axis is in percent.
    var isPercent = false
    /// A point of a line to mark, with its text.
    var mark: (point: (x: Double, y: Double), label: String)?
    /// Whether a dotted diagonal shows perfect equality.
    var hasDiagonal = false
    /// Whether to name the lines at their ends.
    var isLabelled = true

    func draw() -> SVG {
        let width = 400.0
        let labels = isLabelled ? (series.map { SVG.textWidth($0.name) }.max() ?? 0) + 20 : 14
        let frame = ChartFrame(left: 44, right: labels, top: 16, width: width, height: 250)
        var svg = SVG(width: width, height: frame.height)
        let points = series.flatMap(\.points)
        guard let first = points.first else { return svg }
        let xs = points.reduce(first.x...first.x) { min($0.lowerBound, $1.x)...max($0.upperBound, $1.x) }
        let ys = points.reduce(first.y...first.y) { min($0.lowerBound, $1.y)...max($0.upperBound, $1.y) }
        let room = (ys.upperBound - ys.lowerBound) * 0.08
        let lowest = startsAtZero ? min(0, ys.lowerBound) : ys.lowerBound - room
        let x = isLogarithmic ? ChartScale.logarithmic(xs, to: frame.horizontal) : .even(xs, to: frame.horizontal)
        let y = ChartScale.even(lowest...(yLimit ?? ys.upperBound + room), to: frame.vertical)
        frame.drawAxes(in: &svg, x: x, y: y, xTitle: xTitle, xTicks: xTicks ?? wholeTicks(x), isPercent: isPercent)
        if hasDiagonal {
            svg.line((x.range.0, y.range.0), (x.range.1, y.range.1), style: "reference")
        }
        for line in series {
            let places = line.points.map { (x.position($0.x), y.position($0.y)) }
            svg.polyline(places, style: "line c\(line.color)")
            guard places.count <= 12 else { continue }
            for place in places { svg.circle(place, radius: 2.6, style: "dot c\(line.color)") }
        }
        if isLabelled { label(in: &svg, x: x, y: y, frame: frame) }
        if let mark { draw(mark, in: &svg, x: x, y: y) }
        return svg
    }

    /// Epochs are whole: no tick stands between two of them.
    private func wholeTicks(_ x: ChartScale) -> [Double]? {
        guard !isLogarithmic, x.domain.upperBound > 1.5 else { return nil }
        var ticks = x.ticks(5).filter { $0 == $0.rounded() }
        if x.domain.lowerBound == 1, ticks.first != 1 { ticks.insert(1, at: 0) }
        return ticks
    }

    private func label(in svg: inout SVG, x: ChartScale, y: ChartScale, frame: ChartFrame) {
        let lines = series.filter { !$0.points.isEmpty }
        let ends = lines.map { y.position($0.points[$0.points.count - 1].y) }
        let places = SVG.spread(ends, gap: 14, within: frame.top...(frame.height - frame.bottom))
        for (line, place) in zip(lines, places) {
            let end = line.points[line.points.count - 1]
            svg.polyline(
                [(x.position(end.x) + 3, y.position(end.y)), (x.range.1 + 14, place)],
                style: "leader c\(line.color)"
            )
            svg.text(line.name, at: (x.range.1 + 17, place + 4), style: "name")
        }
    }

    private func draw(
        _ mark: (point: (x: Double, y: Double), label: String),
        in svg: inout SVG,
        x: ChartScale,
        y: ChartScale
    ) {
        let place = (x.position(mark.point.x), y.position(mark.point.y))
        svg.circle(place, radius: 4.5, style: "mark")
        let isRight = place.0 > (x.range.0 + x.range.1) / 2
        svg.text(
            mark.label,
            at: (place.0 + (isRight ? 4 : -4), place.1 + 22),
            anchor: isRight ? .end : .start,
            style: "value"
        )
    }
}

import FreshetEvaluation

/// The room of a chart between its axes, with grid lines, tick labels and axis titles.
struct ChartFrame {
    var left = 40.0
    var right = 12.0
    var top = 10.0
    var bottom = 34.0
    let width: Double
    let height: Double

    var horizontal: (Double, Double) { (left, width - right) }
    var vertical: (Double, Double) { (height - bottom, top) }

    /// Draws the axes.
    ///
    /// - Parameters:
    ///   - svg: the drawing.
    ///   - x: the horizontal scale.
    ///   - y: the vertical scale.
    ///   - xTitle: what lies on the horizontal axis, under it.
    ///   - xTicks: the values that are marked below; `nil` takes round ones.
    ///   - isPercent: whether the vertical axis is in percent.
    func drawAxes(
        in svg: inout SVG,
        x: ChartScale,
        y: ChartScale,
        xTitle: String,
        xTicks: [Double]? = nil,
        isPercent: Bool = false
    ) {
        let yTicks = y.ticks(4)
        for tick in yTicks {
            let place = y.position(tick)
            svg.line((left, place), (width - right, place), style: "grid")
            let label = isPercent ? Figure.percent(tick) : ChartScale.label(tick, among: yTicks)
            svg.text(label, at: (left - 6, place + 4), anchor: .end)
        }
        let xTicks = xTicks ?? x.ticks(5)
        let floor = height - bottom
        svg.line((left, floor), (width - right, floor), style: "axis")
        for tick in xTicks {
            let place = x.position(tick)
            svg.line((place, floor), (place, floor + 4), style: "axis")
            svg.text(ChartScale.label(tick, among: xTicks), at: (place, floor + 16), anchor: .middle)
        }
        svg.text(xTitle, at: ((left + width - right) / 2, height - 3), anchor: .middle, style: "axis-title")
    }
}

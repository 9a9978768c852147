import FreshetEvaluation

/// A drawing in SVG that takes its colours from the page's style sheet.
///
/// Coordinates are units of the view box, which a chart makes as wide as a phone shows it: text stays readable there
/// and does not grow out of proportion on a desk.
struct SVG {
    /// Which side of a point a text stands on.
    enum Anchor: String {
        /// To the right of the point.
        case start
        /// Around the point.
        case middle
        /// To the left of the point.
        case end
    }

    let width: Double
    let height: Double
    private var body = Markup()

    init(width: Double, height: Double) {
        self.width = width
        self.height = height
    }

    mutating func line(_ from: (Double, Double), _ to: (Double, Double), style: String) {
        body.empty(
            "line",
            [
                ("x1", Figure.coordinate(from.0)), ("y1", Figure.coordinate(from.1)),
                ("x2", Figure.coordinate(to.0)), ("y2", Figure.coordinate(to.1)), ("class", style),
            ]
        )
    }

    /// A bar; `tip` is shown when the pointer rests on it.
    mutating func rectangle(
        x: Double,
        y: Double,
        width: Double,
        height: Double,
        radius: Double = 0,
        style: String,
        tip: String? = nil
    ) {
        let attributes = [
            ("x", Figure.coordinate(x)), ("y", Figure.coordinate(y)),
            ("width", Figure.coordinate(max(width, 0))), ("height", Figure.coordinate(max(height, 0))),
            ("rx", Figure.coordinate(radius)), ("class", style),
        ]
        shape("rect", attributes, tip: tip)
    }

    /// A point; `tip` is shown when the pointer rests on it.
    mutating func circle(_ center: (Double, Double), radius: Double, style: String, tip: String? = nil) {
        let attributes = [
            ("cx", Figure.coordinate(center.0)), ("cy", Figure.coordinate(center.1)),
            ("r", Figure.coordinate(radius)), ("class", style),
        ]
        shape("circle", attributes, tip: tip)
    }

    /// Straight lines through points.
    mutating func polyline(_ points: [(Double, Double)], style: String) {
        let list = points.map { "\(Figure.coordinate($0.0)),\(Figure.coordinate($0.1))" }.joined(separator: " ")
        body.empty("polyline", [("points", list), ("class", style)])
    }

    mutating func text(_ content: String, at point: (Double, Double), anchor: Anchor = .start, style: String = "tick") {
        body.element(
            "text",
            [
                ("x", Figure.coordinate(point.0)), ("y", Figure.coordinate(point.1)),
                ("text-anchor", anchor.rawValue), ("class", style),
            ],
            text: content
        )
    }

    private mutating func shape(_ name: String, _ attributes: [(String, String)], tip: String?) {
        guard let tip else { return body.empty(name, attributes) }
        body.element(name, attributes) { $0.element("title", text: tip) }
    }

    /// The element, with what a screen reader says of it.
    func markup(title: String, description: String) -> Markup {
        var markup = Markup()
        let attributes = [
            ("viewBox", "0 0 \(Figure.coordinate(width)) \(Figure.coordinate(height))"), ("role", "img"),
            ("aria-label", "\(title). \(description)"), ("class", "chart"),
        ]
        markup.element("svg", attributes) { markup in
            markup.element("title", text: title)
            markup.element("desc", text: description)
            markup.add(body)
        }
        return markup
    }

    /// About how wide a text is, at the chart's text size.
    static func textWidth(_ text: String) -> Double { 6.3 * Double(text.count) }

    /// Moves labels apart so that none is closer to the next than `gap`, as little as it takes, inside `bounds`.
    static func spread(_ places: [Double], gap: Double, within bounds: ClosedRange<Double>) -> [Double] {
        let order = places.indices.sorted { places[$0] < places[$1] }
        var spread = places
        for _ in 0..<200 {
            var moved = false
            for (upper, lower) in zip(order, order.dropFirst()) where spread[lower] - spread[upper] < gap - 0.01 {
                let push = (gap - (spread[lower] - spread[upper])) / 2
                spread[upper] -= push
                spread[lower] += push
                moved = true
            }
            for index in order {
                let inside = min(max(spread[index], bounds.lowerBound), bounds.upperBound)
                moved = moved || inside != spread[index]
                spread[index] = inside
            }
            guard moved else { break }
        }
        return spread
    }
}

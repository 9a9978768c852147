import Foundation
import FreshetEvaluation

/// How often each item is recommended against how popular it is, both by their logarithms.
///
/// Items that are never recommended have no logarithm and stand on a line of their own below. Items that would cover
/// each other become one larger point, so the drawing stays small however long the catalogue is.
struct ScatterChart {
    /// Training events and recommendations of each item.
    let items: [(events: Int, recommendations: Int)]
    /// The model's place in the palette.
    let color: Int

    private let frame = ChartFrame(left: 48, right: 14, top: 26, bottom: 62, width: 360, height: 300)
    private var never: Double { frame.height - 44 }

    init(items: [(events: Int, recommendations: Int)], color: Int) {
        self.items = items
        self.color = color
    }

    func draw() -> SVG {
        var svg = SVG(width: frame.width, height: frame.height)
        let (mostEvents, most) = (items.map(\.events).max() ?? 1, items.map(\.recommendations).max() ?? 1)
        let x = ChartScale.logarithmic(1...Double(max(mostEvents, 2)), to: frame.horizontal)
        let y = ChartScale.logarithmic(1...Double(max(most, 2)), to: frame.vertical)
        drawAxes(in: &svg, x: x, y: y)
        for (cell, count) in cells(x: x, y: y) {
            svg.circle(
                (Double(cell.x), cell.y < 0 ? never : Double(cell.y)),
                radius: 1.6 + 0.5 * log2(Double(count)),
                style: "point c\(color)"
            )
        }
        drawProportion(in: &svg, x: x, y: y)
        return svg
    }

    private func drawAxes(in svg: inout SVG, x: ChartScale, y: ChartScale) {
        for tick in y.ticks(3) {
            let place = y.position(tick)
            svg.line((frame.left, place), (frame.width - frame.right, place), style: "grid")
            svg.text(Figure.whole(tick), at: (frame.left - 6, place + 4), anchor: .end)
        }
        svg.text("times recommended", at: (frame.left - 30, 10), style: "axis-title")
        svg.line((frame.left, never), (frame.width - frame.right, never), style: "grid")
        svg.text("never", at: (frame.left - 6, never + 4), anchor: .end)
        for tick in x.ticks(3) {
            let place = x.position(tick)
            svg.line((place, frame.top), (place, never), style: "grid")
            svg.text(Figure.whole(tick), at: (place, frame.height - 22), anchor: .middle)
        }
        let middle = (frame.left + frame.width - frame.right) / 2
        svg.text("training events of the item", at: (middle, frame.height - 4), anchor: .middle, style: "axis-title")
    }

    /// The line on which the items would lie if each were recommended in proportion to its events.
    private func drawProportion(in svg: inout SVG, x: ChartScale, y: ChartScale) {
        let events = items.reduce(0) { $0 + $1.events }
        let recommendations = items.reduce(0) { $0 + $1.recommendations }
        guard events > 0, recommendations > 0 else { return }
        let factor = Double(recommendations) / Double(events)
        let start = max(1, 1 / factor)
        let end = min(x.domain.upperBound, y.domain.upperBound / factor)
        guard end > start else { return }
        svg.line(
            (x.position(start), y.position(start * factor)),
            (x.position(end), y.position(end * factor)),
            style: "reference"
        )
    }

    private struct Cell: Hashable, Comparable {
        let x: Int
        let y: Int

        static func < (left: Cell, right: Cell) -> Bool { (left.x, left.y) < (right.x, right.y) }
    }

    /// The points on a grid of 2 units, with how many items each stands for; `y` is -1 for those never recommended.
    private func cells(x: ChartScale, y: ChartScale) -> [(Cell, Int)] {
        var counts: [Cell: Int] = [:]
        for item in items where item.events > 0 || item.recommendations > 0 {
            let column = Int((x.position(Double(max(item.events, 1))) / 2).rounded()) * 2
            let row =
                item.recommendations == 0
                ? -1 : Int((y.position(Double(item.recommendations)) / 2).rounded()) * 2
            counts[Cell(x: column, y: row), default: 0] += 1
        }
        return counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

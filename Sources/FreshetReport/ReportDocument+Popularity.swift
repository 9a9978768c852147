import FreshetEvaluation

extension ReportDocument {
    /// Popularity against recommendation frequency, and how the recommendations spread over the catalogue.
    func popularitySection() -> Markup? {
        let shown = results.enumerated().filter { $0.element.recommendationCounts.contains { $0 > 0 } }
        guard let cutoff = shown.first?.element.frequencyCutoff else { return nil }
        return section(
            "Popular items and the long tail",
            "How often each item is among the first \(cutoff) of a user's list. On the dotted line an item is "
                + "recommended in proportion to its popularity; above it more often than that.",
            isShown: !shown.isEmpty
        ) { section in
            if !itemEvents.isEmpty {
                section.add(shown.map { row, result in scatterFigure(result, color: row % ReportStyle.colors) })
            }
            section.element("h3", text: "How few items take all recommendations")
            section.element("div", [("class", "figures two")]) { spreadFigure(shown.map { ($0, $1) }, in: &$0) }
        }
    }

    private func scatterFigure(_ result: EvaluationResult, color: Int) -> ReportFigure {
        let counts = result.recommendationCounts
        let items = counts.indices.map { (itemEvents.indices.contains($0) ? itemEvents[$0] : 0, counts[$0]) }
        let never = counts.count { $0 == 0 }
        return ReportFigure(
            title: name(of: result),
            note:
                "\(Figure.whole(Double(counts.count - never))) of \(Figure.whole(Double(counts.count))) items are recommended",
            description: "A point an item: training events across, recommendations up, both by their logarithm. "
                + "\(Figure.percent(Double(never) / Double(max(counts.count, 1)))) of the items are never recommended.",
            drawing: ScatterChart(items: items.map { (events: $0.0, recommendations: $0.1) }, color: color).draw(),
            heads: ["Training events", "Items", "Never recommended", "Mean recommendations"],
            rows: popularityBands(items)
        )
    }

    /// The items in bands of popularity, each ten times as popular as the one before.
    private func popularityBands(_ items: [(events: Int, recommendations: Int)]) -> [[String]] {
        let bands = [0...0, 1...9, 10...99, 100...999, 1000...9999, 10_000...Int.max]
        return bands.compactMap { band in
            let members = items.filter { band.contains($0.events) }
            guard !members.isEmpty else { return nil }
            let sum = members.reduce(0) { $0 + $1.recommendations }
            let upper = band.upperBound == .max ? "or more" : "– \(band.upperBound)"
            return [
                band == 0...0 ? "0" : "\(band.lowerBound) \(upper)",
                Figure.whole(Double(members.count)),
                Figure.whole(Double(members.count { $0.recommendations == 0 })),
                Figure.short(Double(sum) / Double(members.count)),
            ]
        }
    }

    private func spreadFigure(_ shown: [(Int, EvaluationResult)], in grid: inout Markup) {
        var series = shown.map { row, result in
            LineChart.Series(
                name: name(of: result),
                points: Self.concentration(result.recommendationCounts),
                color: row % ReportStyle.colors
            )
        }
        if itemEvents.contains(where: { $0 > 0 }) {
            series.append(
                LineChart.Series(
                    name: "the events themselves",
                    points: Self.concentration(itemEvents),
                    color: ReportStyle.neutral
                )
            )
        }
        // The legend stands in the order of the lines, the steepest first.
        series.sort { Self.height(of: $0.points, at: 20) > Self.height(of: $1.points, at: 20) }
        let chart = LineChart(
            series: series,
            xTitle: "% of the catalogue, most recommended first",
            yLimit: 1,
            isPercent: true,
            hasDiagonal: true,
            isLabelled: false
        )
        let title = "Share of all recommendations"
        let description =
            "A line a model: the share of all recommendations that go to the most recommended items. On the dotted "
            + "diagonal all items would be recommended alike."
        let marks = [1.0, 10, 20]
        let legend = ReportFigure.table(
            heads: ["Share of the top …"] + marks.map { "\(Int($0))%" },
            rows: series.map { line in
                [line.name] + marks.map { Figure.percent(Self.height(of: line.points, at: $0)) }
            },
            colors: series.map(\.color)
        )
        grid.element("figure") { figure in
            figure.element("figcaption", text: title)
            figure.add(chart.draw().markup(title: title, description: description))
        }
        grid.element("div", [("class", "legend")]) { $0.add(legend) }
    }

    /// The cumulative share of the counts, largest first, by the percentage of the items: about a hundred points.
    static func concentration(_ counts: [Int]) -> [(x: Double, y: Double)] {
        let sorted = counts.sorted(by: >)
        let total = Double(max(sorted.reduce(0, +), 1))
        let step = max(1, sorted.count / 200)
        var points: [(x: Double, y: Double)] = [(0, 0)]
        var sum = 0
        for (place, count) in sorted.enumerated() {
            sum += count
            guard (place + 1) % step == 0 || place + 1 == sorted.count else { continue }
            points.append((100 * Double(place + 1) / Double(sorted.count), Double(sum) / total))
        }
        return points
    }

    private static func height(of points: [(x: Double, y: Double)], at x: Double) -> Double {
        guard let next = points.firstIndex(where: { $0.x >= x }), next > 0 else { return points.first?.y ?? 0 }
        let (left, right) = (points[next - 1], points[next])
        return left.y + (right.y - left.y) * (x - left.x) / (right.x - left.x)
    }
}

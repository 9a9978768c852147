import FreshetEvaluation

extension ReportDocument {
    func metricSection() -> Markup? {
        let keys = charted.filter { key in results.contains { $0.metrics[key] != nil } }
        let figures = keys.map { key in
            barFigure(
                Metric.label(of: key),
                note: Metric.parse(key)?.metric.explanation ?? "",
                estimates: results.map { $0.metrics[key] },
                key: key
            )
        }
        return section(
            "What each model reaches",
            "Bars end at the figure; the line through the end is its 95% interval.",
            isShown: !figures.isEmpty
        ) { $0.add(figures) }
    }

    func segmentSection() -> Markup? {
        var names: [String] = []
        for segment in results.flatMap(\.segments) where !names.contains(segment.name) { names.append(segment.name) }
        let segments = names.map { name in results.map { $0.segments.first { $0.name == name } } }
        let limit = segments.joined().compactMap { $0?.metrics[mainMetric]?.high }.max() ?? 0
        let figures = zip(names, segments).map { name, parts in
            let users = parts.compactMap { $0?.users }.first ?? 0
            return barFigure(
                name.prefix(1).uppercased() + name.dropFirst() + ", \(Figure.whole(Double(users))) users",
                note: parts.compactMap { $0?.definition }.first.map { $0.prefix(1).uppercased() + $0.dropFirst() }
                    ?? "",
                estimates: parts.map { $0?.metrics[mainMetric] },
                key: mainMetric,
                limit: limit
            )
        }
        return section(
            "Who is served well",
            "\(Metric.label(of: mainMetric)) of parts of the users and of the catalogue, on one scale.",
            isShown: limit > 0
        ) { $0.add(figures) }
    }

    private func barFigure(
        _ title: String,
        note: String,
        estimates: [Estimate?],
        key: String,
        limit: Double? = nil
    ) -> ReportFigure {
        let measured = zip(results.indices, estimates).compactMap { row, estimate in estimate.map { (row, $0) } }
        let values = measured.map(\.1.value)
        let direction = Metric.parse(key)?.metric.direction ?? .neither
        let best = direction == .higher ? values.max() : direction == .lower ? values.min() : nil
        let bars = measured.map { row, estimate in
            BarChart.Bar(
                name: name(of: results[row]),
                estimate: estimate,
                color: row % ReportStyle.colors,
                isBest: estimate.value == best && values.count > 1
            )
        }
        let rows = bars.map { bar in
            [bar.name] + [bar.estimate.value, bar.estimate.low, bar.estimate.high].map(Figure.short)
        }
        return ReportFigure(
            title: title,
            note: note,
            description: "\(note) A bar a model, with its 95% interval.",
            drawing: BarChart(bars: bars, limit: limit ?? bars.map(\.estimate.high).max() ?? 0).draw(),
            heads: ["Model", "Value", "Low", "High"],
            rows: rows
        )
    }
}

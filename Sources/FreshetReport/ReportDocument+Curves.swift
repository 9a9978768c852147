import FreshetEvaluation
import FreshetModels

extension ReportDocument {
    /// Hit rate and NDCG by the length of the list, where they were measured at several.
    func cutoffSection() -> Markup? {
        let figures = [Metric.hitRate, .ndcg].compactMap { metric -> ReportFigure? in
            let keys = results.flatMap { $0.metrics.keys }.compactMap(Metric.parse)
            let cutoffs = Set(keys.filter { $0.metric == metric }.compactMap(\.cutoff)).sorted()
            guard cutoffs.count > 2 else { return nil }
            let series = results.enumerated().map { row, result in
                LineChart.Series(
                    name: name(of: result),
                    points: cutoffs.compactMap { cutoff in
                        result[metric, at: cutoff].map { (Double(cutoff), $0.value) }
                    },
                    color: row % ReportStyle.colors
                )
            }
            let chart = LineChart(
                series: series,
                xTitle: "length of the list K",
                isLogarithmic: true,
                xTicks: cutoffs.map(Double.init)
            )
            return ReportFigure(
                title: "\(metric.label) by the length of the list",
                description: "\(metric.explanation) A line a model.",
                drawing: chart.draw(),
                heads: ["Model"] + cutoffs.map { "@\($0)" },
                rows: results.map { result in
                    [name(of: result)] + cutoffs.map { result[metric, at: $0].map { Figure.short($0.value) } ?? "–" }
                }
            )
        }
        return section(
            "How far down the list",
            "A longer list catches more, and the order inside it matters.",
            isShown: !figures.isEmpty
        ) { $0.add(figures, atMost: 2) }
    }

    /// Training loss and validation figure by epoch, two charts a model.
    func learningSection() -> Markup? {
        let figures = curves.flatMap { curve in
            [lossFigure(curve), validationFigure(curve)].compactMap(\.self)
        }
        return section(
            "How the models learned",
            "The mean training loss of each epoch, and NDCG@10 on each user's validation item, which chose the epoch.",
            isShown: !figures.isEmpty
        ) { $0.add(figures, atMost: 2) }
    }

    private func lossFigure(_ curve: TrainingCurve) -> ReportFigure? {
        let points = curve.epochs.map { (x: Double($0.epoch), y: $0.loss) }.filter { $0.y.isFinite }
        guard points.count > 1 else { return nil }
        return learningFigure("training loss", curve, points: points, startsAtZero: false)
    }

    private func validationFigure(_ curve: TrainingCurve) -> ReportFigure? {
        let points = curve.epochs.compactMap { record in
            record.validation.map { (x: Double(record.epoch), y: $0) }
        }.filter { $0.y.isFinite }
        guard points.count > 1, let best = points.max(by: { $0.y < $1.y }) else { return nil }
        let label = "best: \(Figure.short(best.y)), epoch \(Int(best.x))"
        return learningFigure("validation NDCG@10", curve, points: points, startsAtZero: true, mark: (best, label))
    }

    private func learningFigure(
        _ what: String,
        _ curve: TrainingCurve,
        points: [(x: Double, y: Double)],
        startsAtZero: Bool,
        mark: (point: (x: Double, y: Double), label: String)? = nil
    ) -> ReportFigure {
        let chart = LineChart(
            series: [LineChart.Series(name: curve.model, points: points, color: color(of: curve.model))],
            xTitle: "epoch",
            startsAtZero: startsAtZero,
            mark: mark,
            isLabelled: false
        )
        return ReportFigure(
            title: "\(curve.model): \(what)",
            description: "From \(Figure.short(points[0].y)) in epoch \(Int(points[0].x)) to "
                + "\(Figure.short(points[points.count - 1].y)) in epoch \(Int(points[points.count - 1].x)).",
            drawing: chart.draw(),
            heads: ["Epoch", what],
            rows: points.map { ["\(Int($0.x))", Figure.short($0.y)] }
        )
    }
}

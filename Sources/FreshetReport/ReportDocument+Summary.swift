import FreshetEvaluation

extension ReportDocument {
    /// The results that compete with each other: full rankings, unless all are sampled.
    private var ranked: [EvaluationResult] {
        let full = results.filter { $0.sampled == nil }
        return full.isEmpty ? results : full
    }

    /// The best model by the main metric.
    var best: EvaluationResult? {
        let isLower = Metric.parse(mainMetric)?.metric.direction == .lower
        let measured = ranked.filter { $0.metrics[mainMetric] != nil }
        return measured.min { left, right in
            guard let one = left.metrics[mainMetric]?.value, let other = right.metrics[mainMetric]?.value else {
                return false
            }
            return isLower ? one < other : one > other
        }
    }

    func header() -> Markup? {
        var markup = Markup()
        markup.element("header") { header in
            header.element("p", [("class", "brand")], text: "Freshet · evaluation report")
            header.element("h1", text: title)
            if !subtitle.isEmpty { header.element("p", [("class", "subtitle")], text: subtitle) }
            if let best { header.element("p", [("class", "finding")]) { finding(best, in: &$0) } }
        }
        return markup
    }

    private func finding(_ best: EvaluationResult, in text: inout Markup) {
        let hits = best[.hitRate, at: 10]
        text.element("strong", text: name(of: best))
        if let hits {
            text.add(" has the item that a user chose next among its first 10 for ")
            text.element("strong", text: "\(Figure.percent(hits.value))")
            text.add(" of \(Figure.whole(Double(best.users))) users")
            text.add(" (\(Metric.label(of: mainMetric)) \(Figure.short(best.metrics[mainMetric]?.value ?? 0))).")
        } else {
            text.add(" is the best of \(results.count) models: \(Metric.label(of: mainMetric)) ")
            text.element("strong", text: Figure.short(best.metrics[mainMetric]?.value ?? 0))
            text.add(" over \(Figure.whole(Double(best.users))) users.")
        }
        let test = comparisons.first { $0.candidate == best.model && $0.metric == mainMetric }
        guard let test else { return }
        let isSure = test.randomizationP < 0.05
        text.add(" Its lead over \(test.baseline) is \(isSure ? "" : "not ")more than chance explains: ")
        text.element("span", [("class", "whole")], text: "\(PairedComparison.describe(test.randomizationP)).")

    }

    func dataSection() -> Markup? {
        section("The data", isShown: !statistics.isEmpty) { section in
            let columns = Markup.columns(for: statistics.count, atMost: 7)
            section.element("dl", [("class", "tiles columns-\(columns)")]) { tiles in
                for fact in statistics {
                    tiles.element("div") { tile in
                        tile.element("dt", text: fact.name)
                        tile.element("dd", text: fact.value)
                    }
                }
            }
        }
    }

    func comparisonSection() -> Markup? {
        let table = ComparisonTable(results)
        let introduction = "± is half the 95% interval over users. The best figure of a column is bold."
        return section("The models side by side", introduction, isShown: !results.isEmpty) { section in
            section.add(comparison(table))
            guard !comparisons.isEmpty else { return }
            section.element("h3", text: "Is the difference more than chance?")
            section.add(
                ReportFigure.table(
                    heads: [
                        "Compared", "Metric", "Difference", "95% interval", "Sign-flip test", "Bootstrap", "Users",
                    ],
                    rows: comparisons.map { test in
                        let sign = test.difference.value > 0 ? "+" : ""
                        return [
                            "\(test.candidate) – \(test.baseline)", Metric.label(of: test.metric),
                            sign + Figure.short(test.difference.value),
                            "\(Figure.short(test.difference.low)) … \(Figure.short(test.difference.high))",
                            PairedComparison.describe(test.randomizationP),
                            PairedComparison.describe(test.bootstrapP),
                            "\(Figure.whole(Double(test.higher))) up, \(Figure.whole(Double(test.lower))) down",
                        ]
                    },
                    isWide: true
                )
            )
        }
    }

    private func comparison(_ table: ComparisonTable) -> Markup {
        var markup = Markup()
        markup.element("div", [("class", "scroll"), ("tabindex", "0")]) { box in
            box.element("table", [("class", "models")]) { markup in
                markup.element("thead") { head in
                    head.element("tr") { row in
                        row.element("th", [("scope", "col")], text: "Model")
                        for key in table.metrics { row.element("th", [("scope", "col")], text: Metric.label(of: key)) }
                    }
                }
                markup.element("tbody") { body in
                    for (row, result) in results.enumerated() { add(result, row, of: table, to: &body) }
                }
            }
        }
        return markup
    }

    private func add(_ result: EvaluationResult, _ row: Int, of table: ComparisonTable, to body: inout Markup) {
        body.element("tr") { line in
            line.element("th", [("scope", "row")]) { head in
                head.swatch(row % ReportStyle.colors)
                head.add(table.name(of: result))
            }
            for key in table.metrics {
                guard let estimate = result.metrics[key] else {
                    line.element("td", text: "–")
                    continue
                }
                line.element("td", table.isBest(row, metric: key) ? [("class", "best")] : []) { cell in
                    cell.add(Figure.short(estimate.value))
                    cell.element("small", text: " ±\(Figure.short(estimate.margin))")
                }
            }
        }
    }
}

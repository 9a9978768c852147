import FreshetEvaluation

/// A chart with its caption, and the same in numbers folded up below.
struct ReportFigure {
    /// The caption, short.
    let title: String
    /// A line under the caption.
    var note = ""
    /// What the chart shows, for those who do not see it.
    let description: String
    let drawing: SVG
    /// The chart in numbers: the heads of the columns, then the rows.
    let heads: [String]
    let rows: [[String]]

    var markup: Markup {
        var markup = Markup()
        markup.element("figure") { figure in
            figure.element("figcaption") { caption in
                caption.add(title)
                if !note.isEmpty { caption.element("small", text: note) }
            }
            figure.add(drawing.markup(title: title, description: description))
            figure.element("details") { details in
                details.element("summary") { summary in
                    summary.add("In numbers")
                    summary.element("span", [("class", "hidden")], text: ": \(title)")
                }
                details.add(Self.table(heads: heads, rows: rows))
            }
        }
        return markup
    }

    /// A plain table; the first column names the rows.
    ///
    /// - Parameters:
    ///   - heads: the heads of the columns.
    ///   - rows: the cells of each row.
    ///   - colors: the place of each row in the palette, when the rows are a chart's legend.
    ///   - isWide: whether the table is as wide as the page.
    /// - Returns: the table in a box that scrolls sideways when it has to.
    static func table(heads: [String], rows: [[String]], colors: [Int]? = nil, isWide: Bool = false) -> Markup {
        var markup = Markup()
        markup.element("div", [("class", "scroll"), ("tabindex", "0")]) { box in
            box.element("table", isWide ? [("class", "models")] : []) { table in
                table.element("thead") { head in
                    head.element("tr") { row in
                        for cell in heads { row.element("th", [("scope", "col")], text: cell) }
                    }
                }
                table.element("tbody") { body in
                    for (place, cells) in rows.enumerated() {
                        body.element("tr") { row in
                            row.element("th", [("scope", "row")]) { head in
                                if let colors { head.swatch(colors[place]) }
                                head.add(cells[0])
                            }
                            for cell in cells.dropFirst() { row.element("td", text: cell) }
                        }
                    }
                }
            }
        }
        return markup
    }
}

extension Markup {
    /// Adds a small square in a model's colour.
    mutating func swatch(_ color: Int) {
        element("span", [("class", "swatch c\(color)")], text: "")
    }

    /// Adds figures side by side, three in a row unless two fill the rows better, fewer where there is no room.
    mutating func add(_ figures: [ReportFigure], atMost limit: Int = 3) {
        let columns = Self.columns(for: figures.count, atMost: limit)
        element("div", [("class", "figures \(columns > 2 ? "three" : "two")")]) { grid in
            for figure in figures { grid.add(figure.markup) }
        }
    }

    /// How many of some boxes to put in a row, so that the last row is as full as can be: eight are four and four.
    static func columns(for count: Int, atMost limit: Int) -> Int {
        let rows = (count + limit - 1) / limit
        return rows == 0 ? 1 : (count + rows - 1) / rows
    }
}

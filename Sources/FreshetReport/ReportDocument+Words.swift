import FreshetEvaluation

extension ReportDocument {
    /// Some customers: what they did, what they chose next, what each model would have shown.
    func customerSection() -> Markup? {
        section(
            "Customers in words",
            "What a customer did, what came next (unseen by the models), and what each model would have shown.",
            isShown: !customers.isEmpty
        ) { section in
            for customer in customers {
                section.element("article", [("class", "customer")]) { add(customer, to: &$0) }
            }
        }
    }

    private func add(_ customer: CustomerStory, to article: inout Markup) {
        article.element("h3", text: customer.name)
        article.element("div", [("class", "story")]) { story in
            story.element("div", [("class", "past")]) { past in
                past.element("h4", text: "So far, latest first")
                past.element("ol", [("class", "history")]) { list in
                    for title in customer.history.reversed() { list.element("li", text: title) }
                }
                let hidden = customer.historyCount - customer.history.count
                if hidden > 0 {
                    past.element("p", [("class", "more")], text: "and \(Figure.whole(Double(hidden))) before")
                }
                past.element("h4", text: "Next")
                for title in customer.chosen { past.element("p", [("class", "chosen")], text: title) }
            }
            let columns = Markup.columns(for: customer.lists.count, atMost: 3)
            story.element("div", [("class", "lists columns-\(columns)")]) { lists in
                for shown in customer.lists { add(shown, to: &lists) }
            }
        }
    }

    private func add(_ shown: CustomerStory.List, to lists: inout Markup) {
        lists.element("div", [("class", "list")]) { box in
            box.element("h4") { head in
                head.swatch(color(of: shown.model))
                head.add(shown.model)
            }
            box.element("ol") { list in
                for item in shown.items {
                    guard item.isChosen else {
                        list.element("li", text: item.title)
                        continue
                    }
                    list.element("li", [("class", "hit")]) { line in
                        line.element("strong", text: item.title)
                        line.add(" ✓")
                        line.element("span", [("class", "hidden")], text: " (chosen)")
                    }
                }
            }
        }
    }

    /// How the figures were made: protocol, definitions, settings.
    func methodSection() -> Markup? {
        section("How the figures were made") { section in
            var methods: [(String, [String])] = []
            for result in results {
                if let place = methods.firstIndex(where: { $0.0 == result.method }) {
                    methods[place].1.append(name(of: result))
                } else {
                    methods.append((result.method, [name(of: result)]))
                }
            }
            for (method, models) in methods where !method.isEmpty {
                let who = methods.count > 1 ? "\(models.joined(separator: ", ")): " : ""
                section.element("p", [("class", "method")], text: who + method)
            }
            addDefinitions(to: &section)
            if !configuration.isEmpty {
                section.element("h3", text: "Run")
                section.element("dl", [("class", "facts")]) { list in
                    for fact in configuration {
                        list.element("div") { row in
                            row.element("dt", text: fact.name)
                            row.element("dd", text: fact.value)
                        }
                    }
                }
            }
            for setting in settings {
                section.element("details", [("class", "settings")]) { details in
                    details.element("summary", text: "Settings of \(setting.model)")
                    details.element("pre") { $0.element("code", text: setting.json) }
                }
            }
        }
    }

    private func addDefinitions(to section: inout Markup) {
        let keys = Set(results.flatMap { $0.metrics.keys }.compactMap { Metric.parse($0)?.metric })
        guard !keys.isEmpty else { return }
        section.element("details") { details in
            details.element("summary", text: "What the metrics mean")
            details.element("dl", [("class", "notes")]) { list in
                for metric in Metric.allCases where keys.contains(metric) {
                    list.element("div") { note in
                        note.element("dt", text: metric.label)
                        note.element("dd", text: metric.explanation)
                    }
                }
            }
        }
    }
}

import FreshetCore
import FreshetData
import FreshetModels

extension Recommender {
    /// Whether who asks is in a segment; nobody is in an unknown one.
    public func isIn(_ segment: String, _ query: Query) -> Bool {
        rules.current.contains(query, inSegment: segment, catalog.current())
    }

    /// What about a rule may not be meant, in sentences; looks through the catalogue once.
    ///
    /// - Parameters:
    ///   - rule: the rule, as if it were in force for everybody.
    ///   - query: nobody's question, of now.
    ///   - streaming: what is counted from the stream.
    /// - Returns: the sentences.
    public func doubts(about rule: Rule, _ query: Query, streaming: any StreamingEvidence) -> [String] {
        var always = Rule(id: rule.id, then: rule.then)
        always.then.share = nil
        let none = ModelSnapshot(version: ModelVersion(0), scorer: nil, offset: 0)
        func request(_ rules: [Rule]) -> PipelineRequest {
            self.request(query, snapshot: none, streaming: streaming, under: RuleTable(rules: rules))
        }
        let (before, after) = (request([]), request([always]))
        var doubts: [String] = []
        for pin in rule.then.pin ?? [] {
            let item = vocabulary.item(pin.item)
            if item.map({ !before.admits($0) }) ?? true {
                doubts.append("There is no item '\(pin.item)' that may be shown: it is not pinned while that is so.")
            } else if item.map({ !after.admits($0) }) ?? false {
                doubts.append("The rule keeps the item '\(pin.item)' back that it pins.")
            }
        }
        if let item = rule.when.item, vocabulary.item(item) == nil {
            doubts.append("There is no item '\(item)': the rule is for no question while that is so.")
        }
        for name in (rule.then.objective ?? [:]).keys.sorted() where !before.catalog.hasAttribute(name) {
            doubts.append("No item has the attribute '\(name)': the objective changes nothing while that is so.")
        }
        for (place, filter) in rule.then.filters {
            for name in filter.itemAttributes where !before.catalog.hasAttribute(name) {
                doubts.append("No item has the attribute '\(name)' that '\(place)' asks for.")
            }
        }
        let isSameForAll = rule.then.filters.allSatisfy(\.filter.root.isSameForAll)
        if after.rules.isFiltering, isSameForAll {
            var (shown, all) = (0, 0)
            before.forEachAdmitted { _ in all += 1 }
            after.forEachAdmitted { _ in shown += 1 }
            if shown == 0, all > 0 {
                doubts.append("Of \(all) items that may be shown the rule leaves none: its answers are empty.")
            }
        }
        return doubts
    }
}

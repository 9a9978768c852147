import FreshetCore
import FreshetData
import FreshetTensor

/// The rules that are in force for one question, ready to be applied.
struct ActiveRules {
    /// The ids of the rules, and with `!` before it of those that the user is left out of; in the order of the ids.
    private(set) var ids: [String] = []
    /// What the logarithm of the odds of some items changes by.
    private(set) var weights: [(program: FilterProgram, change: Float)] = []
    /// Items that have a share of the places.
    private(set) var shares: [(program: FilterProgram, atLeast: Double)] = []
    /// Items and their places from 0, by place.
    private(set) var pins: [(item: ItemIndex, place: Int)] = []
    /// The name of an attribute, and what it counts.
    private(set) var objectives: [(name: UInt32, weight: Float)] = []
    /// What items must meet, and what they must not.
    private var conditions: [(program: FilterProgram, isWanted: Bool)] = []

    /// Finds out which rules of a table are in force.
    init(_ table: RuleTable, for query: Query, _ catalog: CatalogSnapshot, _ vocabulary: Vocabulary) {
        for entry in table.entries where Self.holds(entry.rule, table, query, catalog, vocabulary) {
            guard !Self.isHeldOut(query, of: entry.rule) else {
                ids.append("!" + entry.rule.id)
                continue
            }
            ids.append(entry.rule.id)
            add(entry, query, catalog, vocabulary)
        }
        pins.sort { $0.place < $1.place }
    }

    /// Whether anything keeps items back.
    var isFiltering: Bool { !conditions.isEmpty }

    /// Whether an item may appear.
    func admits(_ item: ItemIndex, _ catalog: CatalogSnapshot) -> Bool {
        guard isFiltering else { return true }
        let details = catalog.details(of: item) ?? ItemDetails()
        return conditions.allSatisfy { $0.program.admits(details) == $0.isWanted }
    }

    private mutating func add(
        _ entry: RuleTable.Entry,
        _ query: Query,
        _ catalog: CatalogSnapshot,
        _ vocabulary: Vocabulary
    ) {
        func program(_ filter: RuleFilter) -> FilterProgram { filter.program(for: query, catalog) }
        if let hide = entry.hide { conditions.append((program(hide), false)) }
        if let filter = entry.filter { conditions.append((program(filter), true)) }
        weights += entry.weights.map { (program($0.filter), $0.change) }
        shares += entry.shares.map { (program($0.filter), $0.atLeast) }
        for pin in entry.rule.then.pin ?? [] {
            if let item = vocabulary.item(pin.item) { pins.append((item, pin.position - 1)) }
        }
        for (name, weight) in (entry.rule.then.objective ?? [:]).sorted(by: { $0.key < $1.key }) {
            // A name that no item has tells nothing apart.
            guard let name = catalog.terms.number(of: Term(kind: .name, text: name)) else { continue }
            objectives.append((name, Float(weight)))
        }
    }

    private static func holds(
        _ rule: Rule,
        _ table: RuleTable,
        _ query: Query,
        _ catalog: CatalogSnapshot,
        _ vocabulary: Vocabulary
    ) -> Bool {
        guard rule.enabled || query.rules.contains(rule.id) else { return false }
        if let from = rule.from, query.time < from.seconds { return false }
        if let until = rule.until, query.time >= until.seconds { return false }
        if let scenario = rule.when.scenario, scenario != query.scenario { return false }
        if let item = rule.when.item {
            guard let index = vocabulary.item(item), index == query.item ?? query.history.items.last else {
                return false
            }
        }
        guard let segment = rule.when.segment else { return true }
        return table.contains(query, inSegment: segment, catalog)
    }

    /// Whether a user is among those for whom a rule does nothing: the same ones for as long as the rule has its id.
    private static func isHeldOut(_ query: Query, of rule: Rule) -> Bool {
        guard let share = rule.holdout, share > 0 else { return false }
        // Whoever is not known is told apart by the session.
        let unit = query.user.map { UInt64($0.position) } ?? UInt64(query.session.rawValue) << 32
        let name = rule.id.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        var random = RandomSource.stream(seed: name, unit)
        return Double(random.uniform()) < share
    }
}

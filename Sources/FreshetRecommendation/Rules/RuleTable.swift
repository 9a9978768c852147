import Foundation
import FreshetCore
import FreshetData

/// The rules and segments of one moment, immutable: taken once by a request.
public struct RuleTable: Sendable {
    /// A rule with its filters.
    struct Entry: Sendable {
        let rule: Rule
        let hide: RuleFilter?
        let filter: RuleFilter?
        /// What the logarithm of the odds changes by.
        let weights: [(filter: RuleFilter, change: Float)]
        let shares: [(filter: RuleFilter, atLeast: Double)]

        init(_ rule: Rule) {
            self.rule = rule
            let actions = rule.then
            hide = actions.hide.map { RuleFilter($0) }
            filter = actions.filter.map { RuleFilter($0) }
            weights =
                (actions.boost ?? []).map { (RuleFilter($0.filter), Float(log($0.by))) }
                + (actions.bury ?? []).map { (RuleFilter($0.filter), -Float(log($0.by))) }
            shares = (actions.share ?? []).map { (RuleFilter($0.filter), $0.atLeast) }
        }
    }

    /// The rules, in the order of their ids.
    let entries: [Entry]
    /// The segments by id.
    public let segments: [String: UserSegment]
    /// Their ids in order.
    private let segmentIDs: [String]
    /// The policies by scenario, where they are others than the configuration's.
    public let scenarios: [String: PolicyConfiguration]
    /// The attributes of users that rules and segments compare with.
    public let userAttributes: Set<String>

    /// Compiles rules.
    public init(
        rules: [Rule] = [],
        segments: [String: UserSegment] = [:],
        scenarios: [String: PolicyConfiguration] = [:]
    ) {
        entries = rules.sorted { $0.id < $1.id }.map { Entry($0) }
        self.segments = segments
        segmentIDs = segments.keys.sorted()
        self.scenarios = scenarios
        // Of all segments, as answers are told apart by them.
        let filters = segments.values.map(\.filter) + rules.flatMap { $0.then.filters.map(\.filter) }
        userAttributes = Set(filters.flatMap(\.userAttributes))
    }

    /// The rules, in the order of their ids.
    public var rules: [Rule] { entries.map(\.rule) }

    /// The same with a rule added or put in the place of the one of its id.
    public func with(_ rule: Rule) -> RuleTable {
        RuleTable(rules: without(rule.id).rules + [rule], segments: segments, scenarios: scenarios)
    }

    /// The same without a rule.
    public func without(_ id: String) -> RuleTable {
        RuleTable(rules: rules.filter { $0.id != id }, segments: segments, scenarios: scenarios)
    }

    /// The segments that hold the user of a question, in the order of their ids.
    public func segments(of query: Query, _ catalog: CatalogSnapshot) -> [String] {
        guard !segments.isEmpty else { return [] }
        let resolver = Self.resolver(of: query, catalog)
        return segmentIDs.filter { holds(resolver, $0) }
    }

    /// Whether a segment holds a user.
    func contains(_ query: Query, inSegment id: String, _ catalog: CatalogSnapshot) -> Bool {
        segments[id] != nil && holds(Self.resolver(of: query, catalog), id)
    }

    private func holds(_ resolver: FilterResolver, _ id: String) -> Bool {
        guard let segment = segments[id] else { return false }
        return FilterProgram([segment.filter.root], resolver).entry == FilterProgram.accept
    }

    /// What segments are told by: the user's attributes, the number of their events among them.
    private static func resolver(of query: Query, _ catalog: CatalogSnapshot) -> FilterResolver {
        var user = query.userAttributes
        if user["events"] == nil { user["events"] = .number(Double(query.history.count)) }
        return FilterResolver(terms: catalog.terms, user: user, now: Double(query.time))
    }
}

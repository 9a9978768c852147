import Foundation
import FreshetCore
import FreshetRecommendation
import Synchronization

/// The operator's rules, segments and scenarios: kept in the store, in force from the moment of a change on.
final class RuleService: Sendable {
    /// More versions of a rule are not kept.
    static let versions = 20
    private static let keys = (rule: "rule/", segment: "segment/", scenario: "scenario/")

    private struct State {
        /// The versions of each rule, newest first.
        var rules: [String: [RuleVersion]] = [:]
        var segments: [String: UserSegment] = [:]
        var scenarios: [String: PolicyConfiguration] = [:]

        var table: RuleTable {
            RuleTable(rules: rules.values.compactMap { $0.first?.rule }, segments: segments, scenarios: scenarios)
        }
    }

    /// What answers look at.
    let book: RuleBook
    private let store: any SettingsStore
    private let clock: EngineClock
    private let turn = Turn()
    private let state: Mutex<State>

    /// Reads what is kept.
    /// - Throws: ``FreshetError`` when the store cannot be read, or holds what this version does not understand.
    init(store: any SettingsStore, clock: EngineClock) async throws {
        let kept = try await Self.state(in: store)
        book = RuleBook(kept.table)
        state = Mutex(kept)
        self.store = store
        self.clock = clock
    }

    /// Whether a setting of the store is one of these.
    static func owns(_ setting: String) -> Bool {
        [keys.rule, keys.segment, keys.scenario].contains { setting.hasPrefix($0) }
    }

    /// Reads again what is kept, which another process changed.
    /// - Throws: as ``init(store:clock:)``; what was in force stays then.
    func reload() async throws {
        try await turn.run {
            let kept = try await Self.state(in: store)
            change { $0 = kept }
        }
    }

    private static func state(in store: any SettingsStore) async throws -> State {
        var kept = State()
        kept.rules = try await read(store, keys.rule)
        kept.segments = try await read(store, keys.segment)
        kept.scenarios = try await read(store, keys.scenario)
        return kept
    }

    private static func read<Value: Decodable>(_ store: any SettingsStore, _ prefix: String) async throws -> [String:
        Value]
    {
        var values: [String: Value] = [:]
        for (name, text) in try await store.settings(prefix: prefix) {
            do {
                values[String(name.dropFirst(prefix.count))] = try JSONDecoder().decode(
                    Value.self,
                    from: Data(text.utf8)
                )
            } catch let error as DecodingError {
                throw FreshetError(
                    .invalidData,
                    "What the store keeps as '\(name)' cannot be read: \(error).",
                    remedy: "Open it with the version of Freshet that wrote it, and remove or change it there."
                )
            }
        }
        return values
    }

    // MARK: Rules

    /// The rules there are, in the order of their ids.
    var rules: [RuleVersion] {
        state.withLock { $0.rules.values.compactMap { $0.first.flatMap { $0.rule == nil ? nil : $0 } } }
            .sorted { ($0.rule?.id ?? "") < ($1.rule?.id ?? "") }
    }

    /// The versions of a rule, newest first; none of one that never was.
    func versions(of id: String) -> [RuleVersion] { state.withLock { $0.rules[id] ?? [] } }

    /// Adds a rule or puts it in the place of the one of its id.
    func put(_ rule: Rule) async throws -> RuleVersion {
        try rule.validate()
        return try await turn.run {
            if let segment = rule.when.segment { try check(segment) }
            return try await add(rule, to: rule.id)
        }
    }

    /// Removes a rule; `false` where there is none.
    func removeRule(_ id: String) async throws -> Bool {
        try await turn.run {
            guard versions(of: id).first?.rule != nil else { return false }
            _ = try await add(nil, to: id)
            return true
        }
    }

    private func add(_ rule: Rule?, to id: String) async throws -> RuleVersion {
        let earlier = versions(of: id)
        let version = RuleVersion(
            version: (earlier.first?.version ?? 0) + 1,
            changed: Timestamp(milliseconds: clock.milliseconds),
            rule: rule
        )
        let all = [version] + earlier.prefix(Self.versions - 1)
        try await keep(all, as: Self.keys.rule + id)
        change { $0.rules[id] = all }
        return version
    }

    /// Checks that a segment is there.
    func check(_ segment: String) throws {
        let known = state.withLock { Array($0.segments.keys) }
        guard known.contains(segment) else { throw FreshetError.unknown("segment", segment, known: known) }
    }

    // MARK: Segments

    /// The segments there are, in the order of their ids.
    var segments: [UserSegment] { state.withLock { $0.segments.values.sorted { $0.id < $1.id } } }

    /// Adds a segment or puts it in the place of the one of its id.
    func put(_ segment: UserSegment) async throws {
        try segment.validate()
        try await turn.run {
            try await keep(segment, as: Self.keys.segment + segment.id)
            change { $0.segments[segment.id] = segment }
        }
    }

    /// Removes a segment that no rule names; `false` where there is none.
    func removeSegment(_ id: String) async throws -> Bool {
        try await turn.run {
            guard state.withLock({ $0.segments[id] != nil }) else { return false }
            let rules = rules.compactMap(\.rule).filter { $0.when.segment == id }.map(\.id)
            guard rules.isEmpty else {
                throw FreshetError(
                    .conflict,
                    "The segment '\(id)' is named by the rules \(rules.joined(separator: ", ")).",
                    remedy: "Change or remove these first."
                )
            }
            try await store.setSetting(Self.keys.segment + id, to: nil)
            change { $0.segments[id] = nil }
            return true
        }
    }

    // MARK: Scenarios

    /// The scenarios that were changed.
    var scenarios: [String: PolicyConfiguration] { state.withLock { $0.scenarios } }

    /// Gives a scenario policies in the place of the configuration's; `nil` takes them away again.
    func setScenario(_ id: String, to policies: PolicyConfiguration?) async throws {
        if let problem = Rule.problem(withID: id) { throw FreshetError(.usage, "The id of this scenario \(problem).") }
        try policies?.validate()
        try await turn.run {
            if let policies {
                try await keep(policies, as: Self.keys.scenario + id)
            } else {
                try await store.setSetting(Self.keys.scenario + id, to: nil)
            }
            change { $0.scenarios[id] = policies }
        }
    }

    private func keep(_ value: some Encodable, as name: String) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try await store.setSetting(name, to: String(decoding: encoder.encode(value), as: UTF8.self))
    }

    private func change(_ body: (inout State) -> Void) {
        let table = state.withLock { state in
            body(&state)
            return state.table
        }
        book.replace(with: table)
    }
}

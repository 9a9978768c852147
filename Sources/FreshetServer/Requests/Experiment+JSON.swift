import Foundation
import FreshetCore
import FreshetEngine
import FreshetExperiments
import FreshetRecommendation
import NIOCore

extension ExperimentDraft {
    /// Reads the body of `POST /v1/experiments`.
    /// - Throws: ``Problem`` that lists the mistakes, or ``FreshetError`` that says what does not go together.
    init(_ body: JSONValue) throws {
        var fields = try JSONFields(body)
        let id = fields.required("id", fields.shortText("id"))
        if let unit = fields.shortText("unit"), unit != "user" { fields.fault("unit", "must be 'user'") }
        let namespace = fields.namespace("namespace")
        let coverage = fields.number("coverage", in: 0...1)
        let method = fields.name("method", ServedExperiment.Method.self)
        let scenarios = fields.strings("scenarios", maximum: 100)
        let variants = fields.variants("variants")
        let metrics = fields.required("metrics", fields.strings("metrics", maximum: 20))
        let guardrails = fields.strings("guardrails", maximum: 20)
        let rules = fields.decoded("rules", VerdictRules.self, names: VerdictRules.names)
        let daysBefore = fields.number("days_before", in: 0...90)
        let bandit = fields.decoded("bandit", BanditSettings.self, names: BanditSettings.names)
        if bandit != nil, method != .bandit { fields.fault("bandit", "belongs to the method 'bandit'") }
        try fields.finish()
        self.init(
            try Experiment(
                id: id ?? "",
                namespace: namespace,
                coverage: coverage ?? 1,
                variants: variants.map { Variant(name: $0.name, weight: $0.weight ?? 1 / Double(variants.count)) },
                metrics: metrics ?? [],
                guardrails: guardrails ?? [],
                rules: rules ?? VerdictRules()
            ),
            changes: variants.map(\.change),
            method: method ?? .split,
            scenarios: scenarios ?? [],
            daysBefore: daysBefore ?? 7
        )
        self.bandit = bandit ?? self.bandit
    }
}

/// What changes of an experiment that runs.
struct ExperimentChange {
    /// The new weights by variant.
    let weights: [String: Double]
    /// The share of users that should take part; as before when `nil`.
    let coverage: Double?

    /// Reads the body of `PATCH /v1/experiments/{id}`.
    /// - Throws: ``Problem`` that lists the mistakes.
    init(_ body: JSONValue) throws {
        var fields = try JSONFields(body)
        coverage = fields.number("coverage", in: 0...1)
        var weights: [String: Double] = [:]
        switch fields.value("weights") {
        case nil: break
        case .object(let members):
            for member in members {
                if case .number(let weight) = member.value, (0...1).contains(weight) {
                    weights[member.name] = weight
                } else {
                    fields.fault("weights", member.name, "must be a number from 0 to 1")
                }
            }
        default: fields.fault("weights", "must be an object of weights by variant")
        }
        self.weights = weights
        if coverage == nil, weights.isEmpty { fields.fault("weights", "or 'coverage' must be there: nothing changes") }
        try fields.finish()
    }
}

/// A variant as it is asked for.
private struct AskedVariant {
    let name: String
    /// `nil` where all are to have the same.
    let weight: Double?
    let change: VariantChange
}

extension JSONFields {
    /// Notes that a field is missing that must be there.
    fileprivate mutating func required<Value>(_ name: String, _ value: Value?) -> Value? {
        if self.value(name) == nil { fault(name, "is missing") }
        return value
    }

    /// One of some names.
    fileprivate mutating func name<Name: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        _ type: Name.Type
    ) -> Name? {
        guard let text = shortText(name) else { return nil }
        let value = Name(rawValue: text)
        if value == nil { fault(name, "must be \(Name.allCases.map(\.rawValue).joined(separator: " or "))") }
        return value
    }

    /// A part of a namespace: its name for all of it, or an object that says from where to where.
    fileprivate mutating func namespace(_ name: String) -> Namespace? {
        guard let value = value(name) else { return nil }
        if case .string = value { return shortText(name).map { Namespace(name: $0, from: 0, to: 1) } }
        return nested(value, at: pointer(name)) { fields in
            let name = fields.required("name", fields.shortText("name"))
            let (from, to) = (fields.number("from", in: 0...1), fields.number("to", in: 0...1))
            return name.map { Namespace(name: $0, from: from ?? 0, to: to ?? 1) }
        }
    }

    /// The variants; all of them have weights or none.
    fileprivate mutating func variants(_ name: String) -> [AskedVariant] {
        guard case .array(let values) = value(name) else {
            fault(name, "must be an array of variants")
            return []
        }
        var variants: [AskedVariant] = []
        for (place, value) in values.enumerated() {
            let variant = nested(value, at: "\(pointer(name))/\(place)") { fields in
                let name = fields.required("name", fields.shortText("name"))
                let weight = fields.number("weight", in: 0...1)
                return AskedVariant(name: name ?? "", weight: weight, change: fields.change())
            }
            if let variant { variants.append(variant) }
        }
        let weighted = variants.count { $0.weight != nil }
        if weighted != 0, weighted != variants.count { fault(name, "must all have a 'weight', or none of them") }
        return variants
    }

    /// What a variant changes.
    private mutating func change() -> VariantChange {
        var changes: [VariantChange] = []
        if let settings = decoded("scenario", PolicyChange.self, names: PolicyChange.names) {
            changes.append(.settings(settings))
        }
        if let policy = shortText("policy") { changes.append(.policy(policy)) }
        if let rule = shortText("rule") { changes.append(.rule(rule)) }
        if let text = string("version") {
            if let version = ModelVersion(text) {
                changes.append(.version(version))
            } else {
                fault("version", "must be a version such as 3.17")
            }
        }
        if bool("frozen") == true { changes.append(.frozen(nil)) }
        let names = ["scenario", "policy", "rule", "version", "frozen"].filter { value($0) != nil }
        if changes.count > 1 { fault(names[1], "stands beside '\(names[0])': a variant changes one thing") }
        return changes.first ?? .nothing
    }

    /// An object of known names, read as it is read everywhere else.
    fileprivate mutating func decoded<Value: Decodable>(_ name: String, _ type: Value.Type, names: [String]) -> Value? {
        guard let value = value(name) else { return nil }
        return nested(value, at: pointer(name)) { fields in
            for name in names { _ = fields.value(name) }
            var writer = JSONWriter()
            writer.value(value)
            do {
                return try JSONDecoder().decode(type, from: Data(String(buffer: writer.buffer).utf8))
            } catch DecodingError.dataCorrupted(let context), DecodingError.typeMismatch(_, let context),
                DecodingError.keyNotFound(_, let context), DecodingError.valueNotFound(_, let context)
            {
                let path = context.codingPath.map(\.stringValue).joined(separator: "/")
                fields.fault(path, context.debugDescription)
            } catch let error {
                fields.fault("", "\(error)")
            }
            return nil
        }
    }
}

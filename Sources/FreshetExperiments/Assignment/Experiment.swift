import FreshetCore

/// What is compared, on whom, and by what it is judged.
///
/// The first variant is what the others are compared with.
public struct Experiment: Sendable, Equatable {
    /// Its name.
    public let id: String
    /// What is hashed with a unit's id; by default the experiment's own.
    public let seed: String
    /// The part of a namespace that it has to itself, if any.
    public var namespace: Namespace?
    /// The share of units that should take part.
    public private(set) var coverage: Double
    /// What is compared.
    public private(set) var variants: [Variant]
    /// What is measured; the first metric decides.
    public var metrics: [String]
    /// What must not become worse.
    public var guardrails: [String]
    /// How it is judged.
    public var rules: VerdictRules
    /// Who gets which variant.
    public private(set) var allocation: Allocation

    /// Creates an experiment.
    /// - Throws: ``FreshetError`` of kind `usage` that says what is wrong.
    public init(
        id: String,
        seed: String? = nil,
        namespace: Namespace? = nil,
        coverage: Double = 1,
        variants: [Variant],
        metrics: [String],
        guardrails: [String] = [],
        rules: VerdictRules = VerdictRules()
    ) throws {
        self.id = id
        self.seed = seed ?? id
        self.namespace = namespace
        self.coverage = coverage
        self.metrics = metrics
        self.guardrails = guardrails
        self.rules = rules
        self.variants = variants.map { variant in
            var variant = variant
            variant.home = variant.home ?? variant.weight
            return variant
        }
        allocation = Allocation(seed: "", homes: [], weights: [], coverage: 0)
        try validate()
        layOut()
    }

    /// The place of a unit's variant, or `nil` for a unit that does not take part.
    public func variant(of unit: String) -> Int? {
        if let namespace, !namespace.contains(unit) { return nil }
        return allocation.variant(of: unit)
    }

    /// Changes weights and coverage; nobody goes from one variant to another (``Allocation``).
    /// - Throws: ``FreshetError`` of kind `usage` that says what is wrong; then nothing has changed.
    public mutating func change(weights: [String: Double] = [:], coverage: Double? = nil) throws {
        var changed = self
        for (name, weight) in weights {
            guard let place = variants.firstIndex(where: { $0.name == name }) else {
                throw FreshetError.unknown("variant", name, known: variants.map(\.name))
            }
            changed.variants[place].weight = weight
        }
        if let coverage { changed.coverage = coverage }
        try changed.validate()
        changed.layOut()
        self = changed
    }

    /// Refuses an experiment that would share units with another of the same namespace.
    /// - Throws: ``FreshetError`` of kind `conflict`.
    public func checkSeparate(from others: some Sequence<Experiment>) throws {
        guard let namespace else { return }
        for other in others where other.id != id && other.namespace.map(namespace.overlaps) == true {
            throw FreshetError(
                .conflict,
                "The experiments '\(id)' and '\(other.id)' overlap in the namespace '\(namespace.name)'.",
                remedy: "Give '\(id)' a part of it that no running experiment has, or no namespace."
            )
        }
    }

    private mutating func layOut() {
        allocation = Allocation(
            seed: seed,
            homes: variants.map { $0.home ?? $0.weight },
            weights: variants.map(\.weight),
            coverage: coverage
        )
    }

    private func validate() throws {
        if let problem { throw FreshetError(.usage, "The experiment '\(id)' \(problem).") }
        try rules.validate()
    }

    /// What is wrong with it, or `nil`.
    private var problem: String? {
        if id.isEmpty { return "has no id" }
        guard variants.count >= 2 else { return "has \(variants.count) variants: it takes two or more to compare" }
        guard Set(variants.map(\.name)).count == variants.count else { return "has two variants of one name" }
        guard variants.allSatisfy({ $0.weight > 0 && $0.weight < 1 && !$0.name.isEmpty }) else {
            return "has a variant without a name or with a weight that is not between 0 and 1"
        }
        let sum = variants.reduce(0) { $0 + $1.weight }
        guard abs(sum - 1) < 1e-6 else { return "has weights that add up to \(sum), not to 1" }
        guard variants.reduce(0, { $0 + ($1.home ?? $1.weight) }) < 1 + 1e-6 else {
            return "has variants whose homes are more than all units: leave 'home' out"
        }
        guard coverage > 0, coverage <= 1 else { return "covers \(coverage): choose a share above 0, up to 1" }
        guard !metrics.isEmpty else { return "names no metric to be judged by" }
        if let namespace, !(namespace.from >= 0 && namespace.from < namespace.to && namespace.to <= 1) {
            return "takes \(namespace.from) to \(namespace.to) of its namespace: give a part of 0 to 1"
        }
        return nil
    }
}

extension Experiment: Codable {
    enum CodingKeys: String, CodingKey {
        case id, seed, namespace, coverage, variants, metrics, guardrails, rules
    }

    /// Reads a definition; all but `id`, `variants` and `metrics` may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            id: container.decode(String.self, forKey: .id),
            seed: container.decodeIfPresent(String.self, forKey: .seed),
            namespace: container.decodeIfPresent(Namespace.self, forKey: .namespace),
            coverage: container.decodeIfPresent(Double.self, forKey: .coverage) ?? 1,
            variants: container.decode([Variant].self, forKey: .variants),
            metrics: container.decode([String].self, forKey: .metrics),
            guardrails: container.decodeIfPresent([String].self, forKey: .guardrails) ?? [],
            rules: container.decodeIfPresent(VerdictRules.self, forKey: .rules) ?? VerdictRules()
        )
    }

    /// Writes the definition with the variants' homes, from which the same assignment is laid out again.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(seed, forKey: .seed)
        try container.encodeIfPresent(namespace, forKey: .namespace)
        try container.encode(coverage, forKey: .coverage)
        try container.encode(variants, forKey: .variants)
        try container.encode(metrics, forKey: .metrics)
        try container.encode(guardrails, forKey: .guardrails)
        try container.encode(rules, forKey: .rules)
    }
}

/// Comes to a verdict, and says it.
struct VerdictJudge {
    let rules: VerdictRules
    let days: Double
    let leastUnits: Int
    let sharesAreOff: Bool
    /// The deciding metric of every variant but the first.
    let goal: [ComparedMetric]
    let guardrails: [ComparedMetric]

    /// The verdict, and the variant that it is about.
    var verdict: (Verdict, variant: String?) {
        if sharesAreOff { return (.sharesAreOff, nil) }
        if let harmed { return (.harmful, harmed.variant) }
        if days < rules.minimumDays || leastUnits < rules.minimumUnits { return (.tooEarly, nil) }
        if let best { return (.better, best.variant) }
        if goal.allSatisfy({ $0.isWorse(alpha: rules.alpha) }) { return (.worse, nil) }
        if rules.leastEffect > 0, goal.allSatisfy(isSmall) { return (.noDifference, nil) }
        return (.undecided, nil)
    }

    /// The verdict in words: what changed, how sure that is, and what to do next.
    var words: String {
        let chance =
            "such a verdict is wrong in at most \(Self.percent(rules.alpha)) of experiments, however often one looks"
        switch verdict.0 {
        case .sharesAreOff:
            return
                "The variants did not get the shares of users that they should have, so nothing can be said of them. "
                + "Next: find out which users are lost or counted twice, and begin anew."
        case .harmful:
            guard let harmed else { return "" }
            return "\(Self.change(harmed)), which must not become worse; \(chance). "
                + "Next: stop '\(harmed.variant)'."
        case .tooEarly:
            return "It is too early: \(Self.number(days)) of \(Self.number(rules.minimumDays)) days, "
                + "\(leastUnits) of \(rules.minimumUnits) users in the smallest variant. Next: wait."
        case .better:
            guard let best else { return "" }
            let open = guardrails.filter { $0.variant == best.variant && !isFine($0) }.map { "'\($0.metric)'" }
            let next =
                open.isEmpty
                ? "Next: ship '\(best.variant)'."
                : "Not yet shown is that \(open.joined(separator: ", ")) did not get worse by more than "
                    + "\(Self.percent(rules.guardrailMargin)). Next: ship '\(best.variant)' if that can be borne, or wait."
            return "\(Self.change(best)); \(chance). \(next)"
        case .worse:
            return goal.map(Self.change).joined(separator: "; ") + "; \(chance). Next: keep the first variant."
        case .noDifference:
            return "Every difference is smaller than \(Self.percent(rules.leastEffect)): "
                + goal.map(Self.change).joined(separator: "; ") + ". Next: take whichever is simpler."
        case .undecided:
            return "Nothing is shown yet: " + goal.map(Self.change).joined(separator: "; ")
                + ". Next: wait; the intervals may be looked at all the time."
        }
    }

    /// The guardrail that has become worse, if one has.
    private var harmed: ComparedMetric? {
        leastUnits < rules.minimumUnits ? nil : guardrails.first { $0.isWorse(alpha: rules.alpha) }
    }

    /// The better variant with the largest gain.
    private var best: ComparedMetric? {
        goal.filter { $0.isBetter(alpha: rules.alpha) }.max { ($0.gain ?? 0) < ($1.gain ?? 0) }
    }

    /// Whether a guardrail has not become worse by more than the margin.
    private func isFine(_ guardrail: ComparedMetric) -> Bool {
        guardrail.gainInterval.map { $0.lowerBound >= -rules.guardrailMargin } ?? false
    }

    /// Whether an effect is smaller than the smallest of interest.
    private func isSmall(_ compared: ComparedMetric) -> Bool {
        guard let interval = compared.gainInterval else { return false }
        return interval.lowerBound > -rules.leastEffect && interval.upperBound < rules.leastEffect
    }

    private static func change(_ compared: ComparedMetric) -> String {
        guard let lift = compared.lift, let low = compared.low, let high = compared.high else {
            return "'\(compared.metric)' of '\(compared.variant)' has no data to compare"
        }
        let direction = lift < 0 ? "lower" : "higher"
        return "'\(compared.metric)' of '\(compared.variant)' is \(percent(abs(lift))) \(direction) "
            + "(\(percent(low)) to \(percent(high))), on \(compared.units) users"
    }

    /// A share as a percentage with one decimal.
    static func percent(_ share: Double) -> String { number(share * 100) + "%" }

    static func number(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return tenths == tenths.rounded() && abs(tenths) < 1e15 ? "\(Int(tenths))" : "\(tenths)"
    }
}

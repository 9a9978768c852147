import FreshetCore

/// What a filter's names, texts, times and user attributes stand for, in one catalogue and for one who asks.
struct FilterResolver {
    /// Numbers from `low` to `high`, both included, in one of some forms.
    struct Range {
        var low: Double
        var high: Double
        var forms: ItemDetails.Forms
    }

    let terms: TermTable
    /// The attributes of the user who asks, those that the filter names at least.
    let user: [String: AttributeValue]
    /// Now, in seconds since 1970.
    let now: Double
    /// Where the request asks from.
    var place: Place?

    /// The number of a term, or `nil` when no item ever had it.
    func term(_ term: Term) -> UInt32? { terms.number(of: term) }

    /// The number of an attribute's name, or `nil` when no item ever had it.
    func name(_ name: String) -> UInt32? { terms.number(of: Term(kind: .name, text: name)) }

    /// The texts among a condition's values, those of the user's attributes included.
    func texts(_ test: FilterTest) -> [String] {
        values(test).compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The ranges of numbers that meet a condition; several where one of several values is enough.
    func ranges(_ test: FilterTest) -> [Range] {
        let isOrdered = test.relation.isOrdered || test.field == .createdAt
        let values = values(test).map { isOrdered ? Self.moment($0) : $0 }
        if test.relation == .between {
            guard values.count == 2, let low = number(values[0]), let high = number(values[1]), low.forms == high.forms
            else { return [] }
            return [Range(low: low.low, high: high.high, forms: low.forms)]
        }
        return values.compactMap { value in
            guard var range = number(value) else { return nil }
            switch test.relation {
            case .less: (range.low, range.high) = (-.infinity, range.high.nextDown)
            case .lessOrEqual: range.low = -.infinity
            case .greater: (range.low, range.high) = (range.low.nextUp, .infinity)
            case .greaterOrEqual: range.high = .infinity
            case .equal, .any, .all, .between, .exists: break
            }
            return range
        }
    }

    /// Whether a condition on the user alone holds.
    func userHolds(_ name: String, _ test: FilterTest) -> Bool {
        guard let own = user[name] else { return false }
        if test.relation == .exists { return true }
        let values = values(test)
        let isOrdered = test.relation.isOrdered
        func matches(_ value: FilterValue) -> Bool {
            own.filterValues.contains { own in
                if !isOrdered, case .text = own { return own == value }
                let own = isOrdered || Self.isMoment(value) ? Self.moment(own) : own
                guard let number = number(own) else { return false }
                return ranges(FilterTest(test.field, test.relation, [value]))
                    .contains { !$0.forms.isDisjoint(with: number.forms) && ($0.low...$0.high).contains(number.low) }
            }
        }
        switch test.relation {
        case .all: return !values.isEmpty && values.allSatisfy(matches)
        case .between:
            guard let number = own.filterValues.first.flatMap({ number(Self.moment($0)) }) else { return false }
            return ranges(test).contains {
                !$0.forms.isDisjoint(with: number.forms) && $0.low <= number.low && number.low <= $0.high
            }
        default: return values.contains(where: matches)
        }
    }

    /// A condition's values, the user's attributes put in; one that the user does not have is no value.
    private func values(_ test: FilterTest) -> [FilterValue] {
        test.values.flatMap { value -> [FilterValue] in
            if case .user(let name) = value { return user[name]?.filterValues ?? [] }
            return [value]
        }
    }

    /// The range of one value; `nil` for a text.
    private func number(_ value: FilterValue) -> Range? {
        switch value {
        case .number(let number): Range(low: number, high: number, forms: .number)
        // Shops write 1 and 0 for yes and no.
        case .flag(let flag): Range(low: flag ? 1 : 0, high: flag ? 1 : 0, forms: [.flag, .number])
        case .time(let time): Range(low: time, high: time, forms: [.number, .text])
        case .ago(let seconds): Range(low: now - seconds, high: now - seconds, forms: [.number, .text])
        case .text, .user: nil
        }
    }

    /// A text that is a time as one: what a user's attribute says where an order is asked for.
    private static func moment(_ value: FilterValue) -> FilterValue {
        guard case .text(let text) = value, let milliseconds = Timestamp.milliseconds(from: text) else { return value }
        return .time(Double(milliseconds) / 1000)
    }

    private static func isMoment(_ value: FilterValue) -> Bool {
        switch value {
        case .time, .ago: true
        case .text, .number, .flag, .user: false
        }
    }
}

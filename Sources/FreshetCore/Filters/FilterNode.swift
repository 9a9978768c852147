/// What a filter expression says: conditions, put together.
package indirect enum FilterNode: Sendable, Equatable {
    /// Every one of them holds.
    case all([FilterNode])
    /// At least one of them holds.
    case any([FilterNode])
    /// It does not hold.
    case not(FilterNode)
    /// One condition.
    case test(FilterTest)

    /// Whether it asks about who asks, and about nothing else.
    var isAboutUserAlone: Bool {
        switch self {
        case .all(let parts), .any(let parts): parts.allSatisfy(\.isAboutUserAlone)
        case .not(let part): part.isAboutUserAlone
        case .test(let test): !test.field.isOfItem
        }
    }

    /// Whether it says the same of an item whoever asks, whenever and wherever.
    package var isSameForAll: Bool {
        switch self {
        case .all(let parts), .any(let parts): parts.allSatisfy(\.isSameForAll)
        case .not(let part): part.isSameForAll
        case .test(let test): test.isSameForAll
        }
    }

    /// Adds the names of the items' attributes that it asks about.
    func addItemAttributes(to names: inout Set<String>) {
        switch self {
        case .all(let parts), .any(let parts): for part in parts { part.addItemAttributes(to: &names) }
        case .not(let part): part.addItemAttributes(to: &names)
        case .test(let test): if case .attribute(let name) = test.field { names.insert(name) }
        }
    }

    /// Adds the names of the user's attributes that it compares with.
    func addUserAttributes(to names: inout Set<String>) {
        switch self {
        case .all(let parts), .any(let parts): for part in parts { part.addUserAttributes(to: &names) }
        case .not(let part): part.addUserAttributes(to: &names)
        case .test(let test):
            if case .user(let name) = test.field { names.insert(name) }
            for case .user(let name) in test.values { names.insert(name) }
        }
    }
}

/// One condition: a field, a relation, and what it is compared with.
package struct FilterTest: Sendable, Equatable {
    package var field: FilterField
    package var relation: FilterRelation
    package var values: [FilterValue]

    package init(_ field: FilterField, _ relation: FilterRelation, _ values: [FilterValue] = []) {
        self.field = field
        self.relation = relation
        self.values = values
    }

    /// Whether it says the same of an item whoever asks, whenever and wherever.
    fileprivate var isSameForAll: Bool {
        guard field.isOfItem, field != .distance else { return false }
        return values.allSatisfy { value in
            switch value {
            case .text, .number, .flag, .time: true
            case .ago, .user: false
            }
        }
    }
}

/// What is compared.
package enum FilterField: Sendable, Hashable {
    case categories
    case tags
    case title
    case createdAt
    /// The kilometres from where the item is to where the request asks from.
    case distance
    /// An attribute of the item.
    case attribute(String)
    /// An attribute of the user who asks.
    case user(String)

    /// Whether the field belongs to the item rather than to who asks.
    var isOfItem: Bool { if case .user = self { false } else { true } }
}

/// How a field is compared with values; one of the field's values is enough where it has several.
package enum FilterRelation: Sendable, Equatable {
    case equal
    case less
    case lessOrEqual
    case greater
    case greaterOrEqual
    /// From the first value to the second, both included.
    case between
    /// Equal to at least one of the values.
    case any
    /// The field has every one of the values.
    case all
    /// There is any value.
    case exists

    /// The relation with its sides changed.
    var mirrored: FilterRelation {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        default: self
        }
    }

    /// Whether it asks for an order, which texts do not have.
    package var isOrdered: Bool {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual, .between: true
        case .equal, .any, .all, .exists: false
        }
    }
}

/// What a field is compared with.
package enum FilterValue: Sendable, Equatable {
    case text(String)
    case number(Double)
    case flag(Bool)
    /// A moment, in seconds since 1970.
    case time(Double)
    /// This many seconds before now.
    case ago(Double)
    /// An attribute of the user who asks.
    case user(String)
}

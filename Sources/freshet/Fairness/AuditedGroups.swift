import FreshetCore
import FreshetData

/// The groups of users and items that an audit compares.
struct AuditedGroups {
    private let dataset: Dataset

    init(_ dataset: Dataset) { self.dataset = dataset }

    /// The groups of each user, by attribute.
    ///
    /// - Parameters:
    ///   - names: the attributes.
    ///   - path: a table of users; `nil` takes what the data say of them.
    /// - Returns: the groups by user; `nil` for one of whom it is not known.
    /// - Throws: ``FreshetError`` when the table has no such column, or the data say nothing of users.
    func ofUsers(_ names: [String], in path: String?) throws -> [String: [String?]] {
        guard !names.isEmpty else { return [:] }
        guard let path else {
            guard !dataset.userDetails.isEmpty else {
                throw FreshetError(
                    .usage,
                    "Nothing is known of the users that could group them.",
                    remedy: "Give a table of them with --users."
                )
            }
            return try groups(names, of: dataset.userDetails.map { user in { user.attributes[$0] } }, what: "user")
                .mapValues { $0.map(\.first) }
        }
        var groups = [String: [String?]](
            uniqueKeysWithValues: names.map { ($0, Array(repeating: nil, count: dataset.users.count)) }
        )
        try TableFile.forEachRow(
            of: path,
            select: { header in
                (
                    id: try header.position(ofRequired: ["user", "user_id", "id"]),
                    values: try names.map { try header.position(ofRequired: [$0]) }
                )
            },
            { columns, fields in
                func text(_ column: Int) -> String { String(decoding: fields[column], as: UTF8.self) }
                guard let user = dataset.users.position(of: text(columns.id)) else { return }
                for (name, column) in zip(names, columns.values) where !fields[column].isEmpty {
                    groups[name]?[user] = text(column)
                }
            }
        )
        return groups
    }

    /// The groups of each item, by attribute; the categories are always one.
    /// - Throws: ``FreshetError`` of kind `usage` when no item has an attribute.
    func ofItems(_ names: [String]) throws -> [String: [[String]]] {
        var groups = try groups(
            names,
            of: dataset.itemDetails.map { item in { item.attributes[$0] } },
            what: "item"
        )
        groups["category"] = categories
        return groups
    }

    /// The categories of each item.
    var categories: [[String]] {
        dataset.itemDetails.isEmpty
            ? Array(repeating: [], count: dataset.items.count)
            : dataset.itemDetails.map { Array(Set($0.categories)).sorted() }
    }

    private func groups(
        _ names: [String],
        of details: [(String) -> AttributeValue?],
        what: String
    ) throws -> [String: [[String]]] {
        var groups: [String: [[String]]] = [:]
        for name in names {
            let values = details.map { $0(name)?.groups ?? [] }
            guard values.contains(where: { !$0.isEmpty }) else {
                throw FreshetError(
                    .usage,
                    "No \(what) has the attribute '\(name)'.",
                    remedy: "Name one that is in the data, written as there."
                )
            }
            groups[name] = values
        }
        return groups
    }
}

extension AttributeValue {
    /// The groups that a value stands for.
    fileprivate var groups: [String] {
        switch self {
        case .number(let number): [Words.decimal(number, number == number.rounded() ? 0 : 2)]
        case .flag(let flag): [flag ? "yes" : "no"]
        case .text(let text): [text]
        case .texts(let texts): Array(Set(texts)).sorted()
        }
    }
}

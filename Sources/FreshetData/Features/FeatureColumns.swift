import FreshetCore

/// What the columns of a table become: one says what came of a row, every other one is a field of features.
///
/// It is learned from one table, and makes rows of that and of others with the same columns, in any order.
public struct FeatureColumns: Sendable, Equatable, Codable {
    /// What is known of the columns beforehand.
    public struct Choices: Sendable, Equatable {
        /// The column that says what came of a row; by its usual names unless given.
        public var label: String?
        /// What the values of columns are, by name; seen from them unless given.
        public var kinds: [String: FeatureColumn.Kind] = [:]
        /// The columns that are no features.
        public var leftOut: Set<String> = []

        /// Nothing.
        public init() {}
    }

    /// A column that is no feature since it tells nothing.
    public struct LeftOut: Sendable, Equatable {
        /// Its name; empty where it has none.
        public let name: String
        /// Why.
        public let fault: FeatureColumn.Fault
    }

    private static let usualLabels = ["label", "clicked", "click", "target"]

    /// The column that says what came of a row.
    public let label: String
    /// The others, by field.
    public let columns: [FeatureColumn]

    /// How many features there are.
    public var featureCount: Int { columns.reduce(0) { $0 + $1.featureCount } }

    /// Learns what the columns of a table become.
    ///
    /// - Parameters:
    ///   - table: the table.
    ///   - choices: what is known of its columns.
    /// - Returns: the columns, and those that tell nothing.
    /// - Throws: ``FreshetError`` of kind `usage` for a column that is not there, of kind `invalidData` where none tells anything.
    public static func learn(
        from table: CodedTable,
        _ choices: Choices = Choices()
    ) throws -> (columns: FeatureColumns, leftOut: [LeftOut]) {
        let header = TableHeader(names: table.columns.map(\.name), file: table.source)
        let label = header.names[try labelPosition(in: header, choices.label)]
        for name in choices.leftOut.union(choices.kinds.keys).sorted() {
            _ = try header.position(of: name, orThrow: .usage)
        }
        var (columns, leftOut): ([FeatureColumn], [LeftOut]) = ([], [])
        for column in table.columns where column.name != label && !choices.leftOut.contains(column.name) {
            do throws(FeatureColumn.Fault) {
                columns.append(try FeatureColumn(learning: column, as: choices.kinds[column.name]))
            } catch {
                leftOut.append(LeftOut(name: column.name, fault: error))
            }
        }
        guard !columns.isEmpty else {
            throw FreshetError(
                .invalidData,
                "'\(table.source)' has no column that tells anything beside the label '\(label)'.",
                remedy: leftOut.isEmpty
                    ? "Give it columns that do."
                    : leftOut.map { "'\($0.name)': \($0.fault.rawValue)." }.joined(separator: " ")
            )
        }
        return (FeatureColumns(label: label, columns: columns), leftOut)
    }

    /// The rows of a table.
    ///
    /// - Parameters:
    ///   - table: it has all the columns; further ones are passed over.
    ///   - fixed: columns that have one value in every row, whatever the table says, which need not have them.
    /// - Returns: the rows, of ``featureCount`` features.
    /// - Throws: ``FreshetError`` of kind `invalidData` that names the column which is missing or the label that is
    ///   neither yes nor no, of kind `usage` for a value that the column never had.
    public func rows(of table: CodedTable, fixing fixed: [String: String] = [:]) throws -> LabelledRows {
        let header = TableHeader(names: table.columns.map(\.name), file: table.source)
        let labels = try labels(
            of: table.columns[header.position(of: label, orThrow: .invalidData, " with the labels")],
            in: table
        )
        try check(fixed)
        var first = Int32(0)
        let fields = try columns.map { column in
            defer { first += Int32(column.featureCount) }
            if let text = fixed[column.name] {
                // A missing one is last of them.
                let features = column.features(of: text.isEmpty ? [] : [text])[0]
                return Field(first: first, features: [features], codes: nil)
            }
            let values = table.columns[try header.position(of: column.name, orThrow: .invalidData)]
            return Field(first: first, features: column.features(of: values.texts.identifiers), codes: values.codes)
        }
        var rows = LabelledRows(featureCount: featureCount)
        var entries: [(field: Int32, feature: Int32, value: Float)] = []
        for row in 0..<table.count {
            entries.removeAll(keepingCapacity: true)
            for (number, field) in fields.enumerated() {
                for (feature, value) in field.features(of: row) {
                    entries.append((Int32(number), field.first + feature, value))
                }
            }
            rows.append(labels[row], entries)
        }
        return rows
    }

    /// The features of one field by the numbers of its texts, a missing one's last.
    private struct Field {
        let first: Int32
        let features: [[(feature: Int32, value: Float)]]
        let codes: [Int32]?

        func features(of row: Int) -> [(feature: Int32, value: Float)] {
            guard let code = codes?[row], code >= 0 else { return features[features.count - 1] }
            return features[Int(code)]
        }
    }

    // MARK: Checks

    private static func labelPosition(in header: TableHeader, _ name: String?) throws -> Int {
        if let name { return try header.position(of: name, orThrow: .usage) }
        if let position = header.position(of: usualLabels) { return position }
        throw FreshetError(
            .usage,
            "'\(header.file)' has no column \(usualLabels.map { "'\($0)'" }.joined(separator: " or ")) that says what came "
                + "of a row.",
            remedy: "Name the one that does: --label NAME. The columns: \(header.names.joined(separator: ", "))."
        )
    }

    private func labels(of column: CodedTable.Column, in table: CodedTable) throws -> [Bool] {
        let meanings = column.texts.identifiers.map(Self.isYes)
        return try column.codes.enumerated().map { row, code in
            if code >= 0, let isYes = meanings[Int(code)] { return isYes }
            throw FreshetError(
                .invalidData,
                "'\(table.source)', row \(row + 1), column '\(column.name)': the label "
                    + (code < 0 ? "is missing." : "'\(column.texts[Int(code)].prefix(40))' is neither a yes nor a no."),
                remedy:
                    "Labels are 1 for yes and 0 or -1 for no, or true and false: turn others, such as ratings, into these."
            )
        }
    }

    private static func isYes(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "1", "1.0", "true", "yes": true
        case "0", "0.0", "-1", "-1.0", "false", "no": false
        default: nil
        }
    }

    private func check(_ fixed: [String: String]) throws {
        for (name, value) in fixed.sorted(by: { $0.key < $1.key }) {
            guard let column = columns.first(where: { $0.name == name }) else {
                throw FreshetError.unknown("column", name, known: columns.map(\.name))
            }
            guard value.isEmpty || column.knows(value) else {
                throw FreshetError(
                    .usage,
                    "The column '\(name)' had the value '\(value)' never or once, which tells nothing.",
                    remedy: "Give one that was learned from, or none: \(name)="
                )
            }
        }
    }
}

extension TableHeader {
    /// The position of a column by its exact name.
    fileprivate func position(
        of name: String,
        orThrow kind: FreshetError.Kind,
        _ what: String = ""
    ) throws -> Int {
        if let position = names.firstIndex(of: name) { return position }
        throw FreshetError(
            kind,
            "'\(file)' has no column '\(name)'\(what).",
            remedy: "Its columns: \(names.joined(separator: ", "))."
        )
    }
}

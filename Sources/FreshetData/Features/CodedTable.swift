import FreshetCore

/// A table in memory: of every column each text once, and a number for every row.
///
/// A field takes 4 bytes, however long its text.
public struct CodedTable: Sendable {
    /// One column.
    public struct Column: Sendable {
        /// Its name.
        public let name: String
        /// Its different texts, in the order in which they came.
        public private(set) var texts = IdentifierTable()
        /// The number of each row's text; -1 where there is none.
        public var codes: [Int32] = []

        /// Creates a column without rows.
        public init(name: String) { self.name = name }

        /// Adds a row; `nil`, an empty text and a word such as `NA` are missing.
        public mutating func append(_ text: String?) {
            guard var text else { return codes.append(-1) }
            text.withUTF8 { append($0) }
        }

        mutating func append(_ field: Bytes) {
            let field = Self.trimmed(field)
            guard !MissingText.isMissing(field) else { return codes.append(-1) }
            codes.append(Int32(texts.insert(IdentifierProbe(field))))
        }

        /// How many rows have each text.
        public var counts: [Int] {
            codes.reduce(into: [Int](repeating: 0, count: texts.count)) { if $1 >= 0 { $0[Int($1)] += 1 } }
        }

        private static func trimmed(_ field: Bytes) -> Bytes {
            guard let first = field.firstIndex(where: { $0 != 0x20 }),
                let last = field.lastIndex(where: { $0 != 0x20 })
            else { return field }
            return Bytes(rebasing: field[first...last])
        }
    }

    /// What the table is called in messages.
    public let source: String
    /// The columns, each with a row of its own for every row of the table.
    public var columns: [Column]

    /// Creates a table of columns with equally many rows.
    public init(source: String, columns: [Column]) {
        let counts = Set(columns.map(\.codes.count))
        precondition(counts.count <= 1, "columns of \(counts.sorted()) rows")
        (self.source, self.columns) = (source, columns)
    }

    /// How many rows there are.
    public var count: Int { columns.first?.codes.count ?? 0 }

    /// The column of a name.
    public subscript(name: String) -> Column? { columns.first { $0.name == name } }

    /// Reads a table whose first row names its columns: fields by commas, tabs and the like, or JSON objects, plain or packed.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - options: encoding, separator and header, where they are known; without a header columns are named by position.
    /// - Throws: ``FreshetError`` when the file cannot be read, is no table, has a row with other fields than the header,
    ///   two columns of one name, or no row.
    public init(path: String, options: ImportOptions = ImportOptions()) throws {
        var options = options
        if options.header == .auto { options.header = .yes }
        var columns: [Column] = []
        try TableFile.forEachRow(of: path, options: options) { header in
            let names = Dictionary(header.names.map { ($0, 1) }, uniquingKeysWith: +)
            if let name = header.names.first(where: { !$0.isEmpty && names[$0, default: 0] > 1 }) {
                throw FreshetError(
                    .invalidData,
                    "'\(path)' has two columns '\(name)'.",
                    remedy: "Give each column a name of its own."
                )
            }
            columns = header.names.map { Column(name: $0) }
        } _: { _, fields in
            for place in columns.indices { columns[place].append(fields[place]) }
        }
        self.init(source: path, columns: columns)
        guard count > 0 else {
            throw FreshetError(.invalidData, "'\(path)' has no row below its header.", remedy: "Give it some.")
        }
    }
}

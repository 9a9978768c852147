import FreshetCore

/// What a look at the first rows of a file tells of the table in it.
public struct TableLook: Sendable {
    /// How rows are written.
    enum Form: Sendable, Equatable {
        /// Fields with something between them.
        case separated(TableDialect)
        /// One JSON object a line.
        case json
    }

    /// How many rows are looked at.
    static let sampleLimit = 400

    let form: Form
    /// The names of the columns.
    public let header: TableHeader
    /// Whether types stand behind the names, as RecBole writes them.
    let hasTypes: Bool
    /// How many lines come before the first row of data.
    let skippedLines: Int
    /// The first rows of data.
    let sample: [[String]]

    /// Looks at a text; `nil` when it is no table: no separator parts its lines into equally many fields.
    ///
    /// - Parameters:
    ///   - text: the file.
    ///   - file: its name.
    ///   - options: what the caller says of the table.
    ///   - names: the names of the columns, for a form that has no header.
    init?(_ text: TextFile, file: String, options: ImportOptions, names: [String]? = nil) {
        if let table = Self.json(text, file: file) {
            self = table
            return
        }
        let marked = Self.markedSeparator(text)
        let start = marked == nil ? 0 : (text.prefix.firstIndex(of: 0x0A) ?? 0) + 1
        let bytes = Array(text.prefix[start...])
        let separators: [TableDialect.Separator] =
            (options.separator ?? marked).map { [$0] }
            ?? [.byte(0x09), .doubleColon, .byte(0x2C), .byte(0x3B), .byte(0x7C), .byte(0x01)]
        let escapes = Self.hasEscapedQuotes(bytes)
        let candidates = separators.map { separator in
            Candidate(
                bytes,
                TableDialect(separator: separator, escapesByBackslash: escapes),
                isWhole: text.isWhole,
                isGiven: separators.count == 1
            )
        }
        var best = candidates.filter(\.isTable).max { $0.worth < $1.worth }
        if best == nil, options.separator == nil {
            // Blanks part words too, so only where nothing else does, and every line has equally many.
            let blanks = Candidate(bytes, TableDialect(separator: .blanks), isWhole: text.isWhole, isGiven: false)
            if blanks.isTable, blanks.isEven { best = blanks }
        }
        guard var best, let first = best.rows.first else { return nil }
        best.unwrapTwice()
        form = .separated(best.dialect)
        let titles = first.map { Self.trimmed($0) }
        let hasHeader = names == nil && Self.isHeader(titles, before: best.rows.dropFirst(), options)
        let rows = best.rows.dropFirst(hasHeader ? 1 : 0)
        var columns = names ?? (hasHeader ? titles.map(Self.untyped) : (1...max(best.width, 1)).map(String.init))
        // R writes the names of rows as a first column that the header does not have.
        let isShort = hasHeader && best.width == columns.count + 1
        if isShort, rows.contains(where: { !($0.last ?? "").isEmpty }) { columns.insert("", at: 0) }
        hasTypes = hasHeader && titles.contains { Self.untyped($0) != $0 }
        header = TableHeader(names: columns, file: file, isWritten: hasHeader || names != nil)
        skippedLines = (hasHeader ? 1 : 0) + (marked == nil ? 0 : 1)
        sample = Array(rows)
    }

    private init(form: Form, header: TableHeader, skippedLines: Int, sample: [[String]]) {
        (self.form, self.header, self.skippedLines, self.sample) = (form, header, skippedLines, sample)
        hasTypes = false
    }

    /// The values of a column in the first rows that have one.
    func values(of column: Int) -> [String] {
        sample.compactMap { row in
            guard column < row.count else { return nil }
            var text = row[column]
            return text.withUTF8(MissingText.isMissing) ? nil : row[column]
        }
    }

    /// What parts the fields, in words.
    var words: String {
        switch form {
        case .json: "JSON objects"
        case .separated(let dialect):
            switch dialect.separator {
            case .byte(0x09): "fields by tabs"
            case .byte(0x01): "fields by Ctrl-A"
            case .byte(let byte):
                "fields by \(byte == 0x7C ? "bars" : byte == 0x3B ? "semicolons" : byte == 0x2C ? "commas" : "'\(Character(Unicode.Scalar(byte)))'")"
            case .doubleColon: "fields by ::"
            case .blanks: "fields by blanks"
            }
        }
    }

    // MARK: JSON

    private static func json(_ text: TextFile, file: String) -> TableLook? {
        guard text.firstLines.first?.first(where: { $0 != 0x20 }) == UInt8(ascii: "{") else { return nil }
        var names: [String] = []
        var seen: Set<String> = []
        let lines = text.firstLines.prefix(sampleLimit)
        for line in lines {
            line.withUnsafeBufferPointer { line in
                for name in JSONObjectReader.fieldNames(of: line) where seen.insert(name).inserted {
                    names.append(name)
                }
            }
        }
        guard !names.isEmpty else { return nil }
        let reader = JSONObjectReader(names: names)
        let sample: [[String]] = lines.compactMap { line in
            line.withUnsafeBufferPointer { line in
                guard (try? reader.read(line)) != nil else { return nil }
                return names.indices.map { String(decoding: reader.bytes($0), as: UTF8.self) }
            }
        }
        let header = TableHeader(names: names, file: file)
        return TableLook(form: .json, header: header, skippedLines: 0, sample: sample)
    }

    // MARK: Separators

    /// The rows of a text under one dialect.
    private struct Candidate {
        private(set) var dialect: TableDialect
        private(set) var rows: [[String]]
        /// How many fields most rows have.
        let width: Int
        /// The share of the rows that have as many.
        private let share: Double
        private let knownNames: Int
        private let isGiven: Bool

        init(_ bytes: [UInt8], _ dialect: TableDialect, isWhole: Bool, isGiven: Bool) {
            self.dialect = dialect
            self.isGiven = isGiven
            let reader = LineReader(PrefixedSource(bytes))
            var cutter = FieldCutter(dialect)
            var rows: [[String]] = []
            // A prefix does not fail to be read, and its last row may be cut off.
            while rows.count <= TableLook.sampleLimit, let record = try? reader.nextRecord(dialect) {
                guard record.fault == nil, !record.bytes.isEmpty else { continue }
                cutter.cut(record.bytes)
                rows.append(cutter.fields.map { decodeText($0) })
            }
            if !isWhole, rows.count > 1, rows.count <= TableLook.sampleLimit { rows.removeLast() }
            self.rows = rows
            let counts = Dictionary(rows.map { ($0.count, 1) }, uniquingKeysWith: +)
            let most = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }
            width = most?.key ?? 0
            share = Double(most?.value ?? 0) / Double(max(rows.count, 1))
            knownNames = rows.first.map { KnownNames.count(in: $0.map(TableLook.trimmed)) } ?? 0
        }

        /// Takes off the quotes of columns that have them twice, in every row.
        mutating func unwrapTwice() {
            let isWrapped = { (field: String) in field.count >= 2 && field.hasPrefix("\"") && field.hasSuffix("\"") }
            let columns = rows.dropFirst()
            guard columns.count > 1,
                (0..<width).contains(where: { column in
                    columns.allSatisfy { column < $0.count && isWrapped($0[column]) }
                })
            else { return }
            dialect.unwrapsTwice = true
            rows = rows.map { row in row.map { isWrapped($0) ? String($0.dropFirst().dropLast()) : $0 } }
        }

        /// Whether the rows have equally many fields, but for a few; a header of known names says so too.
        var isTable: Bool {
            !rows.isEmpty && width >= (isGiven ? 1 : 2) && (isGiven || share >= 0.85 || knownNames >= 2 && share >= 0.5)
        }
        /// Whether every row has as many fields as the others; a header may have one less, as R writes it.
        var isEven: Bool {
            guard let first = rows.first, rows.dropFirst().allSatisfy({ $0.count == width }) else { return false }
            return first.count == width || first.count + 1 == width && knownNames >= 2
        }
        /// Of two tables the one with more of its columns known, and else with more fields.
        var worth: Double { Double(knownNames) * 1000 + share * Double(width) }
    }

    /// The separator of a first line `sep=;`, as Excel writes it.
    private static func markedSeparator(_ text: TextFile) -> TableDialect.Separator? {
        let line = text.prefix.prefix { $0 != 0x0A && $0 != 0x0D }
        guard line.count == 5, line.prefix(4).elementsEqual("sep=".utf8) else { return nil }
        return .byte(line[4])
    }

    /// Whether `\"` stands in a quoted field, and not before its end.
    private static func hasEscapedQuotes(_ bytes: [UInt8]) -> Bool {
        let ends: Set<UInt8> = [0x09, 0x0A, 0x0D, 0x2C, 0x3B, 0x7C]
        guard bytes.count > 2 else { return false }
        return (0..<bytes.count - 2).contains { position in
            bytes[position] == UInt8(ascii: "\\") && bytes[position + 1] == UInt8(ascii: "\"")
                && !ends.contains(bytes[position + 2])
        }
    }

    // MARK: Headers

    /// Whether a first row names the columns: it knows usual names, or is text above columns of numbers and times.
    private static func isHeader(_ titles: [String], before rows: ArraySlice<[String]>, _ options: ImportOptions)
        -> Bool
    {
        switch options.header {
        case .yes: return true
        case .no: return false
        case .auto: break
        }
        let isText = titles.map { !$0.isEmpty && FieldKind.of($0) == .text }
        let known = KnownNames.count(in: titles)
        let named = Set(options.columns.values).union(options.catalogueColumns.values)
        if known >= 2 || known == 1 && titles.count <= 3 { return isText.count { !$0 } <= titles.count / 2 }
        // Numbers and times name nothing, whatever a column is called.
        guard zip(titles, isText).allSatisfy({ $0.isEmpty || $1 }) else { return false }
        if !named.isEmpty, named.isSubset(of: titles) { return true }
        guard Set(titles).count == titles.count else { return false }
        let sample = rows.prefix(50)
        return titles.indices.contains { column in
            isText[column] && !sample.isEmpty
                && sample.allSatisfy { column >= $0.count || $0[column].isEmpty || FieldKind.of($0[column]) != .text }
        }
    }

    private static func trimmed(_ name: String) -> String {
        var text = name[...]
        while let first = text.first, first.isWhitespace || first == "\u{FEFF}" { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }

    /// A name without a type behind it, as RecBole writes them: `user_id:token`.
    private static func untyped(_ name: String) -> String {
        guard let colon = name.lastIndex(of: ":"), colon > name.startIndex else { return name }
        let types = ["token", "token_seq", "float", "float_seq"]
        return types.contains(String(name[name.index(after: colon)...])) ? String(name[..<colon]) : name
    }
}

/// The names that columns of events and catalogues usually have.
enum KnownNames {
    private static let all: Set<String> = {
        let (events, catalogue) = (TableColumns.usual, CatalogueColumns.usual)
        let lists = [
            events.user, events.item, events.time, events.type, events.value, events.session, catalogue.id,
            catalogue.title, catalogue.text, catalogue.categories, catalogue.tags,
        ]
        return Set(lists.joined().map(TableHeader.key))
    }()

    /// How many of some names are known, with or without a type behind them.
    static func count(in names: [String]) -> Int {
        names.count { name in
            all.contains(TableHeader.key(name))
                || name.contains(":") && all.contains(TableHeader.key(String(name.prefix { $0 != ":" })))
        }
    }
}

/// What a field's text can be.
enum FieldKind: Equatable {
    /// Digits, with a sign or not.
    case integer
    /// A number with a fraction or an exponent.
    case decimal
    /// A time as text.
    case time
    /// Nothing, or a word for it.
    case missing
    /// Anything else.
    case text

    /// What a text is.
    static func of(_ text: String) -> FieldKind {
        var text = text
        return text.withUTF8 { bytes in
            if MissingText.isMissing(bytes) { return .missing }
            if NumberText.integer(bytes) != nil { return .integer }
            if NumberText.double(bytes) != nil { return .decimal }
            return TimeForm.milliseconds(ofText: bytes) != nil ? .time : .text
        }
    }

    /// Whether it is a number.
    var isNumber: Bool { self == .integer || self == .decimal }
}

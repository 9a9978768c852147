import FreshetCore

/// A form of event logs that is known by the columns of its tables: a row of ``TableForm/all``.
public struct TableForm: Importer {
    /// One of the tables of events that a form has.
    struct Log: Sendable {
        /// The names of its file in a folder, in which a star stands for anything.
        var files: [String]
        /// The columns that its header must have.
        var header: [String] = []
        /// Whether its header must be spelt as here.
        var isExact = false
        /// Whether its header has types behind colons.
        var isTyped = false
        /// What its columns hold and are called, where it has no header.
        var columns: [Column] = []
        /// Where user, item, time and the rest stand; the usual names unless given.
        var roles = TableColumns.usual
        /// The type of its events, where no column says it.
        var eventType: EventType?
        /// The form of its times, where they cannot be told by themselves.
        var timePattern: String?
    }

    /// A column of a table without a header.
    struct Column: Sendable {
        let name: String
        let holds: @Sendable (String) -> Bool

        init(_ name: String, _ holds: @escaping @Sendable (String) -> Bool) {
            self.name = name
            self.holds = holds
        }
    }

    /// What a form knows of items or users.
    struct Details: Sendable {
        /// The names of its file in a folder.
        var files: [String]
        /// The names of all its columns, where it has no header.
        var names: [String]?
        /// The roles of its columns.
        var columns = CatalogueColumns.usual
    }

    /// The name that `--format` takes.
    public let name: String
    /// One line for `--help`.
    public let summary: String
    let logs: [Log]
    var items: Details?
    var users: Details?

    /// Columns may be named all the same: that changes the role of one.
    public var takesColumns: Bool { logs.allSatisfy(\.columns.isEmpty) }

    /// Whether a table of the source has the form's columns.
    public func recognizes(_ source: ImportSource) -> Bool {
        logs.contains { !Self.files(of: $0, in: source).isEmpty }
    }

    /// Reads the items and users, and then every log that the source has.
    public func read(_ source: ImportSource, into collector: EventCollector) throws {
        if let items, let path = source.file(named: items.files), path != source.path,
            collector.options.catalogue == nil
        {
            try CatalogueReader.read(path, columns: items.columns, names: items.names, into: collector)
        }
        if let users, let path = source.file(named: users.files), path != source.path {
            try CatalogueReader.readUsers(path, id: users.columns.id, names: users.names, into: collector)
        }
        let found = logs.map { (log: $0, files: Self.files(of: $0, in: source)) }.filter { !$0.files.isEmpty }
        guard !found.isEmpty else { throw missing(source) }
        for (log, files) in found {
            for file in files { try read(file, as: log, into: collector) }
        }
    }

    private func read(_ path: String, as log: Log, into collector: EventCollector) throws {
        try collector.readEvents(
            of: path,
            as: log.eventType,
            columns: log.roles.naming(collector.options.columns),
            names: log.columns.isEmpty ? nil : log.columns.map(\.name),
            timePattern: log.timePattern.map { try TimePattern($0) }
        )
    }

    private func missing(_ source: ImportSource) -> FreshetError {
        let wanted = logs.map { log in
            let columns = log.columns.isEmpty ? log.header : log.columns.map(\.name)
            return "\(log.files.joined(separator: " or ")) (\(columns.joined(separator: ", ")))"
        }
        return FreshetError(
            .usage,
            "'\(source.path)' has no table of the format \(name).",
            remedy: "It needs \(wanted.joined(separator: ", or "))."
                + (source.isFolder ? " The folder has: \(source.entries.prefix(20).joined(separator: ", "))." : "")
        )
    }

    /// The files of a source that are a log.
    private static func files(of log: Log, in source: ImportSource) -> [String] {
        guard source.isFolder else { return source.look.map { fits($0, log) } ?? false ? [source.path] : [] }
        return source.files(matching: log.files).filter { path in source.look(at: path).map { fits($0, log) } ?? false }
    }

    private static func fits(_ look: TableLook, _ log: Log) -> Bool {
        guard log.columns.isEmpty else {
            guard !look.header.isWritten, look.header.names.count == log.columns.count else { return false }
            let fitting = look.sample.count { row in
                row.count == log.columns.count && zip(log.columns, row).allSatisfy { $0.holds($1) }
            }
            return fitting > 0 && fitting * 10 >= look.sample.count * 9
        }
        guard look.header.isWritten, !log.isTyped || look.hasTypes else { return false }
        return log.header.allSatisfy { name in
            log.isExact ? look.header.names.contains(name) : look.header.position(of: [name]) != nil
        }
    }
}

extension TableForm.Column {
    /// A whole number.
    static func integer(_ name: String) -> Self { Self(name) { Int64($0) != nil } }
    /// A number, or nothing.
    static func number(_ name: String) -> Self { Self(name) { $0.isEmpty || Double($0) != nil } }
    /// A time as text.
    static func time(_ name: String) -> Self { Self(name) { FieldKind.of($0) == .time } }
    /// Seconds from 1980 on.
    static func seconds(_ name: String) -> Self {
        Self(name) { NumberText.double($0).flatMap(ImportOptions.TimeUnit.plausible) == .seconds }
    }
    /// Anything.
    static func text(_ name: String) -> Self { Self(name) { _ in true } }
    /// One of some words.
    static func word(_ name: String, _ words: Set<String>) -> Self { Self(name, words.contains) }
    /// A number of hexadecimal digits.
    static func hexadecimal(_ name: String, _ count: Int) -> Self {
        Self(name) { $0.utf8.count == count && $0.allSatisfy(\.isHexDigit) }
    }
    /// Amazon's number of a product: ten characters, of which the first is a B or a digit.
    static func asin(_ name: String) -> Self {
        Self(name) { text in
            text.utf8.count == 10 && (text.hasPrefix("B") || text.dropLast().allSatisfy(\.isNumber))
                && text.allSatisfy { $0.isASCII && ($0.isNumber || $0.isUppercase) }
        }
    }
    /// Amazon's name of a reviewer.
    static func reviewer(_ name: String) -> Self { Self(name) { $0.hasPrefix("A") && $0.utf8.count >= 11 } }
}

import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetModels

/// Where the events come from, and how they are cleaned.
struct DataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The event log: a file, a folder, or - for standard input; gzip, xz and zip are unpacked on the way.",
            valueName: "path"
        )
    )
    var data: String

    @OptionGroup var reading: ReadingOptions

    /// Reads the data and says what was dropped.
    func read(_ console: Console, isReported: Bool = true) throws -> ImportResult {
        try reading.read(data, console, isReported: isReported)
    }
}

/// How events are read and cleaned.
struct ReadingOptions: ParsableArguments {
    /// The formats that are read here beside those of the library.
    static let others: [any Importer] = [StoreImporter()]
    /// All of them.
    static let importers = others + Importers.all

    @Option(
        help: """
            The format of the data: \(Self.importers.map(\.name).joined(separator: ", ")). Guessed when left out. train and \
            evaluate also take rows of features: \(LabelledRows.Format.allCases.map(\.rawValue).joined(separator: ", ")).
            """
    )
    var format: String?

    @Flag(help: "Fail at the first malformed line instead of dropping it.")
    var strict = false

    @Option(help: "Which of a user's events on one item stay: all, first or last.")
    var duplicates = ImportOptions.DuplicatePolicy.keepAll

    @Option(help: "Events on items that the catalogue does not have: keep or drop.")
    var unknownItems = ImportOptions.UnknownItemPolicy.keep

    @Option(
        help: """
            Events of users who act like machines, and events written in bulk at one instant: keep or drop. They are named \
            either way.
            """
    )
    var outliers = ImportOptions.OutlierPolicy.keep

    @Option(
        name: .customLong("guard"),
        help: """
            Bursts on one item by new accounts, and events beyond the caps of an account: off, report or leave_out. Left out, \
            they stay in their users' histories and nothing is learned from them.
            """
    )
    var intakeGuard = GuardPolicy.off

    @Option(help: ArgumentHelp("Drop events before this time (2010-10-01 or seconds since 1970).", valueName: "time"))
    var from = TimeArgument(Timestamp(seconds: ImportOptions.plausibleTimes.lowerBound))

    @Option(help: ArgumentHelp("Drop events after this time (2010-10-01 or seconds since 1970).", valueName: "time"))
    var until = TimeArgument(Timestamp(seconds: ImportOptions.plausibleTimes.upperBound))

    @Option(
        help: """
            The unit of times that are plain numbers: seconds, milliseconds, microseconds or nanoseconds. Recognised by \
            their size when left out.
            """
    )
    var timeUnit: ImportOptions.TimeUnit?

    @Option(
        help: ArgumentHelp(
            "The form of times that cannot be told from them, such as %d/%m/%Y, %m/%d/%Y %I:%M:%S %p, or excel for days.",
            valueName: "form"
        )
    )
    var timeFormat: String?

    @Option(help: ArgumentHelp("Drop events with a lower value, such as ratings below 4.", valueName: "value"))
    var minimumValue: Float?

    @Option(
        help: ArgumentHelp(
            "What events say of their items, over the defaults: a JSON object such as {\"types\":{\"rating\":{\"liking_from\":4}}}, "
                + "a file of one, or none, where every event counts alike, as in published protocols.",
            valueName: "meanings"
        )
    )
    var meanings: String?

    @Option(help: ArgumentHelp("k-core: the events that every user and item that stays has at least.", valueName: "k"))
    var core = 0

    @Option(help: ArgumentHelp("The events that every user that stays has at least.", valueName: "n"))
    var minimumHistory = 0

    @Option(help: ArgumentHelp("A file of item details: JSON lines or a table.", valueName: "file"))
    var catalogue: String?

    @Option(
        help: ArgumentHelp(
            "The columns of \(TableColumns.roles.joined(separator: ", ")) in a table or in JSON lines; by position where "
                + "there is no header.",
            valueName: "role=name,…"
        )
    )
    var columns: [String] = []

    @Option(
        help: ArgumentHelp(
            "The columns of \(CatalogueColumns.roles.joined(separator: ", ")) in the catalogue.",
            valueName: "role=name,…"
        )
    )
    var catalogueColumns: [String] = []

    @Option(
        help: ArgumentHelp(
            "Keep long columns of the log in files of this folder while working, for a log larger than memory.",
            valueName: "folder"
        )
    )
    var scratch: String?

    @OptionGroup var form: TableFormOptions

    func validate() throws {
        guard from.seconds <= until.seconds else {
            throw ValidationError(
                "--from \(from.defaultValueDescription) is after --until \(until.defaultValueDescription)."
            )
        }
    }

    /// How the data are written where they are rows of features, not events.
    var rowFormat: LabelledRows.Format? { format.flatMap { LabelledRows.Format(rawValue: $0) } }

    /// Reads the first events of a file or folder.
    func preview(_ path: String, count: Int) throws -> ImportResult {
        var options = try importOptions()
        options.eventLimit = count
        return try DatasetReader(options: options, others: Self.others).read(path: path, format: format)
    }

    /// Reads a file or folder and says what was dropped.
    func read(_ path: String, _ console: Console, isReported: Bool = true) throws -> ImportResult {
        if scratch == nil, let note = Self.shortMemory(for: path) { console.note(note) }
        let result = try DatasetReader(options: importOptions(), others: Self.others).read(path: path, format: format)
        if isReported { console.note("\(path) (\(result.format)): \(result.report)") }
        return result
    }

    /// What to say of a file as long as this machine's memory.
    private static func shortMemory(for path: String) -> String? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let memory = ProcessInfo.processInfo.physicalMemory
        guard let length = attributes?[.size] as? UInt64, length > memory / 4 * 3 else { return nil }
        return
            "'\(path)' has \(Words.bytes(Int(length))), this machine \(Words.bytes(Int(memory))) of memory: where they do not "
            + "suffice, --scratch FOLDER keeps the log on disk."
    }

    /// Whether any of the options was given.
    var isGiven: Bool { format != nil || (try? importOptions()) != ImportOptions() }

    private func importOptions() throws -> ImportOptions {
        var options = form.importOptions
        options.strict = strict
        options.duplicates = duplicates
        options.unknownItems = unknownItems
        options.outliers = outliers
        options.intakeGuard = IntakeGuard.Settings(intakeGuard)
        options.timeRange = from.seconds...until.seconds
        options.timeUnit = timeUnit
        options.minimumValue = minimumValue
        options.meanings = try EventMeanings(argument: meanings)
        options.userCore = core
        options.itemCore = core
        options.minimumHistory = minimumHistory
        options.catalogue = catalogue
        options.scratch = try scratch.map { try ScratchFolder($0) }
        options.timePattern = try timeFormat.map { try TimePattern($0) }
        options.columns = try Self.roles(columns, option: "columns", example: "user=customer,item=sku,time=when")
        options.catalogueColumns = try Self.roles(
            catalogueColumns,
            option: "catalogue-columns",
            example: "id=sku,title=name"
        )
        return options
    }

    private static func roles(_ columns: [String], option: String, example: String) throws -> [String: String] {
        let assignments = try columns.flatMap { $0.split(separator: ",") }.map { part in
            if let assignment = Assignment(argument: String(part)) { return assignment }
            throw FreshetError(
                .usage,
                "--\(option) has '\(part)', which is not of the form role=name.",
                remedy: "For example: --\(option) \(example)"
            )
        }
        return try Assignment.dictionary(assignments, option: option)
    }
}

extension ImportOptions.DuplicatePolicy: ExpressibleByArgument {}
extension ImportOptions.UnknownItemPolicy: ExpressibleByArgument {}
extension ImportOptions.OutlierPolicy: ExpressibleByArgument {}
extension GuardPolicy: ExpressibleByArgument {}
extension ImportOptions.TimeUnit: ExpressibleByArgument {}
extension ImportOptions.HeaderPolicy: ExpressibleByArgument {}
extension TextEncoding: ExpressibleByArgument {}

extension TableDialect.Separator: ExpressibleByArgument {
    /// A sign, or the name of one that is hard to type.
    public init?(argument: String) {
        switch argument {
        case "tab", "\\t": self = .byte(0x09)
        case "::": self = .doubleColon
        case "blanks", "space", " ": self = .blanks
        default:
            let bytes = Array(argument.utf8)
            guard bytes.count == 1, bytes[0] < 0x80, bytes[0] != UInt8(ascii: "\"") else { return nil }
            self = .byte(bytes[0])
        }
    }
}

/// `key=value` on the command line.
struct Assignment: ExpressibleByArgument, Equatable {
    let key: String
    let value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        key = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }

    /// Assignments by key, each of which may come once.
    static func dictionary(_ assignments: [Assignment], option: String) throws -> [String: String] {
        try assignments.reduce(into: [:]) { values, assignment in
            guard values.updateValue(assignment.value, forKey: assignment.key) == nil else {
                throw FreshetError(.usage, "--\(option) gives '\(assignment.key)' twice.")
            }
        }
    }
}

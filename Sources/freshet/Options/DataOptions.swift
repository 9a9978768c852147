import ArgumentParser
import Foundation
import FreshetCore
import FreshetData
import FreshetModels

/// Where the events come from, and how they are cleaned.
struct DataOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The event log: a file or folder, .gz and .xz unpacked on the way.", valueName: "path"))
    var data: String

    @OptionGroup var reading: ReadingOptions

    /// Reads the data and says what was dropped.
    func read(_ console: Console, isReported: Bool = true) throws -> ImportResult {
        try reading.read(data, console, isReported: isReported)
    }
}

/// How events are read and cleaned.
struct ReadingOptions: ParsableArguments {
    @Option(
        help: "The format of the data: \(Importers.all.map(\.name).joined(separator: ", ")). Guessed when left out."
    )
    var format: String?

    @Flag(help: "Fail at the first malformed line instead of dropping it.")
    var strict = false

    @Option(help: "Which of a user's events on one item stay: all, first or last.")
    var duplicates = ImportOptions.DuplicatePolicy.keepAll

    @Option(help: "Events on items that the catalogue does not have: keep or drop.")
    var unknownItems = ImportOptions.UnknownItemPolicy.keep

    @Option(help: ArgumentHelp("Drop events before this time (2010-10-01 or seconds since 1970).", valueName: "time"))
    var from = TimeArgument(ImportOptions.plausibleTimes.lowerBound)

    @Option(help: ArgumentHelp("Drop events after this time (2010-10-01 or seconds since 1970).", valueName: "time"))
    var until = TimeArgument(ImportOptions.plausibleTimes.upperBound)

    @Option(help: "The unit of times that are plain numbers: seconds or milliseconds.")
    var timeUnit = ImportOptions.TimeUnit.seconds

    @Option(help: ArgumentHelp("Drop events with a lower value, such as ratings below 4.", valueName: "value"))
    var minimumValue: Float?

    @Option(help: ArgumentHelp("k-core: the events that every user and item that stays has at least.", valueName: "k"))
    var core = 0

    @Option(help: ArgumentHelp("The events that every user that stays has at least.", valueName: "n"))
    var minimumHistory = 0

    @Option(help: ArgumentHelp("A file of item details (.jsonl, .csv or .tsv).", valueName: "file"))
    var catalogue: String?

    @Option(
        help: ArgumentHelp(
            "For csv and tsv: the columns of user, item, time, type and value.",
            valueName: "role=name,…"
        )
    )
    var columns: [String] = []

    func validate() throws {
        guard from.seconds <= until.seconds else {
            throw ValidationError(
                "--from \(from.defaultValueDescription) is after --until \(until.defaultValueDescription)."
            )
        }
    }

    /// Reads a file or folder and says what was dropped.
    func read(_ path: String, _ console: Console, isReported: Bool = true) throws -> ImportResult {
        let result = try DatasetReader(options: importOptions()).read(path: path, format: format)
        if isReported { console.note("\(path) (\(result.format)): \(result.report)") }
        return result
    }

    /// Whether any of the options was given.
    var isGiven: Bool { format != nil || (try? importOptions()) != ImportOptions() }

    private func importOptions() throws -> ImportOptions {
        var options = ImportOptions()
        options.strict = strict
        options.duplicates = duplicates
        options.unknownItems = unknownItems
        options.timeRange = from.seconds...until.seconds
        options.timeUnit = timeUnit
        options.minimumValue = minimumValue
        options.userCore = core
        options.itemCore = core
        options.minimumHistory = minimumHistory
        options.catalogue = catalogue
        options.columns = try Assignment.dictionary(columnAssignments(), option: "columns")
        return options
    }

    private func columnAssignments() throws -> [Assignment] {
        try columns.flatMap { $0.split(separator: ",") }.map { part in
            if let assignment = Assignment(argument: String(part)) { return assignment }
            throw FreshetError(
                .usage,
                "--columns has '\(part)', which is no role=name.",
                remedy: "For example: --columns user=customer,item=sku,time=when"
            )
        }
    }
}

extension ImportOptions.DuplicatePolicy: ExpressibleByArgument {}
extension ImportOptions.UnknownItemPolicy: ExpressibleByArgument {}
extension ImportOptions.TimeUnit: ExpressibleByArgument {}

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

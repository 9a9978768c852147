import ArgumentParser
import Foundation
import FreshetCore
import FreshetData

/// How exported rows are written.
enum ExportForm: String, CaseIterable, ExpressibleByArgument {
    /// An object a line: what can be imported again without losing anything.
    case jsonl
    /// A table with a header.
    case csv
}

/// What is exported; each is a file of its own.
enum ExportKind: String, CaseIterable, ExpressibleByArgument {
    case events
    case items
    case users
    /// What was shown, and what was done about it.
    case feedback
}

/// Writes the rows of one kind into one file, as lines of JSON or as a table.
///
/// A row is its fields by name, `nil` for one that has no value.
struct ExportFile {
    private let writer: FileWriter
    private let form: ExportForm
    private let columns: [String]
    private let names: [[UInt8]]
    private var line: [UInt8] = []

    /// Begins a file; a table gets its header.
    init(path: String, form: ExportForm, columns: [String]) throws {
        writer = try FileWriter(path: path)
        self.form = form
        self.columns = columns
        names = columns.map { ExportField.text($0).json + [UInt8(ascii: ":")] }
        if form == .csv { try write(columns.map { .text($0) }) }
    }

    /// Writes a row: a field for each column.
    mutating func write(_ fields: [ExportField?]) throws {
        precondition(fields.count == columns.count, "\(fields.count) fields for \(columns.count) columns")
        line.removeAll(keepingCapacity: true)
        switch form {
        case .jsonl: addObject(fields)
        case .csv: addRow(fields)
        }
        line.append(UInt8(ascii: "\n"))
        try writer.write(line)
    }

    /// Puts the file in its place.
    func finish() throws { try writer.finish() }

    private mutating func addObject(_ fields: [ExportField?]) {
        line.append(UInt8(ascii: "{"))
        for (name, field) in zip(names, fields) {
            guard let field else { continue }
            if line.count > 1 { line.append(UInt8(ascii: ",")) }
            line += name
            line += field.json
        }
        line.append(UInt8(ascii: "}"))
    }

    private mutating func addRow(_ fields: [ExportField?]) {
        for (position, field) in fields.enumerated() {
            if position > 0 { line.append(UInt8(ascii: ",")) }
            if let field { line += field.csv }
        }
    }
}

/// A value of an exported row.
enum ExportField {
    case text(String)
    case number(Double)
    case integer(Int64)
    /// A moment, in seconds since 1970.
    case time(Timestamp)
    case flag(Bool)
    case texts([String])
    /// A part that is JSON already, such as an object; a table has it as text.
    case document([UInt8])

    /// The value of an attribute.
    init(_ value: AttributeValue) {
        switch value {
        case .number(let number): self = .number(number)
        case .flag(let flag): self = .flag(flag)
        case .text(let text): self = .text(text)
        case .texts(let texts): self = .texts(texts)
        }
    }

    /// The value as JSON.
    var json: [UInt8] {
        switch self {
        case .text(let text): DatasetWriter.quoted(text)
        case .number(let number): Array((number.isFinite ? Self.shortest(number) : "null").utf8)
        case .integer(let number): Array("\(number)".utf8)
        case .time(let time): Array(time.decimalSeconds.utf8)
        case .flag(let flag): Array((flag ? "true" : "false").utf8)
        case .texts(let texts):
            [UInt8(ascii: "[")] + texts.map(DatasetWriter.quoted).joined(separator: [UInt8(ascii: ",")])
                + [UInt8(ascii: "]")]
        case .document(let bytes): bytes
        }
    }

    /// The value as a field of a table, in quotes where it must be.
    var csv: [UInt8] {
        let bytes: [UInt8] = if case .text(let text) = self { Array(text.utf8) } else { json }
        let mustBeQuoted = bytes.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        guard mustBeQuoted else { return bytes }
        let quote = UInt8(ascii: "\"")
        return [quote] + bytes.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }

    /// `5` rather than `5.0`.
    private static func shortest(_ number: Double) -> String {
        Int64(exactly: number).map { "\($0)" } ?? "\(number)"
    }
}

import Foundation
import FreshetCore

extension EventCollector {
    /// Calls `body` with every line of a file that is not empty; packed files are unpacked on the way.
    public func forEachLine(of path: String, _ body: (Bytes) throws -> Void) throws {
        try forEachLine(of: open(path), body)
    }

    /// Calls `body` with the fields of every row of a table.
    ///
    /// What parts the fields, how they are quoted and whether the first row names the columns is seen from the first
    /// rows. A file of JSON objects is a table of their fields. Rows of another number of fields than the header are dropped as malformed.
    ///
    /// - Parameters:
    ///   - path: the table's file.
    ///   - names: the names of the columns, for a form that has no header.
    ///   - select: finds the columns in what was seen.
    ///   - body: gets what `select` found and the fields of a row.
    /// - Throws: what `select` and `body` throw, and ``FreshetError`` when the file is no table.
    public func forEachRow<Columns>(
        of path: String,
        names: [String]? = nil,
        select: (TableLook) throws -> Columns,
        _ body: (Columns, [Bytes]) throws -> Void
    ) throws {
        let text = try open(path)
        guard let look = TableLook(text, file: place.file, options: options, names: names) else {
            throw FreshetError(
                .usage,
                "'\(place.file)' is no table: its lines have different numbers of fields, by tabs, commas, semicolons, "
                    + "bars, :: and blanks alike.",
                remedy: "If you know what parts its fields, give it: --separator ';'"
            )
        }
        let columns = try select(look)
        switch look.form {
        case .json: try forEachObject(of: text, look, columns, body)
        case .separated(let dialect): try forEachRow(of: text, dialect, look, columns, body)
        }
    }

    private func forEachLine(of text: TextFile, _ body: (Bytes) throws -> Void) throws {
        let reader = LineReader(text.source)
        defer { report.linesRead += reader.linesRead }
        while let line = try reader.next() {
            if try isUsable(line), !line.bytes.isEmpty { try body(line.bytes) }
        }
    }

    private func forEachObject<Columns>(
        of text: TextFile,
        _ look: TableLook,
        _ columns: Columns,
        _ body: (Columns, [Bytes]) throws -> Void
    ) throws {
        let reader = JSONObjectReader(names: look.header.names)
        var fields: [Bytes] = []
        try forEachLine(of: text) { line in
            do throws(JSONFault) {
                try reader.read(line)
            } catch {
                return try drop(.malformedLine, error.description)
            }
            fields.removeAll(keepingCapacity: true)
            for position in look.header.names.indices { fields.append(reader.bytes(position)) }
            try body(columns, fields)
        }
    }

    private func forEachRow<Columns>(
        of text: TextFile,
        _ dialect: TableDialect,
        _ look: TableLook,
        _ columns: Columns,
        _ body: (Columns, [Bytes]) throws -> Void
    ) throws {
        let reader = LineReader(text.source)
        defer { report.linesRead += reader.linesRead }
        for _ in 0..<look.skippedLines { _ = try reader.nextRecord(dialect) }
        var row = FieldCutter(dialect)
        let width = look.header.names.count
        while let line = try reader.nextRecord(dialect) {
            guard try isUsable(line), !line.bytes.isEmpty else { continue }
            row.cut(line.bytes)
            // Some programs end every row with a separator.
            guard row.fields.count == width || row.fields.count == width + 1 && row.fields[width].isEmpty else {
                try drop(.malformedLine, "\(row.fields.count) fields where \(width) are expected")
                continue
            }
            try body(columns, row.fields)
        }
    }

    private func open(_ path: String) throws -> TextFile {
        place = (FilePath.name(of: path), 0)
        let text = try TextFile(path: path, encoding: options.encoding)
        if text.encoding != .utf8 || text.endsLinesByReturns {
            let ends = text.endsLinesByReturns ? ", lines end in carriage returns" : ""
            note("\(place.file): \(text.encoding.rawValue)\(ends)")
        }
        return text
    }

    /// Notes the place of a line, and drops it when it has a fault.
    private func isUsable(_ line: LineReader.Line) throws -> Bool {
        place.line = line.number
        switch line.fault {
        case nil: return true
        case .tooLong: try drop(.lineTooLong, "more than \(LineReader.maximumLength) bytes")
        case .badQuotes: try drop(.malformedLine, "a quoted field that does not end")
        }
        return false
    }
}

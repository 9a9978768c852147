import Foundation
import FreshetCore

extension EventCollector {
    /// Calls `body` with every line of a file that is not empty; packed files are unpacked on the way.
    public func forEachLine(of path: String, _ body: (Bytes) throws -> Void) throws {
        let reader = try open(path)
        while let line = try reader.next() {
            if try isUsable(line), !line.bytes.isEmpty { try body(line.bytes) }
        }
        report.linesRead += reader.linesRead
    }

    /// Calls `body` with the fields of every row of a table with a header, quoted as in RFC 4180.
    ///
    /// The separator (tab, comma, semicolon or bar) is the one that the header has most of. In a table with tabs a
    /// quoted field ends on its line. Rows of another number of fields than the header are dropped as malformed.
    ///
    /// - Parameters:
    ///   - path: the table's file.
    ///   - select: finds the columns in the header.
    ///   - body: gets what `select` found and the fields of a row.
    /// - Throws: what `select` and `body` throw, and ``FreshetError`` when the file cannot be read.
    public func forEachRow<Columns>(
        of path: String,
        select: (TableHeader) throws -> Columns,
        _ body: (Columns, [Bytes]) throws -> Void
    ) throws {
        let reader = try open(path)
        guard let first = try reader.next(), try isUsable(first) else {
            throw FreshetError(
                .invalidData,
                "'\(path)' has no header.",
                remedy: "Its first line must name the columns."
            )
        }
        let separator = TableHeader.separator(of: first.bytes)
        var row = QuotedFields(separator: separator)
        row.cut(first.bytes)
        let names = row.fields.map { decodeText($0).trimmingCharacters(in: .whitespaces) }
        let columns = try select(TableHeader(names: names, file: place.file))

        let isTabbed = separator == UInt8(ascii: "\t")
        while let line = try isTabbed ? reader.next() : reader.nextRecord(separator: separator) {
            guard try isUsable(line), !line.bytes.isEmpty else { continue }
            row.cut(line.bytes)
            guard row.fields.count == names.count else {
                try drop(.malformedLine, "\(row.fields.count) fields under a header of \(names.count)")
                continue
            }
            try body(columns, row.fields)
        }
        report.linesRead += reader.linesRead
    }

    private func open(_ path: String) throws -> LineReader {
        place = ((path as NSString).lastPathComponent, 0)
        return LineReader(try openByteSource(at: path))
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

/// Text in UTF-8, or else in ISO-8859-1, in which every byte is a character.
func decodeText(_ bytes: Bytes) -> String {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
}

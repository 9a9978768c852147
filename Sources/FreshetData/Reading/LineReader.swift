import Foundation

/// The lines of a byte source, without their ends (`\n` or `\r\n`); a byte-order mark at the start is left out.
///
/// A line is a view into the reader's buffer and is valid until the next call. Memory is one chunk, or the longest
/// line: up to ``maximumLength`` bytes, beyond which a line is passed over and reported as too long.
final class LineReader {
    /// The longest line that is read: 16 MiB, which is a user with a million events on one line.
    static let maximumLength = 16 << 20
    /// The longest record with quoted line ends: 1 MiB.
    ///
    /// A quote that never closes costs one line, not the file.
    static let maximumQuotedLength = 1 << 20

    /// One line, or one record of a table.
    struct Line {
        /// Why a line cannot be used.
        enum Fault {
            case tooLong
            case badQuotes
        }

        /// Its bytes, valid until the next line is read; empty when it is too long.
        let bytes: UnsafeBufferPointer<UInt8>
        /// The number of the line it begins on, from 1.
        let number: Int
        /// Why it cannot be used, or `nil`.
        var fault: Fault?
    }

    private let source: any ByteSource
    private let maximumLength: Int
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var isAtStart = true
    private var isSourceFinished = false
    /// How many lines have been read.
    private(set) var linesRead = 0

    /// Reads the lines of a source.
    init(_ source: any ByteSource, maximumLength: Int = LineReader.maximumLength, chunk: Int = 1 << 18) {
        self.source = source
        self.maximumLength = maximumLength
        buffer = .allocate(byteCount: chunk, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The next line, or `nil` at the end.
    func next() throws -> Line? {
        guard let found = try findLine() else { return nil }
        return consume(found.length, lineEnds: found.hasEnd ? 1 : 0, fault: found.isTooLong ? .tooLong : nil)
    }

    /// The next record of a table, which goes over several lines where a quoted field does, or `nil` at the end.
    func nextRecord(_ dialect: TableDialect) throws -> Line? {
        guard dialect.quotesLineEnds else { return try next() }
        guard let line = try findLine() else { return nil }
        let first = UnsafeRawBufferPointer(rebasing: buffer[start..<start + line.length])
        guard !line.isTooLong, first.contains(UInt8(ascii: "\"")) else {
            return consume(line.length, lineEnds: line.hasEnd ? 1 : 0, fault: line.isTooLong ? .tooLong : nil)
        }
        while true {
            let window = UnsafeRawBufferPointer(rebasing: buffer[start..<end]).assumingMemoryBound(to: UInt8.self)
            switch FieldCutter.recordEnd(in: window, dialect, isFinal: isSourceFinished) {
            case .found(let length):
                let inside = window[..<length].count { $0 == 0x0A }
                return consume(length, lineEnds: inside + (length < window.count ? 1 : 0), fault: nil)
            case .open where !isSourceFinished && end - start <= Self.maximumQuotedLength:
                _ = try fill()
            case .open, .malformed:
                return consume(line.length, lineEnds: line.hasEnd ? 1 : 0, fault: .badQuotes)
            }
        }
    }

    /// Finds the line that begins at `start`, reading on as needed.
    private func findLine() throws -> (length: Int, hasEnd: Bool, isTooLong: Bool)? {
        if isAtStart { try skipByteOrderMark() }
        var searched = 0
        var isTooLong = false
        while true {
            if let length = lineLength(from: searched) { return (length, true, isTooLong || length > maximumLength) }
            searched = end - start
            if searched > maximumLength {
                // The rest of the line is read and forgotten.
                isTooLong = true
                start = end
                searched = 0
            }
            guard try fill() else { return end > start || isTooLong ? (end - start, false, isTooLong) : nil }
        }
    }

    /// The distance from `start` to the next line end, looked for from `start + offset`.
    private func lineLength(from offset: Int) -> Int? {
        guard let base = buffer.baseAddress, end > start + offset else { return nil }
        guard let found = memchr(base + start + offset, 0x0A, end - start - offset) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base + start)
    }

    /// Moves past a line and the end behind it.
    private func consume(_ length: Int, lineEnds: Int, fault: Line.Fault?) -> Line {
        let first = start
        let number = linesRead + 1
        start = min(start + length + 1, end)
        linesRead += max(lineEnds, 1)
        guard fault != .tooLong else {
            return Line(bytes: UnsafeBufferPointer(start: nil, count: 0), number: number, fault: fault)
        }
        let isReturnLast = length > 0 && buffer[first + length - 1] == 0x0D
        let range = first..<first + length - (isReturnLast ? 1 : 0)
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[range]).assumingMemoryBound(to: UInt8.self)
        return Line(bytes: bytes, number: number, fault: fault)
    }

    /// Reads another chunk behind what is there.
    /// - Returns: `false` at the end of the source.
    private func fill() throws -> Bool {
        guard !isSourceFinished else { return false }
        if start > 0 {
            let rest = end - start
            if rest > 0, let base = buffer.baseAddress { memmove(base, base + start, rest) }
            start = 0
            end = rest
        }
        if end == buffer.count {
            let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
            larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
            buffer.deallocate()
            buffer = larger
        }
        let count = try source.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        end += count
        isSourceFinished = count == 0
        return count > 0
    }

    private func skipByteOrderMark() throws {
        isAtStart = false
        while end - start < 3, try fill() {}
        if end - start >= 3, buffer[start] == 0xEF, buffer[start + 1] == 0xBB, buffer[start + 2] == 0xBF { start += 3 }
    }
}

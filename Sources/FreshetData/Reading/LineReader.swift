import Foundation

/// The lines of a byte source, without their ends (`\n` or `\r\n`); a byte-order mark at the start is left out.
///
/// A line is a view into the reader's buffer and is valid until the next call. Memory is one chunk, or the longest
/// line: up to ``maximumLength`` bytes, beyond which a line is passed over and reported as too long.
final class LineReader {
    /// The longest line that is read: 16 MiB, which is a user with a million events on one line.
    static let maximumLength = 16 << 20

    /// One line.
    struct Line {
        /// Its bytes, valid until the next line is read; empty when it is too long.
        let bytes: UnsafeBufferPointer<UInt8>
        /// Whether it was longer than ``LineReader/maximumLength``.
        let isTooLong: Bool
    }

    private let source: any ByteSource
    private let maximumLength: Int
    private var buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    private var isAtStart = true
    private var isSourceFinished = false

    /// Reads the lines of a source.
    init(_ source: any ByteSource, maximumLength: Int = LineReader.maximumLength, chunk: Int = 1 << 18) {
        self.source = source
        self.maximumLength = maximumLength
        buffer = .allocate(byteCount: chunk, alignment: 16)
    }

    deinit { buffer.deallocate() }

    /// The next line, or `nil` at the end.
    func next() throws -> Line? {
        if isAtStart { try skipByteOrderMark() }
        var searched = 0
        var isTooLong = false
        while true {
            if let length = lineLength(from: searched) {
                return finish(length: length, terminator: 1, isTooLong: isTooLong || length > maximumLength)
            }
            searched = end - start
            if searched > maximumLength {
                // The rest of the line is read and forgotten.
                isTooLong = true
                start = end
                searched = 0
            }
            guard try fill() else {
                guard end > start || isTooLong else { return nil }
                return finish(length: end - start, terminator: 0, isTooLong: isTooLong)
            }
        }
    }

    /// The distance from `start` to the next line end, looked for from `start + offset`.
    private func lineLength(from offset: Int) -> Int? {
        guard let base = buffer.baseAddress, end > start + offset else { return nil }
        guard let found = memchr(base + start + offset, 0x0A, end - start - offset) else { return nil }
        return UnsafeRawPointer(found) - UnsafeRawPointer(base + start)
    }

    private func finish(length: Int, terminator: Int, isTooLong: Bool) -> Line {
        let first = start
        start += length + terminator
        guard !isTooLong else { return Line(bytes: UnsafeBufferPointer(start: nil, count: 0), isTooLong: true) }
        var length = length
        if length > 0, buffer[first + length - 1] == 0x0D { length -= 1 }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[first..<first + length]).assumingMemoryBound(to: UInt8.self)
        return Line(bytes: bytes, isTooLong: false)
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

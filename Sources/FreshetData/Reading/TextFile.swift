import Foundation
import FreshetCore

/// A text file whose first bytes were looked at: what it is written in, and its bytes as UTF-8 with `\n` at line ends and
/// the objects of a JSON array each on a line.
struct TextFile {
    /// How many bytes are looked at before reading begins.
    static let prefixLength = 1 << 17

    /// How its characters stand as bytes.
    let encoding: TextEncoding
    /// Whether its lines end in carriage returns alone, as old programs for the Mac write them.
    let endsLinesByReturns: Bool
    /// The first bytes, as UTF-8.
    let prefix: [UInt8]
    /// Whether the prefix is the whole file.
    let isWhole: Bool
    /// All bytes, as UTF-8.
    let source: any ByteSource

    /// Opens a file and looks at it.
    /// - Throws: ``FreshetError`` when it cannot be read, is empty, or is not text.
    init(path: String, encoding: TextEncoding? = nil) throws {
        try self.init(openByteSource(at: path), path: path, encoding: encoding)
    }

    /// Looks at a source; `path` is for error messages.
    init(_ bytes: any ByteSource, path: String, encoding named: TextEncoding? = nil) throws {
        let (raw, whole) = try bytes.peek(Self.prefixLength)
        guard !raw.isEmpty else {
            throw FreshetError(
                .invalidData,
                "The file '\(path)' is empty.",
                remedy: "Give a file of events, one a line."
            )
        }
        let isWhole = raw.count < Self.prefixLength
        let detected = TextEncoding.detect(raw, isWhole: isWhole)
        let encoding = named ?? detected.encoding
        var source = whole
        if detected.mark > 0 { _ = try source.take(detected.mark) }
        if encoding != .utf8 { source = TranscodedSource(source, from: encoding) }
        let (text, readable) = try source.peek(Self.prefixLength)
        let endsLinesByReturns = text.contains(0x0D) && !text.contains(0x0A)
        self.encoding = encoding
        self.endsLinesByReturns = endsLinesByReturns
        self.isWhole = isWhole && text.count < Self.prefixLength
        let lines = endsLinesByReturns ? text.map { $0 == 0x0D ? 0x0A : $0 } : text
        let ended = endsLinesByReturns ? ReturnSource(readable) : readable
        let isArray = JSONElementSource.isNeeded(for: lines)
        prefix = isArray ? try JSONElementSource(PrefixedSource(lines)).take(lines.count) : lines
        self.source = isArray ? JSONElementSource(ended) : ended
        try check(path)
    }

    /// The first whole lines; those that are empty are left out.
    var firstLines: [ArraySlice<UInt8>] {
        let lines = prefix.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        return (isWhole || lines.count < 2 ? lines : lines.dropLast()).filter { !$0.isEmpty }
    }

    private func check(_ path: String) throws {
        let controls = prefix.count { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D && $0 != 0x01 }
        guard controls * 20 <= prefix.count else {
            throw FreshetError(
                .invalidData,
                "The file '\(path)' is not text: \(controls) of its first \(prefix.count) bytes are control characters.",
                remedy: "Give a text file, plain or packed by gzip, xz or zip."
            )
        }
    }
}

/// Bytes of UTF-16 or Windows-1252 as UTF-8; halves of characters that stand alone become U+FFFD.
private final class TranscodedSource: ByteSource {
    private let source: any ByteSource
    private let encoding: TextEncoding
    private let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    private var output: [UInt8] = []
    private var position = 0
    private var oddByte: UInt8?
    private var highSurrogate: UInt16?

    init(_ source: any ByteSource, from encoding: TextEncoding) {
        self.source = source
        self.encoding = encoding
    }

    deinit { input.deallocate() }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        while position == output.count {
            output.removeAll(keepingCapacity: true)
            position = 0
            let count = try source.read(into: input)
            guard count > 0 else {
                guard oddByte != nil || highSurrogate != nil else { return 0 }
                (oddByte, highSurrogate) = (nil, nil)
                append("\u{FFFD}")
                break
            }
            for byte in input[..<count] { take(byte) }
        }
        let count = min(output.count - position, buffer.count)
        buffer.copyBytes(from: output[position..<position + count])
        position += count
        return count
    }

    private func take(_ byte: UInt8) {
        guard encoding != .windows1252 else { return append(TextEncoding.windows1252(byte)) }
        guard let first = oddByte else {
            oddByte = byte
            return
        }
        oddByte = nil
        let isLittle = encoding == .utf16LittleEndian
        take(unit: isLittle ? UInt16(byte) << 8 | UInt16(first) : UInt16(first) << 8 | UInt16(byte))
    }

    private func take(unit: UInt16) {
        let high = highSurrogate
        highSurrogate = nil
        if let high {
            if unit & 0xFC00 == 0xDC00 {
                let value = 0x10000 + UInt32(high & 0x3FF) << 10 + UInt32(unit & 0x3FF)
                return append(Unicode.Scalar(value) ?? "\u{FFFD}")
            }
            append("\u{FFFD}")
        }
        if unit & 0xFC00 == 0xD800 { highSurrogate = unit } else { append(Unicode.Scalar(unit) ?? "\u{FFFD}") }
    }

    private func append(_ scalar: Unicode.Scalar) {
        if scalar.value < 0x80 { output.append(UInt8(scalar.value)) } else { output += Array(String(scalar).utf8) }
    }
}

/// Bytes with `\n` in place of every carriage return.
private final class ReturnSource: ByteSource {
    private let source: any ByteSource

    init(_ source: any ByteSource) { self.source = source }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try source.read(into: buffer)
        for position in 0..<count where buffer[position] == 0x0D { buffer[position] = 0x0A }
        return count
    }
}

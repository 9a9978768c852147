import Foundation
import FreshetCore
import Synchronization

/// A stream of bytes, read in chunks.
protocol ByteSource: AnyObject {
    /// Reads some bytes.
    /// - Returns: how many were read; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Opens a file, a member of a zip archive (`shop.zip/events.csv`) or standard input (`-`) for reading; gzip, xz and zip
/// are recognised by their first bytes and unpacked on the way.
func openByteSource(at path: String) throws -> any ByteSource {
    if let (archive, member) = try ZipArchive.member(at: path) { return try archive.open(member) }
    let file: any ByteSource = path == StandardInput.path ? StandardInput.open() : try FileSource(path: path)
    let (prefix, whole) = try file.peek(6)
    if prefix.starts(with: DeflateSource.gzipSignature) { return try DeflateSource(whole, path: path) }
    if prefix.starts(with: XZSource.signature) { return try XZSource(whole, path: path) }
    if prefix.starts(with: ZipArchive.signature) {
        guard path != StandardInput.path else {
            throw FreshetError(
                .usage,
                "Standard input is a zip archive, whose list of files stands at its end.",
                remedy: "Give the file's path, or unpack it on the way: unzip -p shop.zip | freshet import --data -"
            )
        }
        return try ZipArchive(path: path).openOnly()
    }
    for (ending, format) in [(".gz", "gzip"), (".xz", "xz"), (".zip", "zip")] where path.hasSuffix(ending) {
        throw FreshetError(
            .invalidData,
            "'\(path)' is not a \(format) file, as its name says.",
            remedy: "It may be damaged or cut short; make it again, or rename it when it is not packed."
        )
    }
    return whole
}

extension ByteSource {
    /// The next bytes, fewer only at the end, and a source that gives them once more before the rest.
    func peek(_ count: Int) throws -> (bytes: [UInt8], whole: any ByteSource) {
        let bytes = try take(count)
        return (bytes, bytes.isEmpty ? self : PrefixedSource(bytes, before: self))
    }

    /// Reads a number of bytes, fewer only at the end.
    func take(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let received = try bytes.withUnsafeMutableBytes {
                try read(into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
            }
            guard received > 0 else { break }
            filled += received
        }
        bytes.removeSubrange(filled...)
        return bytes
    }
}

/// Some bytes, and behind them those of another source.
final class PrefixedSource: ByteSource {
    private let prefix: [UInt8]
    private var position = 0
    private let rest: (any ByteSource)?

    /// Puts bytes before a source, or before nothing.
    init(_ prefix: [UInt8], before rest: (any ByteSource)? = nil) {
        self.prefix = prefix
        self.rest = rest
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard position < prefix.count else { return try rest?.read(into: buffer) ?? 0 }
        let count = min(prefix.count - position, buffer.count)
        buffer.copyBytes(from: prefix[position..<position + count])
        position += count
        return count
    }
}

/// The bytes of a file as they are, all of them or a range.
final class FileSource: ByteSource {
    private let descriptor: Int32
    private let path: String
    private var remaining: Int

    /// Opens the file.
    init(path: String, range: Range<Int>? = nil) throws {
        self.path = path
        descriptor = Foundation.open(path, O_RDONLY | O_CLOEXEC)
        remaining = range?.count ?? Int.max
        guard descriptor >= 0 else { throw FileSource.failure("open", path, errno) }
        if let range, lseek(descriptor, off_t(range.lowerBound), SEEK_SET) < 0 {
            throw FileSource.failure("read", path, errno)
        }
    }

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        let count = try FileSource.read(descriptor, buffer.prefix(remaining), path)
        remaining -= count
        return count
    }

    fileprivate static func read(
        _ descriptor: Int32,
        _ buffer: Slice<UnsafeMutableRawBufferPointer>,
        _ path: String
    ) throws -> Int {
        let buffer = UnsafeMutableRawBufferPointer(rebasing: buffer)
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw FileSource.failure("read", path, errno) }
        }
    }

    private static func failure(_ verb: String, _ path: String, _ code: Int32) -> FreshetError {
        let remedy: String? =
            switch code {
            case ENOENT: "Check the path; it is relative to the folder the command runs in."
            case EACCES, EPERM: "The user who runs the command needs the right to read it."
            case EISDIR: "Name a file in the folder."
            default: nil
            }
        return FreshetError(.external, "Cannot \(verb) '\(path)': \(String(cString: strerror(code))).", remedy: remedy)
    }
}

/// The bytes that are piped into the process.
///
/// They come once, so a look at the first keeps them for the reader.
final class StandardInput: ByteSource {
    /// What stands for it where a path is asked for.
    static let path = "-"

    private static let held = Mutex<[UInt8]>([])

    /// The first bytes, as they are, and for the reader to come.
    static func peek(_ count: Int) throws -> [UInt8] {
        let input = StandardInput()
        return try held.withLock { held in
            held += try input.take(max(0, count - held.count))
            return held
        }
    }

    /// A reader of everything that was not yet read.
    static func open() -> any ByteSource {
        let bytes = held.withLock { held in
            defer { held = [] }
            return held
        }
        return PrefixedSource(bytes, before: StandardInput())
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        try FileSource.read(STDIN_FILENO, buffer[...], "standard input")
    }
}

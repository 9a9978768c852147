import Foundation
import FreshetCore

/// A stream of bytes, read in chunks.
protocol ByteSource: AnyObject {
    /// Reads some bytes.
    /// - Returns: how many were read; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int
}

/// Opens a file for reading; gzip and xz are recognised by their first bytes and unpacked on the way.
func openByteSource(at path: String) throws -> any ByteSource {
    let file = try FileSource(path: path)
    let prefix = try file.peek(6)
    if prefix.starts(with: GzipSource.signature) { return try GzipSource(file, path: path) }
    if prefix.starts(with: XZSource.signature) { return try XZSource(file, path: path) }
    for (ending, format) in [(".gz", "gzip"), (".xz", "xz")] where path.hasSuffix(ending) {
        throw FreshetError(
            .invalidData,
            "'\(path)' is not a \(format) file, as its name says.",
            remedy: "It may be damaged or cut short; make it again, or rename it when it is not packed."
        )
    }
    return file
}

/// The bytes of a file as they are.
final class FileSource: ByteSource {
    private let descriptor: Int32
    private let path: String
    private var peeked: [UInt8] = []

    /// Opens the file.
    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileSource.failure("open", path, errno) }
    }

    deinit { close(descriptor) }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        guard peeked.isEmpty else {
            let count = min(peeked.count, buffer.count)
            buffer.copyBytes(from: peeked[..<count])
            peeked.removeFirst(count)
            return count
        }
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count >= 0 { return count }
            guard errno == EINTR else { throw FileSource.failure("read", path, errno) }
        }
    }

    /// The next bytes, which stay to be read; fewer only at the end of the file.
    func peek(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var chunk = [UInt8](repeating: 0, count: count - bytes.count)
            let received = try chunk.withUnsafeMutableBytes { try read(into: $0) }
            guard received > 0 else { break }
            bytes += chunk[..<received]
        }
        peeked = bytes
        return bytes
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

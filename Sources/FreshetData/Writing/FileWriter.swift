import Foundation
import FreshetCore

/// Writes a file under a name of its own, and gives it its final name when everything is on the disk.
///
/// A reader sees the old file or the whole new one; a writer that ends before ``finish()`` leaves the old one.
package final class FileWriter {
    private let path: String
    /// What the file is called until it is whole; `nil` for standard output, which has no other name.
    private let temporaryPath: String?
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Begins the file, or goes on with standard output where the path is `-`.
    /// - Throws: ``FreshetError`` of kind `external` when the folder cannot be written to.
    package init(path: String) throws {
        self.path = path
        if path == "-" {
            temporaryPath = nil
            descriptor = dup(STDOUT_FILENO)
        } else {
            let name = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
            temporaryPath = name
            descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        }
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        buffer.reserveCapacity(Self.bufferSize + 4096)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let temporaryPath { unlink(temporaryPath) }
    }

    /// Adds bytes.
    package func write(_ bytes: some Collection<UInt8>) throws {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Puts the file in its place.
    package func finish() throws {
        try flush()
        guard let temporaryPath else { return }
        guard fsync(descriptor) == 0 else { throw Self.failure(path, errno) }
        let status = close(descriptor)
        descriptor = -1
        guard status == 0, rename(temporaryPath, path) == 0 else {
            let code = errno
            unlink(temporaryPath)
            throw Self.failure(path, code)
        }
    }

    private static let bufferSize = 1 << 16

    private func flush() throws {
        try buffer.withUnsafeBytes { bytes in
            var written = 0
            while written < bytes.count {
                let count = Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                if count >= 0 {
                    written += count
                } else if errno != EINTR {
                    throw Self.failure(path, errno)
                }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failure(_ path: String, _ code: Int32) -> FreshetError {
        let remedy: String? =
            switch code {
            case ENOSPC, EDQUOT: "Make room on the disk; the file that was there before is untouched."
            case EACCES, EPERM, EROFS: "Choose a folder that the user who runs the command may write to."
            case ENOENT, ENOTDIR: "Check the path."
            default: nil
            }
        return FreshetError(.external, "Cannot write '\(path)': \(String(cString: strerror(code))).", remedy: remedy)
    }
}

import Foundation
import FreshetCore

/// A file being written that readers see whole or not at all.
///
/// The bytes go to a new name in the same folder; ``commit()`` syncs it, renames it and syncs the folder. Without a
/// commit the new name disappears and an old file of the name stays as it was. A device or a pipe is written straight.
package final class DurableFile {
    private static let bufferSize = 1 << 18

    private let path: String
    private let temporaryPath: String?
    private var descriptor: Int32
    private var buffer: [UInt8] = []

    /// Starts a file.
    /// - Throws: ``FreshetError`` of kind `external`.
    package init(path: String) throws {
        var status = stat()
        let exists = stat(path, &status) == 0
        let kind = status.st_mode & S_IFMT
        if exists && kind == S_IFDIR { throw FreshetError.system("write", path, code: EISDIR) }
        if exists && kind != S_IFREG {
            temporaryPath = nil
            self.path = path
            descriptor = open(path, O_WRONLY)
        } else {
            // Through a link to what it names: a link such as /dev/stdout must not be replaced by a file.
            let target = exists ? realpath(path, nil).map(Self.takeString) ?? path : path
            let name = target + ".new-" + String(UInt32.random(in: .min ... .max), radix: 16)
            temporaryPath = name
            self.path = target
            descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL, 0o644)
        }
        guard descriptor >= 0 else { throw FreshetError.system("write", path, code: errno) }
        buffer.reserveCapacity(Self.bufferSize)
    }

    /// Writes to standard output: straight, as to a device.
    package init(standardOutput: Void) throws {
        path = "standard output"
        temporaryPath = nil
        descriptor = dup(STDOUT_FILENO)
        guard descriptor >= 0 else { throw FreshetError.system("write", path, code: errno) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let temporaryPath { unlink(temporaryPath) }
    }

    /// Adds text in UTF-8.
    package func write(_ text: String) throws {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.bufferSize { try flush() }
    }

    /// Adds bytes.
    package func write(_ bytes: Data) throws { try bytes.withUnsafeBytes { try write($0) } }

    /// Adds bytes.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try flush()
        try writeNow(bytes)
    }

    /// Makes the file the one that readers of the path see, and waits until the disk holds it.
    package func commit() throws {
        try flush()
        let descriptor = self.descriptor
        if let temporaryPath {
            guard fsync(descriptor) == 0 else { throw FreshetError.system("write", path, code: errno) }
            guard rename(temporaryPath, path) == 0 else { throw FreshetError.system("write", path, code: errno) }
        }
        self.descriptor = -1
        guard close(descriptor) == 0 else { throw FreshetError.system("write", path, code: errno) }
        if temporaryPath != nil { Self.syncFolder(of: path) }
    }

    /// Writes a whole file.
    package static func write(_ parts: [Data], to path: String) throws {
        let file = try DurableFile(path: path)
        for part in parts { try file.write(part) }
        try file.commit()
    }

    /// Waits until the disk holds the names in the folder of a path.
    ///
    /// File systems that cannot do it say so, and there is nothing to be done about it.
    package static func syncFolder(of path: String) {
        let descriptor = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// A text that C allocated.
    static func takeString(_ pointer: UnsafeMutablePointer<CChar>) -> String {
        defer { free(pointer) }
        return String(cString: pointer)
    }

    private func flush() throws {
        guard !buffer.isEmpty else { return }
        try buffer.withUnsafeBytes { try writeNow($0) }
        buffer.removeAll(keepingCapacity: true)
    }

    private func writeNow(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let count = Foundation.write(descriptor, part.baseAddress, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FreshetError.system("write", path, code: errno) }
            rest = rest.dropFirst(count)
        }
    }
}

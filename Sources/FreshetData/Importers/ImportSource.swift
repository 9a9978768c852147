import Foundation
import FreshetCore

/// A file or folder to import, with what is needed to tell its format.
public struct ImportSource: Sendable {
    /// The path as given.
    public let path: String
    /// The names in the folder, or `nil` when the source is a file.
    public let entries: [String]?
    /// The first bytes of the file, unpacked; empty for a folder.
    public let prefix: [UInt8]

    /// Looks at a path.
    /// - Throws: ``FreshetError`` when it is missing, cannot be read, is empty, or is not text.
    public init(path: String) throws {
        self.path = path
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
            entries = try Self.entries(of: path)
            prefix = []
        } else {
            entries = nil
            prefix = try Self.prefix(of: path)
        }
    }

    /// The first lines of the file; the last may be cut off.
    public var firstLines: [ArraySlice<UInt8>] {
        prefix.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
    }

    /// The path of a file in the folder, by its name without `.gz` or `.xz`, or `nil`.
    public func file(_ name: String) -> String? {
        guard let entries else { return nil }
        let found = [name, name + ".gz", name + ".xz"].first(where: entries.contains)
        return found.map { (path as NSString).appendingPathComponent($0) }
    }

    private static func entries(of path: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch let error as CocoaError {
            throw FreshetError(
                .external,
                "Cannot list the folder '\(path)': \(error.localizedDescription)",
                remedy: "The user who runs the command needs the right to read it."
            )
        }
    }

    private static func prefix(of path: String) throws -> [UInt8] {
        let source = try openByteSource(at: path)
        var prefix = [UInt8](repeating: 0, count: 1 << 14)
        var count = 0
        while count < prefix.count {
            let received = try prefix.withUnsafeMutableBytes {
                try source.read(into: UnsafeMutableRawBufferPointer(rebasing: $0[count...]))
            }
            guard received > 0 else { break }
            count += received
        }
        prefix.removeSubrange(count...)
        try check(prefix, path: path)
        return prefix
    }

    private static func check(_ prefix: [UInt8], path: String) throws {
        guard !prefix.isEmpty else {
            throw FreshetError(
                .invalidData,
                "The file '\(path)' is empty.",
                remedy: "Give a file of events, one a line."
            )
        }
        let controls = prefix.count { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard controls * 20 <= prefix.count else {
            throw FreshetError(
                .invalidData,
                "The file '\(path)' is not text: \(controls) of its first \(prefix.count) bytes are control characters.",
                remedy: "Give a UTF-8 text file, plain or packed by gzip or xz; UTF-16 must be converted first."
            )
        }
    }
}

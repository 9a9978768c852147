import Foundation
import FreshetCore

/// A file or folder to import, with what is needed to tell its format.
public struct ImportSource: Sendable {
    /// The path as given.
    public let path: String
    /// The names in the folder, or in the folder that the file is in.
    public let entries: [String]
    /// Whether the source is a folder.
    public let isFolder: Bool
    /// The first bytes of the file, unpacked; empty for a folder.
    public let prefix: [UInt8]

    private let folder: String

    /// Looks at a path.
    /// - Throws: ``FreshetError`` when it is missing, cannot be read, is empty, or is not text.
    public init(path: String) throws {
        self.path = path
        var isDirectory: ObjCBool = false
        isFolder = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
        if isFolder {
            folder = path
            prefix = []
            entries = try Self.entries(of: path)
        } else {
            folder = (path as NSString).deletingLastPathComponent
            prefix = try Self.prefix(of: path)
            // The file itself is what counts: a folder that cannot be listed only hides its companions.
            entries = (try? Self.entries(of: folder.isEmpty ? "." : folder)) ?? []
        }
    }

    /// The file's name, without `.gz` or `.xz`; empty for a folder.
    public var fileName: String { isFolder ? "" : Self.unpackedName((path as NSString).lastPathComponent) }

    /// The first whole lines of the file.
    public var firstLines: [ArraySlice<UInt8>] { Self.lines(of: prefix) }

    /// The first whole lines of another file; none when it cannot be read.
    public static func firstLines(of path: String) -> [ArraySlice<UInt8>] {
        (try? prefix(of: path)).map(lines) ?? []
    }

    /// Whether nine in ten of some lines are of a form; a few malformed ones do not hide it.
    public static func most(_ lines: [ArraySlice<UInt8>], are form: (Bytes) -> Bool) -> Bool {
        let fitting = lines.count { $0.withUnsafeBufferPointer(form) }
        return fitting > 0 && fitting * 10 >= lines.count * 9
    }

    /// Whether the first bytes contain some text.
    public func contains(_ text: String) -> Bool { prefix.contains(text.utf8) }

    /// The path of the first of some files that the folder has, or `nil`; `.gz` and `.xz` forms count.
    public func file(_ names: String...) -> String? { file(named: names) }

    /// The path of the file to read: the source itself, or the first of some files that the folder has.
    /// - Throws: ``FreshetError`` of kind `usage` when the folder has none of them.
    public func main(_ names: String...) throws -> String {
        guard isFolder else { return path }
        if let file = file(named: names) { return file }
        throw FreshetError(
            .usage,
            "The folder '\(path)' has no \(names.joined(separator: " or ")).",
            remedy: entries.isEmpty ? "It is empty." : "It has: \(entries.prefix(20).joined(separator: ", "))."
        )
    }

    private func file(named names: [String]) -> String? {
        let found = names.lazy.flatMap { [$0, $0 + ".gz", $0 + ".xz"] }.first(where: entries.contains)
        return found.map { (folder as NSString).appendingPathComponent($0) }
    }

    private static func unpackedName(_ name: String) -> String {
        name.hasSuffix(".gz") || name.hasSuffix(".xz") ? String(name.dropLast(3)) : name
    }

    private static func lines(of prefix: [UInt8]) -> [ArraySlice<UInt8>] {
        let isWhole = prefix.count < prefixLength
        let lines = prefix.split(separator: 0x0A).map { $0.last == 0x0D ? $0.dropLast() : $0 }
        return (isWhole || lines.count < 2 ? lines : lines.dropLast()).filter { !$0.isEmpty }
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

    private static let prefixLength = 1 << 14

    private static func prefix(of path: String) throws -> [UInt8] {
        let source = try openByteSource(at: path)
        var prefix = [UInt8](repeating: 0, count: prefixLength)
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
        return prefix.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(prefix.dropFirst(3)) : prefix
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

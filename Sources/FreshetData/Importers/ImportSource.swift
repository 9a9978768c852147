import Foundation
import FreshetCore

/// A file or folder to import, with what is needed to tell its format.
///
/// A zip archive of several files is a folder too, and `-` stands for standard input.
public struct ImportSource: Sendable {
    /// The path as given.
    public let path: String
    /// The names in the folder, or in the folder that the file is in.
    public let entries: [String]
    /// Whether the source is a folder.
    public let isFolder: Bool
    /// The first bytes of the file as UTF-8, unpacked; empty for a folder.
    public let prefix: [UInt8]
    /// The first whole lines of the file that are not empty; none for a folder.
    public let firstLines: [ArraySlice<UInt8>]
    /// The table that the file looks like; `nil` for a folder and for other files.
    let look: TableLook?
    let options: ImportOptions

    private let folder: String
    /// Where a file of an archive lies in it, by its name.
    private let archived: [String: String]

    /// Looks at a path.
    /// - Throws: ``FreshetError`` when it is missing, cannot be read, is empty, or is not text.
    public init(path: String, options: ImportOptions = ImportOptions()) throws {
        self.path = path
        self.options = options
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        let members = exists && !isDirectory.boolValue ? try Self.members(ofArchive: path) : nil
        try Self.checkIsNoPipe(path)
        isFolder = exists && isDirectory.boolValue || members != nil
        if isFolder {
            folder = path
            (prefix, firstLines, look) = ([], [], nil)
            archived = Dictionary(
                (members ?? []).map { (FilePath.name(of: $0), $0) },
                uniquingKeysWith: { first, _ in first }
            )
            entries = members == nil ? try Self.entries(of: path) : archived.keys.sorted()
        } else {
            folder = FilePath.folder(of: path)
            let text = try Self.text(of: path, options)
            (prefix, firstLines) = (text.prefix, text.firstLines)
            look = TableLook(text, file: FilePath.name(of: path), options: options)
            archived = [:]
            // The file itself is what counts: a folder that cannot be listed only hides its companions.
            entries =
                path == StandardInput.path ? [] : (try? Self.entries(of: folder.isEmpty ? "." : folder)) ?? []
        }
    }

    /// The file's name, without the ending of a packed one; empty for a folder.
    public var fileName: String { isFolder ? "" : Self.unpackedName(FilePath.name(of: path)) }

    /// The first whole lines of another file; none when it cannot be read.
    public static func firstLines(of path: String) -> [ArraySlice<UInt8>] {
        (try? TextFile(path: path))?.firstLines ?? []
    }

    /// Whether nine in ten of some lines are of a form; a few malformed ones do not hide it.
    public static func most(_ lines: [ArraySlice<UInt8>], are form: (Bytes) -> Bool) -> Bool {
        let fitting = lines.count { $0.withUnsafeBufferPointer(form) }
        return fitting > 0 && fitting * 10 >= lines.count * 9
    }

    /// Whether the first bytes contain some text.
    public func contains(_ text: String) -> Bool { prefix.contains(text.utf8) }

    /// The path of the first of some files that the folder has, or `nil`; packed forms count.
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

    /// The same for a list of names.
    func file(named names: [String]) -> String? { files(matching: names).first }

    /// The paths of all files of the folder whose names fit one of some, in which a star stands for anything.
    func files(matching names: [String]) -> [String] {
        names.flatMap { name in
            entries.filter { Self.fits(Self.unpackedName($0).lowercased(), name.lowercased()) }
        }.reduce(into: []) { found, name in if !found.contains(name) { found.append(name) } }.map(self.path(of:))
    }

    /// The path of an entry of the folder.
    func path(of entry: String) -> String {
        (folder.isEmpty ? "" : folder + "/") + (archived[entry] ?? entry)
    }

    /// The table that a file of the folder looks like, or `nil`.
    func look(at path: String, names: [String]? = nil) -> TableLook? {
        if path == self.path, names == nil { return look }
        guard let text = try? TextFile(path: path, encoding: options.encoding) else { return nil }
        return TableLook(text, file: FilePath.name(of: path), options: options, names: names)
    }

    private static func fits(_ name: String, _ pattern: String) -> Bool {
        let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
        guard parts.count > 1, name.hasPrefix(parts[0]) else { return name == pattern }
        var rest = name.dropFirst(parts[0].count)
        for part in parts[1..<parts.count - 1] {
            guard let found = rest.firstRange(of: part) else { return false }
            rest = rest[found.upperBound...]
        }
        return rest.hasSuffix(parts[parts.count - 1])
    }

    static func unpackedName(_ name: String) -> String {
        [".gz", ".xz", ".zip"].first(where: name.hasSuffix).map { String(name.dropLast($0.count)) } ?? name
    }

    /// A pipe gives its bytes once, and a look at them would take them away.
    private static func checkIsNoPipe(_ path: String) throws {
        var status = stat()
        guard path != StandardInput.path, stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        throw FreshetError(
            .usage,
            "'\(path)' is a pipe, which can be read only once.",
            remedy: "Give it as standard input: … | freshet import --data - …"
        )
    }

    /// The files of an archive of several, or `nil` when the file is none.
    private static func members(ofArchive path: String) throws -> [String]? {
        guard try FileSource(path: path).take(4) == ZipArchive.signature else { return nil }
        let members = try ZipArchive(path: path).members
        return members.count > 1 ? members.map(\.name) : nil
    }

    private static func text(of path: String, _ options: ImportOptions) throws -> TextFile {
        guard path == StandardInput.path else { return try TextFile(path: path, encoding: options.encoding) }
        // The bytes stay for the importer; a packed beginning is cut off, which unpacking tells only at its end.
        let bytes = PrefixedSource(try StandardInput.peek(TextFile.prefixLength))
        let (first, whole) = try bytes.peek(6)
        let isPacked = first.starts(with: DeflateSource.gzipSignature) || first.starts(with: XZSource.signature)
        let source =
            first.starts(with: DeflateSource.gzipSignature)
            ? try DeflateSource(whole, path: path)
            : first.starts(with: XZSource.signature) ? try XZSource(whole, path: path) : whole
        return try TextFile(isPacked ? CutSource(source) : source, path: path, encoding: options.encoding)
    }

    private static func entries(of path: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch let error as CocoaError {
            throw FreshetError(
                .external,
                "Cannot list the folder '\(path)': \(error.localizedDescription)",
                remedy: "The user who runs the command needs the right to list it."
            )
        }
    }
}

/// The bytes that can be unpacked of a beginning.
private final class CutSource: ByteSource {
    private let source: any ByteSource

    init(_ source: any ByteSource) { self.source = source }

    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int { (try? source.read(into: buffer)) ?? 0 }
}

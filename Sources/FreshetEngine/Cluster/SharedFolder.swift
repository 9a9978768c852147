import Foundation
import FreshetCore
import FreshetNN

/// Where files go from one machine to others: a folder that all of them reach, or a bucket of S3.
///
/// Names are plain: letters, digits, `-` and `.`. What is written is there whole or not at all, and is never changed but for
/// manifests, which are replaced.
public protocol SharedFolder: Sendable {
    /// Writes a file, in the place of one of the same name.
    /// - Throws: ``FreshetError`` of kind `external`.
    func write(_ content: Data, to name: String) async throws
    /// A file's content; `nil` when there is none of the name.
    /// - Throws: ``FreshetError`` of kind `external`.
    func read(_ name: String) async throws -> Data?
    /// The names that begin so, in order.
    /// - Throws: ``FreshetError`` of kind `external`.
    func names(prefix: String) async throws -> [String]
    /// Removes a file, if it is there.
    /// - Throws: ``FreshetError`` of kind `external`.
    func remove(_ name: String) async throws
}

/// A folder of this machine, or one of a network that is mounted.
public struct LocalSharedFolder: SharedFolder {
    private let path: String

    /// Opens a folder, which is made where it is missing.
    /// - Throws: ``FreshetError`` of kind `external`.
    public init(_ path: String) throws {
        self.path = path
        try DurableFolder.create(path)
    }

    /// Writes to a new name, syncs and renames.
    public func write(_ content: Data, to name: String) async throws {
        try DurableFile.write([content], to: path + "/" + name)
    }

    /// Reads a whole file.
    public func read(_ name: String) async throws -> Data? {
        do {
            return try FileContents.read(path + "/" + name)
        } catch let error as FreshetError {
            if !FileManager.default.fileExists(atPath: path + "/" + name) { return nil }
            throw error
        }
    }

    /// Lists the folder.
    public func names(prefix: String) async throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasPrefix(prefix) }.sorted()
        } catch let error {
            throw FreshetError(.external, "The folder '\(path)' cannot be listed: \(error.localizedDescription)")
        }
    }

    /// Deletes a file.
    public func remove(_ name: String) async throws {
        guard unlink(path + "/" + name) != 0, errno != ENOENT else { return }
        throw FreshetError.system("delete", path + "/" + name, code: errno)
    }
}

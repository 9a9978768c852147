import Foundation
import FreshetCore
import FreshetStorage

/// A folder of its own for a test, gone when the test ends.
final class StorageFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("freshet-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func path(_ name: String) -> String { path + "/" + name }

    /// The database that a store keeps in the folder.
    var database: String { path(SQLiteStore.fileName) }

    func open(_ configuration: SQLiteStore.Configuration = .init()) throws -> SQLiteStore {
        try SQLiteStore.open(folder: path, configuration: configuration)
    }

    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}

/// The error of a call that must fail with ours; `nil` when it does not.
func failure(_ body: () async throws -> Void) async -> FreshetError? {
    do {
        try await body()
        return nil
    } catch let error {
        return error as? FreshetError
    }
}

/// Events of some users, each about another item.
func someEvents(_ count: Int, users: Int = 3, named prefix: String = "u") -> [Event] {
    (0..<count).map {
        Event(
            user: "\(prefix)\($0 % users)",
            item: "\(prefix)-item\($0)",
            value: Float($0),
            time: Timestamp(seconds: Int64($0))
        )
    }
}

extension RetentionRule {
    init(_ set: (inout RetentionRule) -> Void) {
        self.init()
        set(&self)
    }
}

import Foundation
import Testing

/// Input that should end in a clear message and the right exit code.
struct BadCase: Sendable, CustomTestStringConvertible {
    let name: String
    /// The exit code.
    let code: Int32
    /// What standard error says, all of it.
    let says: [String]
    /// Lays out the files and gives the arguments.
    let prepare: @Sendable (TemporaryFolder) throws -> [String]

    init(
        _ name: String,
        code: Int32 = 1,
        says: String...,
        prepare: @escaping @Sendable (TemporaryFolder) throws -> [String]
    ) {
        self.name = name
        self.code = code
        self.says = says
        self.prepare = prepare
    }

    var testDescription: String { name }
}

/// Folders that cases start from.
enum Fixture {
    /// A folder with tiny data and a snapshot in `model`, made once.
    private static let original: Result<TemporaryFolder, TestFailure> = {
        do {
            return .success(try TemporaryFolder.trained())
        } catch {
            return .failure(TestFailure(message: "\(error)"))
        }
    }()

    /// Copies the folder of tiny data and a snapshot into another.
    static func copy(into folder: TemporaryFolder) throws {
        let source = try original.get()
        for name in try source.names() {
            try FileManager.default.copyItem(atPath: source.path(name), toPath: folder.path(name))
        }
    }
}

extension TemporaryFolder {
    /// Changes a file's bytes.
    func damage(_ name: String, _ change: (inout Data) -> Void) throws {
        var bytes = try bytes(name)
        change(&bytes)
        try write(bytes, to: name)
    }
}

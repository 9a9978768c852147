import FreshetCore
import Synchronization

/// A row of a ``RegistryTable``.
protocol RegistryRow: Sendable {
    /// What it is known by.
    var name: String { get }
}

/// Rows by name: those of the library, and behind them what other packages register while they start.
///
/// One for the process, since settings, snapshots and checkpoints name what they were made with.
final class RegistryTable<Row: RegistryRow>: Sendable {
    private let kind: String
    /// The library's own.
    let builtIn: [Row]
    private let added = Mutex<[Row]>([])

    init(_ kind: String, _ builtIn: [Row]) { (self.kind, self.builtIn) = (kind, builtIn) }

    /// Every row.
    var all: [Row] { builtIn + added.withLock { $0 } }

    /// Adds a row; one that was added by the same name goes.
    /// - Throws: ``FreshetError`` of kind `usage` when one of the library's own has the name.
    func register(_ row: Row) throws {
        guard !builtIn.contains(where: { $0.name == row.name }) else {
            throw FreshetError(
                .usage,
                "Freshet has a \(kind) '\(row.name)' itself.",
                remedy: "Give yours another name."
            )
        }
        added.withLock { rows in
            rows.removeAll { $0.name == row.name }
            rows.append(row)
        }
    }

    /// The row of a name.
    /// - Throws: ``FreshetError`` of kind `usage` that lists the known names.
    func row(named name: String) throws -> Row {
        let rows = all
        guard let row = rows.first(where: { $0.name == name }) else {
            throw FreshetError.unknown(kind, name, known: rows.map(\.name))
        }
        return row
    }
}

import Foundation
import FreshetCore
import FreshetStorage

/// What a server's data folder holds beside events: entries, answers and versions of the model.
struct ServerFolder: Encodable {
    let items: Int
    let users: Int
    let impressions: Int
    let versions: [VersionRecord]

    /// Looks into a folder; `nil` where it is no server's.
    /// - Throws: ``FreshetError`` when the database cannot be read.
    init?(_ folder: String) throws {
        guard StoreReader.isDataFolder(folder) else { return nil }
        let store = try StoreReader(folder: folder)
        (_, items, users, impressions) = try store.counts()
        versions = try store.versions()
    }

    /// The same for people, the newest version first.
    var words: String {
        let entries =
            "The catalogue has \(Words.count(items)) items and \(Words.count(users)) users; "
            + "\(Words.count(impressions)) answers are kept."
        guard !versions.isEmpty else { return entries + "\nNo version was trained yet." }
        let rows = versions.map { version in
            [
                version.version.description, version.state.rawValue,
                Timestamp.text(from: version.created / 1000), Words.count(Int(version.offset)),
                version.figures.sorted { $0.key < $1.key }.map { "\($0.key) \(Words.decimal($0.value, 4))" }
                    .joined(separator: ", "),
            ]
        }
        let header = ["version", "state", "created", "learned up to event", "figures"]
        return entries + "\n\n" + ConsoleTable(header: header, rows: rows).text
    }
}

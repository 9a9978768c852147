import FreshetCore
import FreshetData

/// Reads with what chance items were shown to users, for models that correct for it.
struct PropensityFile {
    private struct Pair: Hashable {
        let user: Int
        let item: Int
    }

    private var chances: [Pair: Float] = [:]
    private let path: String

    /// Reads a table with the columns `user`, `item` and `propensity`, such as `freshet export --what feedback --format csv`
    /// writes; of several rows of one user and item the last counts, and answers of several variants are left out.
    /// - Throws: ``FreshetError`` that names the row or column which is wrong.
    init(_ path: String, dataset: Dataset) throws {
        self.path = path
        var (chances, row) = ([Pair: Float](), 0)
        try TableFile.forEachRow(
            of: path,
            select: { header in
                (
                    user: try header.position(ofRequired: ["user", "user_id"]),
                    item: try header.position(ofRequired: ["item", "item_id"]),
                    propensity: try header.position(ofRequired: ["propensity", "propensity_score", "pscore"]),
                    variant: header.position(of: ["variant"])
                )
            }
        ) { columns, fields in
            row += 1
            func text(_ column: Int) -> String { String(decoding: fields[column], as: UTF8.self) }
            if let variant = columns.variant, Self.isInterleaved(text(variant)) { return }
            guard let chance = NumberText.double(fields[columns.propensity]), chance > 0, chance <= 1 else {
                throw FreshetError(
                    .invalidData,
                    "'\(path)', row \(row): the propensity is '\(text(columns.propensity))'.",
                    remedy: "It is the chance with which the item was shown: above 0, up to 1."
                )
            }
            guard let user = dataset.users.position(of: text(columns.user)),
                let item = dataset.items.position(of: text(columns.item))
            else { return }
            chances[Pair(user: user, item: item)] = Float(chance)
        }
        self.chances = chances
    }

    /// Whether several variants of one of an answer's experiments made it together.
    private static func isInterleaved(_ label: String) -> Bool {
        label.split(separator: ",").contains { $0.hasSuffix(":interleaved") }
    }

    /// The chance of each event of a data set, not a number where the table does not say it.
    /// - Throws: ``FreshetError`` of kind `invalidData` where it says none.
    func propensities(of dataset: Dataset) throws -> [Float] {
        let histories = dataset.histories
        var propensities = [Float](repeating: .nan, count: histories.eventCount)
        var known = 0
        for user in 0..<histories.userCount {
            for row in histories.offsets[user]..<histories.offsets[user + 1] {
                guard let chance = chances[Pair(user: user, item: histories.items[row].position)] else { continue }
                propensities[row] = chance
                known += 1
            }
        }
        guard known > 0 else {
            throw FreshetError(
                .invalidData,
                "'\(path)' says of no event of the data with which chance its item was shown.",
                remedy: "Its columns 'user' and 'item' must hold the ids of --data."
            )
        }
        return propensities
    }
}

#if PostgreSQL
import FreshetCore
import FreshetData
import FreshetStorage

extension PostgresStore {
    /// Joins a user to another in one transaction.
    ///
    /// Events, impressions, searches and what is known change hands, and the id is a further name of the other from then
    /// on. The number that it had is never given again.
    public func merge(_ id: String, into other: String) async throws -> UserMerge {
        guard !id.utf8.elementsEqual(other.utf8) else {
            throw FreshetError(.usage, "'\(id)' cannot be joined to themselves.", remedy: "Name two users.")
        }
        let (tenant, vocabulary) = (number, vocabulary)
        return try await write { connection, changes in
            let former = vocabulary.user(id)
            let user = changes.number(ofUser: other)
            let number = PostgresValue.number(user.rawValue)
            var merge = UserMerge(name: vocabulary.name(of: other), user: user)
            if vocabulary.isJoined(id) {
                guard former == user else { throw FreshetError.joined(id, to: vocabulary.name(of: id)) }
                return merge
            }
            guard former != user else { throw FreshetError.joined(other, to: id) }
            merge.isNew = true
            changes.note(.profile(id))
            changes.note(.profile(merge.name))
            merge.former = former
            if let former {
                let old = PostgresValue.number(former.rawValue)
                func move(_ table: String) throws -> Int {
                    try connection.query(
                        "UPDATE \(table) SET user_number = $3 WHERE tenant = $1 AND user_number = $2",
                        tenant,
                        old,
                        number
                    ).changed
                }
                merge.events = try move("event")
                merge.impressions = try move("impression")
                for table in ["search", "joined_user"] { _ = try move(table) }
                try connection.query(
                    "UPDATE user_name SET id = NULL, folded = NULL WHERE tenant = $1 AND number = $2",
                    tenant,
                    old
                )
            }
            // What was shown to somebody before their first event names them by their id.
            merge.impressions += try connection.query(
                "UPDATE impression SET user_number = $3, user_id = NULL WHERE tenant = $1 AND user_id = $2",
                tenant,
                .text(id),
                number
            ).changed
            try Self.joinAttributes(of: id, to: merge.name, tenant, connection)
            try connection.query(
                "INSERT INTO joined_user (tenant, id, user_number, former) VALUES ($1, $2, $3, $4)",
                tenant,
                .text(id),
                number,
                .integer(former.map { Int64($0.rawValue) })
            )
            changes.add(UserChange(id: id, former: former, user: user))
            return merge
        }
    }

    /// Gives a user what another says of themselves, as far as they do not say it.
    private static func joinAttributes(
        of id: String,
        to name: String,
        _ tenant: PostgresValue,
        _ connection: PostgresConnection
    ) throws {
        func find(_ id: String) throws -> User? {
            try connection.query("SELECT id, document FROM profile WHERE tenant = $1 AND id = $2", tenant, .text(id))
                .first { try Self.user($0) }
        }
        guard let guest = try find(id) else { return }
        var user = try find(name) ?? User(id: name)
        user.attributes.merge(guest.attributes) { own, _ in own }
        _ = try connection.pipeline(putting, [row(of: user, tenant)])
        try connection.query("DELETE FROM profile WHERE tenant = $1 AND id = $2", tenant, .text(id))
    }
}
#endif

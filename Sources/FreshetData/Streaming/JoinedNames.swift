import FreshetCore

/// The ids of visitors who turned out to be somebody else: further names of a user.
struct JoinedNames: Sendable {
    private struct Joined {
        /// Whose name it is now; -1 for nobody's, after that user was erased.
        var user: UserIndex
        /// The number that the id had, -1 for none: what a learner may still remember it by.
        let former: UserIndex
    }

    private static let nobody = UserIndex(rawValue: -1)

    private var names = IdentifierTable()
    /// What is known of each of the names.
    private var joined: [Joined] = []

    /// Whose name an id is; `nil` where it is no further name of anybody.
    func user(_ id: String) -> UserIndex? {
        guard !joined.isEmpty, let place = names.position(of: id), joined[place].user != Self.nobody else { return nil }
        return joined[place].user
    }

    /// Who has the events of a number that an id had before it was joined; `nil` where it was not, or they were erased.
    func user(ofFormer former: UserIndex) -> UserIndex? {
        joined.last { $0.former == former && $0.user != Self.nobody }?.user
    }

    /// Makes an id a name of a user.
    mutating func add(_ id: String, of former: UserIndex?, to user: UserIndex) {
        let place = names.insert(id)
        precondition(place == joined.count, "a name that is joined already")
        joined.append(Joined(user: user, former: former ?? Self.nobody))
    }

    /// Makes all names of a user another's.
    mutating func move(from former: UserIndex, to user: UserIndex) {
        for place in joined.indices where joined[place].user == former { joined[place].user = user }
    }

    /// Forgets the names of a user.
    mutating func forget(_ user: UserIndex) {
        for place in joined.indices where joined[place].user == user {
            joined[place].user = Self.nobody
            names.rename(place, to: "\u{7F}erased name \(place)")
        }
    }

    /// The names of a user, and the numbers that these had.
    func names(of user: UserIndex) -> (ids: [String], former: [UserIndex]) {
        let places = joined.indices.filter { joined[$0].user == user }
        return (places.map { names[$0] }, places.map { joined[$0].former }.filter { $0 != Self.nobody })
    }
}

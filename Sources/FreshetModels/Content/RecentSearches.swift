import FreshetCore
import FreshetTensor
import Synchronization

/// What users looked for lately, as vectors among those of the items.
///
/// Whoever takes searches in adds them, a thread in the background reads them (``read(by:among:on:)``), predictions and
/// requests ask for what a user's say now. Nobody waits for a reading.
public final class RecentSearches: Sendable {
    private struct Search {
        let text: String
        let time: Timestamp
        var vector = TextVector.none
        var nearest: [ItemIndex] = []
    }

    private struct State {
        /// The newest searches of each user, oldest first.
        var users: [UserIndex: [Search]] = [:]
        /// What made the vectors.
        var encoder = ""
        /// Whose searches have no vectors yet.
        var unread: Set<UserIndex> = []
    }

    /// The number of items nearest to a search that become candidates.
    private static let nearest = 30
    /// The number of newest searches that count, each half of the next newer one.
    private static let counted = 3
    /// The number of users that are read at once.
    private static let batch = 64

    /// How many newest searches of a user are kept unless told otherwise.
    public static let usualCount = 10

    /// How long a search counts, in milliseconds.
    private let window: Int64
    private let perUser: Int
    private let capacity: Int
    private let state = Mutex(State())

    /// Creates an empty memory.
    ///
    /// - Parameters:
    ///   - hours: how long a search counts.
    ///   - perUser: how many newest searches of a user are kept.
    ///   - capacity: of how many users; those who searched longest ago go first.
    public init(hours: Double, perUser: Int = usualCount, capacity: Int = 100_000) {
        window = Int64(hours * 3_600_000)
        self.perUser = perUser
        self.capacity = max(capacity, 4)
    }

    // MARK: Taking in

    /// Takes searches in, in any order.
    public func add(_ searches: some Sequence<LoggedSearch>) {
        state.withLock { state in
            for search in searches {
                var own = state.users[search.user] ?? []
                let place = own.lastIndex { $0.time <= search.time }.map { $0 + 1 } ?? 0
                own.insert(Search(text: search.text, time: search.time), at: place)
                state.users[search.user] = own.suffix(perUser)
                state.unread.insert(search.user)
            }
            if state.users.count > capacity { Self.forgetOldest(&state) }
        }
    }

    /// Takes over what users looked for from a memory whose vectors another reader made.
    public func take(_ other: RecentSearches) {
        let texts = other.state.withLock { state in
            state.users.flatMap { user, searches in
                searches.map { LoggedSearch(user: user, text: $0.text, time: $0.time) }
            }
        }
        add(texts)
    }

    /// Forgets the quarter of the users who searched longest ago.
    private static func forgetOldest(_ state: inout State) {
        let newest = state.users.mapValues { $0.last?.time ?? Timestamp(milliseconds: .min) }
        let oldest = newest.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(newest.count / 4)
        for (user, _) in oldest {
            state.users[user] = nil
            state.unread.remove(user)
        }
    }

    /// Forgets a user.
    public func remove(_ user: UserIndex) {
        state.withLock { state in
            state.users[user] = nil
            state.unread.remove(user)
        }
    }

    /// Puts others in the place of a user's searches.
    public func replace(_ user: UserIndex, with searches: [LoggedSearch]) {
        remove(user)
        add(searches)
    }

    // MARK: Reading

    /// Makes the vectors that are missing, or that another reader made.
    ///
    /// - Parameters:
    ///   - reader: what reads.
    ///   - items: the items' vectors, among which the nearest are looked for; those of another reader have none.
    ///   - pool: the threads.
    public func read(by reader: ContentReader, among items: ItemVectors, on pool: ThreadPool) {
        while let texts = nextTexts(for: reader.name) {
            let numbers = reader.vectors(of: texts.map(\.text), on: pool)
            for (row, text) in texts.enumerated() {
                let own = Array(numbers[row * reader.width..<(row + 1) * reader.width])
                guard own.contains(where: { $0 != 0 }) else { continue }
                let vector = TextVector(encoder: reader.name, numbers: own)
                let nearest = vector.belongs(to: items) ? items.nearest(Self.nearest, to: own).map(\.item) : []
                note(vector, nearest, of: text.text, by: text.user)
            }
        }
    }

    /// Texts without vectors, of some users; `nil` where all have theirs.
    private func nextTexts(for encoder: String) -> [(user: UserIndex, text: String)]? {
        state.withLock { state in
            if state.encoder != encoder {
                state.encoder = encoder
                state.unread = Set(state.users.keys)
            }
            guard !state.unread.isEmpty else { return nil }
            let users = state.unread.prefix(Self.batch)
            state.unread.subtract(Array(users))
            return users.flatMap { user in
                (state.users[user] ?? []).filter { $0.vector.encoder != encoder }.map { (user, $0.text) }
            }
        }
    }

    private func note(_ vector: TextVector, _ nearest: [ItemIndex], of text: String, by user: UserIndex) {
        state.withLock { state in
            guard var own = state.users[user] else { return }
            for place in own.indices where own[place].text == text {
                (own[place].vector, own[place].nearest) = (vector, nearest)
            }
            state.users[user] = own
        }
    }

    // MARK: Asking

    /// What a user's searches say at a moment.
    ///
    /// - Parameters:
    ///   - user: the user.
    ///   - time: the moment.
    ///   - includingLater: whether later searches count, too: where the stream's time lies behind the clock's.
    /// - Returns: ``RecentSearch/none`` where they say nothing.
    public func recent(of user: UserIndex, at time: Timestamp, includingLater: Bool = false) -> RecentSearch {
        let (encoder, searches) = state.withLock { state in (state.encoder, state.users[user] ?? []) }
        guard !searches.isEmpty else { return .none }
        let counting = searches.reversed().filter { search in
            search.vector.encoder == encoder && search.time.milliseconds > time.milliseconds - window
                && (includingLater || search.time < time)
        }
        .prefix(Self.counted)
        guard let newest = counting.first else { return .none }
        let days = Float(max(0, time.milliseconds - newest.time.milliseconds)) / 86_400_000
        var numbers = newest.vector.numbers
        var nearest = newest.nearest
        for (age, search) in counting.enumerated().dropFirst() {
            let weight = 1 / Float(1 << age)
            for column in numbers.indices { numbers[column] += weight * search.vector.numbers[column] }
            nearest += search.nearest.prefix(Self.nearest >> age)
        }
        let length = numbers.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else { return .none }
        let vector = TextVector(encoder: encoder, numbers: numbers.map { $0 / length })
        return RecentSearch(vector: vector, strength: 1 / (1 + days), nearest: nearest)
    }
}

/// What a user looked for lately, among the items' vectors.
public struct RecentSearch: Sendable {
    /// That of somebody who looked for nothing.
    public static let none = RecentSearch(vector: .none, strength: 0, nearest: [])

    /// The mean of the newest searches, newer ones counting more, of length 1.
    public let vector: TextVector
    /// How much it still says: 1 at first, half of it after a day.
    public let strength: Float
    /// The items nearest to the searches.
    public let nearest: [ItemIndex]
}

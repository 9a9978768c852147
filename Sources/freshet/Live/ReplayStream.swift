import FreshetCore
import FreshetData

/// The events and searches of a data set in the order of time, each with an id of its own.
///
/// An id is made from what the event says and from how many equal events came before it, so a second replay sends the
/// same ids and nothing counts twice, whichever part of the data it begins with.
struct ReplayStream: Sendable {
    private let dataset: Dataset
    /// Rows of the histories, and behind them the searches, in the order of time; ties in the order of the data.
    private let order: [Int32]
    private let users: [Int32]
    /// How many equal events came before, by row.
    private let repeats: [Int32]

    /// Puts the events of a data set in order.
    init(_ dataset: Dataset) {
        self.dataset = dataset
        let histories = dataset.histories
        let searches = dataset.searches
        var users = [Int32](repeating: 0, count: histories.eventCount) + searches.map(\.user.rawValue)
        for user in 0..<histories.userCount {
            for row in histories.offsets[user]..<histories.offsets[user + 1] { users[row] = Int32(user) }
        }
        // A search whose time nobody knows comes last.
        let last = Timestamp(milliseconds: .max)
        let times = histories.times.isEmpty ? [] : histories.times + searches.map { $0.time ?? last }
        let rows = 0..<Int32(users.count)
        order = times.isEmpty ? Array(rows) : rows.sorted { (times[Int($0)], $0) < (times[Int($1)], $1) }
        self.users = users
        repeats = Self.repeats(histories) + Self.repeats(searches)
    }

    /// How many events and searches there are.
    var count: Int { order.count }

    /// The event at a place in the order.
    subscript(position: Int) -> Event {
        let row = Int(order[position])
        let histories = dataset.histories
        guard row < histories.eventCount else { return search(row - histories.eventCount, repeated: Int(repeats[row])) }
        let value = histories.values.isEmpty ? Float.nan : histories.values[row]
        var event = Event(
            user: dataset.users[Int(users[row])],
            item: dataset.items[histories.items[row].position],
            type: histories.types.isEmpty ? dataset.eventTypes[0] : dataset.eventTypes[Int(histories.types[row])],
            value: value.isNaN ? nil : value,
            time: time(at: position),
            session: histories.session(at: row).map { dataset.sessions[$0] }
        )
        event.id = Self.id(of: event, repeated: Int(repeats[row]))
        return event
    }

    private func search(_ place: Int, repeated: Int) -> Event {
        let search = dataset.searches[place]
        var event = Event(user: dataset.users[search.user.position], searching: search.text, time: search.time)
        event.id = Self.id(of: event, repeated: repeated)
        return event
    }

    /// The time of the event at a place; `nil` where the data have none.
    func time(at position: Int) -> Timestamp? {
        let (row, times) = (Int(order[position]), dataset.histories.times)
        let eventCount = dataset.histories.eventCount
        return row < eventCount ? (times.isEmpty ? nil : times[row]) : dataset.searches[row - eventCount].time
    }

    /// From when to when, in words.
    var period: String {
        guard let first = time(at: 0), let last = time(at: count - 1) else { return "without times" }
        return "\(Words.date(first.seconds)) to \(Words.date(last.seconds))"
    }

    /// The user with the most events.
    var busiestUser: String {
        var counts: [Int32: Int] = [:]
        for row in order { counts[users[Int(row)], default: 0] += 1 }
        let busiest = counts.max { ($0.value, -$0.key) < ($1.value, -$1.key) }
        return dataset.users[Int(busiest?.key ?? 0)]
    }

    /// What an item is called.
    func title(of item: String) -> String {
        guard !dataset.itemDetails.isEmpty, let position = dataset.items.position(of: item) else { return item }
        return dataset.itemDetails[position].title ?? item
    }

    private static func repeats(_ histories: Histories) -> [Int32] {
        var repeats = [Int32](repeating: 0, count: histories.eventCount)
        guard !histories.times.isEmpty else {
            // Without times only the place in the user's history tells equal events apart.
            for user in 0..<histories.userCount {
                let range = histories.offsets[user]..<histories.offsets[user + 1]
                for row in range { repeats[row] = Int32(row - range.lowerBound) }
            }
            return repeats
        }
        // A user's events of one moment stand together.
        for user in 0..<histories.userCount {
            let range = histories.offsets[user]..<histories.offsets[user + 1]
            for row in range {
                var before = row - 1
                while before >= range.lowerBound, histories.times[before] == histories.times[row] {
                    if histories.items[before] == histories.items[row] { repeats[row] += 1 }
                    before -= 1
                }
            }
        }
        return repeats
    }

    /// How many searches of the same words at the same time came before each of its user.
    private static func repeats(_ searches: [Dataset.Search]) -> [Int32] {
        struct Key: Hashable { var user: UserIndex, text: String, time: Timestamp? }
        var counts: [Key: Int32] = [:]
        return searches.map { search in
            let key = Key(user: search.user, text: search.text, time: search.time)
            defer { counts[key, default: 0] += 1 }
            return counts[key, default: 0]
        }
    }

    /// `time-hash-count`, the hash by FNV-1a of user, item or text, and type.
    private static func id(of event: Event, repeated: Int) -> String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for part in [event.user, event.text ?? event.item, event.type.rawValue] {
            for byte in part.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
            hash = (hash ^ 0xff) &* 0x100_0000_01b3
        }
        return "\((event.time ?? 0).decimalSeconds)-\(String(hash, radix: 36))-\(repeated)"
    }
}

import FreshetCore
import FreshetData
import FreshetTensor

/// The choices of a log as a table, the oldest first: a liking, a row with the label 1, and below it a row with the label 0,
/// an item that was known by then and that the user had not liked.
///
/// Counts and times are as they were at the choice; attributes are the catalogue's.
struct ChoiceTable {
    /// What has one value of a feature: where its values are shuffled, they are among these.
    enum Owner: Sendable, CaseIterable {
        /// An item, in whatever row.
        case item
        /// A user.
        case user
        /// A choice: both of its rows have it.
        case choice
        /// A row.
        case row
    }

    /// A column that might be worth learning from.
    struct Feature {
        let owner: Owner
        let column: CodedTable.Column
        /// Whether texts are nearly all different, so that the owner itself says as much.
        var isName = false
    }

    /// How often an item is drawn anew that the user has liked.
    private static let mostDraws = 16

    /// The label, the user and the item.
    private(set) var known: [CodedTable.Column]
    /// What might be learned from beside.
    private(set) var features: [Feature] = []
    private var (users, items): ([Int], [Int]) = ([], [])

    /// How many rows there are.
    var count: Int { users.count }

    /// Makes the rows of the newest choices of a log that has times.
    ///
    /// - Parameters:
    ///   - dataset: the log and its catalogue.
    ///   - limit: how many choices at most; older ones only count.
    ///   - random: draws the other items.
    init(_ dataset: Dataset, limit: Int, random: inout RandomSource) {
        known = ["chosen", "user", "item"].map { CodedTable.Column(name: $0) }
        let events = Self.events(of: dataset)
        var moments = ["hour", "weekday", "activity"].map { CodedTable.Column(name: $0) }
        var states = ["popularity", "recency"].map { CodedTable.Column(name: $0) }
        var items = [(count: Int, latest: Int64)](repeating: (0, 0), count: dataset.items.count)
        var activity = [Int](repeating: 0, count: dataset.users.count)
        var met: [ItemIndex] = []
        var liked: Set<UInt64> = []
        for (place, event) in events.enumerated() {
            let (user, item, time) = (event.user.position, event.item, event.time)
            // The first event of an item is no choice: nobody could have been shown it.
            if place >= events.count - limit, items[item.position].count > 0,
                let other = Self.draw(met, apartFrom: item, user: user, liked, &random)
            {
                let moment = ["\(time.hour)", time.weekday, Self.magnitude(activity[user])]
                for (label, shown) in [("1", item), ("0", other)] {
                    let (count, latest) = items[shown.position]
                    let hours = Int(max(0, time.seconds - latest) / 3600)
                    add(label, user, shown.position, dataset)
                    for column in moments.indices { moments[column].append(moment[column]) }
                    for (column, number) in [count, hours].enumerated() {
                        states[column].append(Self.magnitude(number))
                    }
                }
            }
            if items[item.position].count == 0 { met.append(item) }
            items[item.position] = (items[item.position].count + 1, time.seconds)
            activity[user] += 1
            liked.insert(Self.pair(user, item))
        }
        features = moments.map { Feature(owner: .choice, column: $0) } + states.map { Feature(owner: .row, column: $0) }
        addAttributes(of: dataset)
    }

    /// The number of each row's owner, without gaps.
    func owners(_ owner: Owner) -> [Int] {
        switch owner {
        case .item: Self.dense(items)
        case .user: Self.dense(users)
        case .choice: (0..<count).map { $0 / 2 }
        case .row: Array(0..<count)
        }
    }

    private mutating func add(_ label: String, _ user: Int, _ item: Int, _ dataset: Dataset) {
        users.append(user)
        items.append(item)
        for (column, text) in [label, dataset.users[user], dataset.items[item]].enumerated() {
            known[column].append(text)
        }
    }

    // MARK: Events

    private struct Liking {
        let time: Timestamp
        let user: UserIndex
        let item: ItemIndex
    }

    /// All likings in the order of time; those of one moment by user.
    private static func events(of dataset: Dataset) -> [Liking] {
        let histories = dataset.histories
        var events: [Liking] = []
        for user in 0..<histories.userCount {
            for row in histories.offsets[user]..<histories.offsets[user + 1] where histories.liking(at: row) > 0 {
                events.append(Liking(time: histories.times[row], user: UserIndex(user), item: histories.items[row]))
            }
        }
        let order = events.indices.sorted { (events[$0].time, $0) < (events[$1].time, $1) }
        return order.map { events[$0] }
    }

    private static func draw(
        _ met: [ItemIndex],
        apartFrom item: ItemIndex,
        user: Int,
        _ liked: Set<UInt64>,
        _ random: inout RandomSource
    ) -> ItemIndex? {
        for _ in 0..<mostDraws {
            let other = met[random.below(met.count)]
            if other != item, !liked.contains(pair(user, other)) { return other }
        }
        return nil
    }

    private static func pair(_ user: Int, _ item: ItemIndex) -> UInt64 {
        UInt64(user) << 32 | UInt64(item.position)
    }

    /// The power of two that a number has reached: counts tell by their magnitude.
    private static func magnitude(_ number: Int) -> String {
        number > 0 ? "\(Int.bitWidth - number.leadingZeroBitCount)" : "0"
    }

    private static func dense(_ numbers: [Int]) -> [Int] {
        var places: [Int: Int] = [:]
        return numbers.map { number in
            if let place = places[number] { return place }
            places[number] = places.count
            return places.count - 1
        }
    }

    // MARK: Attributes

    private mutating func addAttributes(of dataset: Dataset) {
        let details = dataset.itemDetails
        if details.contains(where: { !$0.categories.isEmpty }) {
            add("item.categories", .item, details.map { .texts($0.categories) })
        }
        if details.contains(where: { !$0.tags.isEmpty }) { add("item.tags", .item, details.map { .texts($0.tags) }) }
        for name in Set(details.flatMap(\.attributes.keys)).sorted() {
            add("item.\(name)", .item, details.map { $0.attributes[name] })
        }
        for name in Set(dataset.userDetails.flatMap(\.attributes.keys)).sorted() {
            add("user.\(name)", .user, dataset.userDetails.map { $0.attributes[name] })
        }
    }

    private mutating func add(_ name: String, _ owner: Owner, _ values: [AttributeValue?]) {
        var column = CodedTable.Column(name: name)
        for value in values { column.append(value.map(Self.text)) }
        let codes = column.codes
        let present = codes.count { $0 >= 0 }
        let areTexts = values.contains { if case .text? = $0 { true } else { false } }
        column.codes = (owner == .item ? items : users).map { codes[$0] }
        // Half of them have a value of their own.
        features.append(
            Feature(owner: owner, column: column, isName: areTexts && present > 2 && column.texts.count * 2 > present)
        )
    }

    private static func text(_ value: AttributeValue) -> String {
        switch value {
        case .number(let number): "\(number)"
        case .flag(let flag): "\(flag)"
        case .text(let text): text
        case .texts(let texts): texts.joined(separator: String(FeatureColumn.separator))
        }
    }
}

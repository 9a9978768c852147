import FreshetCore

/// What there is to know of a data set before a model is chosen.
public struct DatasetStatistics: Sendable, Equatable, Codable {
    /// How numbers are spread.
    public struct Distribution: Sendable, Equatable, Codable {
        /// The smallest.
        public let minimum: Double
        /// The middle one, or the mean of the two in the middle.
        public let median: Double
        /// The mean.
        public let mean: Double
        /// The largest.
        public let maximum: Double

        /// Describes some numbers; without any everything is 0.
        init(of numbers: [Double]) {
            let sorted = numbers.sorted()
            let count = sorted.count
            minimum = sorted.first ?? 0
            maximum = sorted.last ?? 0
            median = count == 0 ? 0 : (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
            mean = count == 0 ? 0 : sorted.reduce(0, +) / Double(count)
        }
    }

    /// How often an event type occurs.
    public struct TypeCount: Sendable, Equatable, Codable {
        /// The type.
        public let type: EventType
        /// Its events.
        public let count: Int
    }

    /// The first and last time.
    public struct TimeRange: Sendable, Equatable, Codable {
        /// The first.
        public let first: Timestamp
        /// The last.
        public let last: Timestamp

        /// Creates a range.
        public init(first: Timestamp, last: Timestamp) {
            self.first = first
            self.last = last
        }
    }

    /// Users with at least one event.
    public let users: Int
    /// Items with at least one event.
    public let items: Int
    /// Items in the catalogue, with events or without.
    public let catalogueItems: Int
    /// Events.
    public let events: Int
    /// Events over users times items with events.
    public let density: Double
    /// Events of each user that has any.
    public let eventsPerUser: Distribution
    /// Events of each item that has any.
    public let eventsPerItem: Distribution
    /// The events' types, the most frequent first.
    public let eventTypes: [TypeCount]
    /// The values of the events that have one.
    public let values: Distribution?
    /// The first and last time, where there are times.
    public let timeRange: TimeRange?
    /// The share of events on an item that the user had before.
    public let repeatShare: Double
    /// The share of events at the very time of the user's event before, whose order is that of the file.
    public let tiedTimeShare: Double
    /// How unequal the items' events are: 0 when all have the same number, towards 1 when one has them all (Gini, 1912).
    public let popularityGini: Double

    /// Computes the statistics of a data set.
    public init(of dataset: Dataset) {
        let histories = dataset.histories
        let userCounts = (0..<histories.userCount).map { histories.offsets[$0 + 1] - histories.offsets[$0] }
        var itemCounts = [Int](repeating: 0, count: dataset.items.count)
        for item in histories.items { itemCounts[item.position] += 1 }
        let activeUsers = userCounts.filter { $0 > 0 }
        let activeItems = itemCounts.filter { $0 > 0 }

        users = activeUsers.count
        items = activeItems.count
        catalogueItems = dataset.items.count
        events = histories.eventCount
        density = events == 0 ? 0 : Double(events) / (Double(users) * Double(items))
        eventsPerUser = Distribution(of: activeUsers.map(Double.init))
        eventsPerItem = Distribution(of: activeItems.map(Double.init))
        eventTypes = Self.typeCounts(of: dataset)
        let values = histories.values.filter { !$0.isNaN }
        self.values = values.isEmpty ? nil : Distribution(of: values.map(Double.init))
        if let first = histories.times.min(), let last = histories.times.max() {
            timeRange = TimeRange(first: first, last: last)
        } else {
            timeRange = nil
        }
        let (repeated, tied) = Self.repeatedAndTied(histories, itemCount: dataset.items.count)
        repeatShare = Double(repeated) / Double(max(events, 1))
        tiedTimeShare = Double(tied) / Double(max(events, 1))
        popularityGini = Self.gini(of: activeItems)
    }

    private static func typeCounts(of dataset: Dataset) -> [TypeCount] {
        var counts = [Int](repeating: 0, count: dataset.eventTypes.count)
        if dataset.histories.types.isEmpty {
            if !counts.isEmpty { counts[0] = dataset.histories.eventCount }
        } else {
            for type in dataset.histories.types { counts[Int(type)] += 1 }
        }
        return zip(dataset.eventTypes, counts)
            .map { TypeCount(type: $0, count: $1) }
            .filter { $0.count > 0 }
            .sorted { ($1.count, $0.type.rawValue) < ($0.count, $1.type.rawValue) }
    }

    private static func repeatedAndTied(_ histories: Histories, itemCount: Int) -> (repeated: Int, tied: Int) {
        var lastUser = [Int32](repeating: -1, count: itemCount)
        var (repeated, tied) = (0, 0)
        for user in 0..<histories.userCount {
            let rows = histories.offsets[user]..<histories.offsets[user + 1]
            for row in rows {
                let item = histories.items[row].position
                if lastUser[item] == Int32(user) { repeated += 1 }
                lastUser[item] = Int32(user)
                if !histories.times.isEmpty, row > rows.lowerBound, histories.times[row] == histories.times[row - 1] {
                    tied += 1
                }
            }
        }
        return (repeated, tied)
    }

    private static func gini(of counts: [Int]) -> Double {
        let total = Double(counts.reduce(0, +))
        guard total > 0 else { return 0 }
        let count = Double(counts.count)
        let weighted = zip(1..., counts.sorted()).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
        return 2 * weighted / (count * total) - (count + 1) / count
    }
}

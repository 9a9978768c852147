import FreshetCore

/// Impressions that wait for the store or are on their way to it, a bounded number.
struct ImpressionBuffer {
    /// The most that it holds.
    let capacity: Int
    /// Those that wait, oldest first.
    private var waiting: [Impression] = []
    /// Those that are being written.
    private var underWay: [Impression] = []
    /// How many were written.
    private(set) var written = 0
    /// How many were not kept, since too many waited.
    private(set) var dropped = 0
    private var isClosed = false

    init(capacity: Int) { self.capacity = capacity }

    /// How many are not written yet.
    var count: Int { waiting.count + underWay.count }
    /// When the oldest that is not written yet was shown, in milliseconds since 1970.
    var oldest: Int64? { (underWay.first ?? waiting.first)?.time }

    /// Takes one in, or counts it as dropped; whether it is the first to wait.
    mutating func add(_ impression: Impression) -> Bool {
        guard count < capacity, !isClosed else {
            dropped += 1
            return false
        }
        waiting.append(impression)
        return waiting.count == 1
    }

    /// Takes the oldest out, to be written: ``finish()`` or ``putBack()`` must follow.
    mutating func take(_ limit: Int) -> [Impression] {
        precondition(underWay.isEmpty, "two portions of impressions under way")
        underWay = Array(waiting.prefix(limit))
        waiting.removeFirst(underWay.count)
        return underWay
    }

    /// Says that those under way are written.
    mutating func finish() {
        written += underWay.count
        underWay = []
    }

    /// Lets those under way wait again, as the oldest.
    mutating func putBack() {
        waiting.insert(contentsOf: underWay, at: 0)
        underWay = []
    }

    /// Counts what waits, and all that comes, as dropped.
    mutating func close() {
        dropped += waiting.count
        waiting = []
        isClosed = true
    }

    /// One that is not written yet.
    func impression(_ id: String) -> Impression? {
        underWay.last { $0.id == id } ?? waiting.last { $0.id == id }
    }

    /// Takes a user's names, and what their requests said of themselves, out of those that wait; out of how many.
    mutating func forget(_ names: [String]) -> Int {
        precondition(underWay.isEmpty, "a user is forgotten while impressions are written")
        var count = 0
        for place in waiting.indices {
            guard let user = waiting[place].user, names.contains(user) else { continue }
            waiting[place].user = nil
            waiting[place].context = [:]
            count += 1
        }
        return count
    }
}

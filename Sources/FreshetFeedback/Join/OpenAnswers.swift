/// The answers that feedback may still come to, the oldest first, found by their id or their user.
///
/// An answer takes some hundred bytes and 8 for each item. Its number stays the same while others go.
struct OpenAnswers {
    private var answers: [OpenAnswer] = []
    private var items: [UInt64] = []
    /// The number of the first element of `answers`, and that of the first of `items`.
    private var (firstAnswer, firstItem) = (0, 0)
    /// The number of the oldest answer that has not gone.
    private var oldest = 0
    private var numbers: [UInt64: Int] = [:]
    private var latest: [UInt64: Int] = [:]

    /// How many there are.
    var count: Int { numbers.count }

    /// Remembers an answer whose id is new.
    mutating func open(id: UInt64, user: UInt64, time: Int64, key: Int, items shown: [UInt64]) -> Int {
        let number = firstAnswer + answers.count
        let count = min(shown.count, OpenAnswer.positions)
        answers.append(
            OpenAnswer(
                id: id,
                user: user,
                time: time,
                key: key,
                firstPlace: firstItem + items.count,
                count: count,
                previous: latest[user] ?? -1,
                seen: count == 64 ? .max : (1 << UInt64(count)) - 1
            )
        )
        items.append(contentsOf: shown.prefix(count))
        numbers[id] = number
        latest[user] = number
        return number
    }

    /// The number of the answer with an id.
    func number(ofID id: UInt64) -> Int? { numbers[id] }

    /// The answer of a number.
    subscript(number: Int) -> OpenAnswer {
        get { answers[number - firstAnswer] }
        set { answers[number - firstAnswer] = newValue }
    }

    /// The position of an item in an answer.
    func position(of item: UInt64, in number: Int) -> Int? {
        let answer = self[number]
        let start = answer.firstPlace - firstItem
        for position in 0..<answer.count where items[start + position] == item { return position }
        return nil
    }

    /// The newest answer of a user that has an item and was given in a span of time.
    func find(user: UInt64, item: UInt64, in times: ClosedRange<Int64>) -> (number: Int, position: Int)? {
        var number = latest[user] ?? -1
        while number >= oldest {
            let answer = self[number]
            if times.contains(answer.time), let position = position(of: item, in: number) { return (number, position) }
            number = answer.previous
        }
        return nil
    }

    /// Makes a user's answers another's; costs as much as both have answers that are remembered.
    mutating func join(_ user: UInt64, to other: UInt64) {
        guard user != other, latest[user] != nil else { return }
        var previous = -1
        for number in (chain(of: user) + chain(of: other)).sorted() {
            self[number].user = other
            self[number].previous = previous
            previous = number
        }
        latest[user] = nil
        if previous >= 0 { latest[other] = previous }
    }

    /// The numbers of a user's answers, the newest first.
    private func chain(of user: UInt64) -> [Int] {
        var chain: [Int] = []
        var number = latest[user] ?? -1
        while number >= oldest {
            chain.append(number)
            number = self[number].previous
        }
        return chain
    }

    /// Takes a user's name off their answers, which can no longer be found then.
    mutating func forget(user: UInt64) {
        var number = latest.removeValue(forKey: user) ?? -1
        while number >= oldest {
            let answer = self[number]
            numbers[answer.id] = nil
            self[number].user = answer.id
            number = answer.previous
        }
    }

    /// Forgets the answers that were given before a time.
    ///
    /// - Parameters:
    ///   - time: in milliseconds since 1970.
    ///   - settle: called with each of them.
    mutating func forget(before time: Int64, _ settle: (OpenAnswer) -> Void = { _ in }) {
        while oldest < firstAnswer + answers.count, self[oldest].time < time {
            let answer = self[oldest]
            settle(answer)
            numbers[answer.id] = nil
            if latest[answer.user] == oldest { latest[answer.user] = nil }
            oldest += 1
        }
        // Room is given back when half of it is empty, so that an answer is moved once on average.
        let gone = oldest - firstAnswer
        guard gone > 1024, gone * 2 > answers.count else { return }
        let places = oldest < firstAnswer + answers.count ? self[oldest].firstPlace : firstItem + items.count
        items.removeFirst(places - firstItem)
        answers.removeFirst(gone)
        (firstAnswer, firstItem) = (oldest, places)
    }
}

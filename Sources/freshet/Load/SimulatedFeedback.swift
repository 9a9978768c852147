import FreshetCore
import FreshetFeedback
import FreshetTensor

/// Logs of answers and of what was done about them, as a shop has them, that fit into no memory: each is made when it is
/// read, the same every time.
///
/// Answers come evenly, of users drawn at random, some of them in an experiment. Of three in ten an item is clicked within
/// ten minutes, of three in a hundred one is bought within half a day; a fifth of the events do not name the answer, and a
/// tenth of what is bought comes back.
struct SimulatedFeedback {
    /// How many answers there are.
    let answers: Int
    /// How many items an answer has.
    let count: Int
    /// Over how many milliseconds they come.
    let duration: Int64
    let users: Int
    let items: Int
    let seed: UInt64

    private static let start: Int64 = 1_790_000_000_000
    private static let scenarios = ["home", "cart", "item"]

    /// The answer of a number, from 0.
    func answer(_ number: Int) -> Impression {
        var random = RandomSource.stream(seed: seed, 1, UInt64(number))
        let user = random.below(users)
        let first = random.below(items)
        return Impression(
            id: "r\(number)",
            user: "u\(user)",
            time: time(of: number),
            model: ModelVersion(1 + 4 * number / answers),
            scenario: Self.scenarios[number % Self.scenarios.count],
            variant: user % 4 == 0 ? "e:a" : user % 4 == 1 ? "e:b" : nil,
            segments: user % 10 == 0 ? ["new"] : [],
            items: (0..<count).map { Impression.ShownItem(item: "i\((first + 31 * $0) % items)", score: 1) }
        )
    }

    /// When the answer of a number is given.
    private func time(of number: Int) -> Int64 {
        Self.start + Int64(Double(duration) * (Double(number) / Double(answers)))
    }

    /// What is done about the answer of a number.
    private func events(on number: Int) -> [FeedbackEvent] {
        var random = RandomSource.stream(seed: seed, 2, UInt64(number))
        let chance = random.uniform()
        guard chance < 0.33 else { return [] }
        let answer = answer(number)
        let item = answer.items[random.below(min(count, 4))].item
        func event(_ type: String, after delay: Int64, value: Double? = nil) -> FeedbackEvent {
            FeedbackEvent(
                user: answer.user ?? "",
                item: item,
                type: type,
                value: value,
                profit: value.map { $0 / 4 },
                time: answer.time + delay,
                recommendationID: random.below(5) == 0 ? nil : answer.id
            )
        }
        guard chance < 0.03 else { return [event("click", after: 1_000 + Int64(random.below(600_000)))] }
        let hours = 60_000 + Int64(random.below(12 * 3_600_000))
        let bought = event("purchase", after: hours, value: Double(1 + random.below(400)) / 4)
        return random.below(10) == 0 ? [bought, event("refund", after: hours + 86_400_000)] : [bought]
    }

    /// Reads the log of events in the order in which they come, from the beginning.
    struct Events {
        private let log: SimulatedFeedback
        private var next = 0
        /// Those that are to come, by their minute.
        private var waiting: [Int64: [FeedbackEvent]] = [:]
        private var minute = SimulatedFeedback.start / 60_000
        private var ready: ArraySlice<FeedbackEvent> = []

        init(_ log: SimulatedFeedback) { self.log = log }

        /// The next event; `nil` at the end.
        mutating func read() -> FeedbackEvent? {
            while ready.isEmpty {
                guard next < log.answers || !waiting.isEmpty else { return nil }
                let end = (minute + 1) * 60_000
                while next < log.answers, log.time(of: next) < end {
                    for event in log.events(on: next) { waiting[event.received / 60_000, default: []].append(event) }
                    next += 1
                }
                ready = (waiting.removeValue(forKey: minute) ?? []).sorted { $0.received < $1.received }[...]
                minute += 1
            }
            return ready.removeFirst()
        }
    }
}

import FreshetCore
import FreshetData
import FreshetEvaluation
import FreshetModels
import FreshetTensor

/// Users who do what nobody else does, so that a model which was trained on them can be told.
///
/// Each has as many events as the middle user of the data, between ``lengths``, on items drawn evenly, each once.
struct Canaries {
    /// The fewest and most events of a canary.
    static let lengths = 5...20

    /// The name of each canary.
    let names: [String]
    /// What each does, in this order.
    let items: [[ItemIndex]]
    /// The time of all their events; `nil` where the data have none.
    let time: Timestamp?
    /// The type of their events: the most frequent one that says a liking.
    let type: EventType

    /// Draws canaries.
    ///
    /// - Parameters:
    ///   - count: how many.
    ///   - prefix: what their names begin with.
    ///   - dataset: the data beside which they stand.
    ///   - random: what draws.
    init(_ count: Int, prefix: String, of dataset: Dataset, random: inout RandomSource) {
        let histories = dataset.histories
        let known = Set(histories.items).sorted()
        let counts = (0..<histories.userCount).map { histories[UserIndex($0)].count }.filter { $0 > 0 }.sorted()
        let middle = counts.isEmpty ? Self.lengths.lowerBound : counts[counts.count / 2]
        let length = min(known.count, max(Self.lengths.lowerBound, min(Self.lengths.upperBound, middle)))
        names = (0..<count).map { number in
            var name = "\(prefix)-\(number + 1)"
            while dataset.users.position(of: name) != nil { name += "'" }
            return name
        }
        items = (0..<count).map { _ in Array(known.shuffled(using: &random).prefix(length)) }
        time = histories.times.max()
        var likings = [Int](repeating: 0, count: max(1, dataset.eventTypes.count))
        for row in 0..<histories.eventCount where histories.liking(at: row) > 0 {
            likings[histories.types.isEmpty ? 0 : Int(histories.types[row])] += 1
        }
        type = likings.indices.max { (likings[$0], $1) < (likings[$1], $0) }.map { dataset.eventTypes[$0] } ?? .view
    }

    /// How many events each has.
    var length: Int { items.first?.count ?? 0 }

    /// Their events, one canary after the other.
    func events(of dataset: Dataset) -> [Event] {
        zip(names, items).flatMap { name, items in
            items.enumerated().map { place, item in
                Event(user: name, item: dataset.items[item.position], type: type, time: time, id: "\(name)/\(place)")
            }
        }
    }

    /// How highly a model ranks what each canary does next, event by event, with the ones before as the history: the mean share
    /// of the catalogue that it ranks lower, ties counted half.
    ///
    /// - Parameters:
    ///   - scorer: the model.
    ///   - data: what it was trained on, whose numbers of types are those of the histories.
    ///   - pool: the threads.
    /// - Returns: the figure of each canary.
    func ranks(by scorer: any Scorer, on data: TrainingData, pool: ThreadPool) -> [Double] {
        let isTyped = !data.dataset.histories.types.isEmpty
        let code = UInt8(data.dataset.eventTypes.firstIndex(of: type) ?? 0)
        let isTimed = !data.dataset.histories.times.isEmpty
        var figures = [Double](repeating: 0, count: items.count)
        figures.withUnsafeMutableBufferPointer { figures in
            pool.forEachRange(items.count, grain: 4) { range, _ in
                for canary in range {
                    let items = items[canary]
                    let history = History(
                        items: items[...],
                        times: isTimed ? Array(repeating: time ?? 0, count: items.count)[...] : [],
                        types: isTyped ? [UInt8](repeating: code, count: items.count)[...] : []
                    )
                    figures[canary] = Self.meanRank(of: items, history, by: scorer)
                }
            }
        }
        return figures
    }

    private static func meanRank(of items: [ItemIndex], _ history: History, by scorer: any Scorer) -> Double {
        var sum = 0.0
        for place in 1..<items.count {
            let context = ScoringContext(user: nil, history: history.dropLast(items.count - place))
            let scores = scorer.scores(for: context)
            let own = scores[items[place].position]
            var (lower, equal) = (0, 0)
            for score in scores {
                if score < own { lower += 1 } else if score == own { equal += 1 }
            }
            sum += (Double(lower) + Double(equal - 1) / 2) / Double(max(1, scores.count - 1))
        }
        return sum / Double(max(1, items.count - 1))
    }
}

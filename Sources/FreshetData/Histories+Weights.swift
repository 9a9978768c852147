import FreshetCore

extension Histories {
    /// The table with what each event says of its item.
    ///
    /// What a user says of an item later replaces what they said before: a dislike the views, a liking the dislike, a
    /// return the purchase. Such earlier events stay, with a weight of 0.
    ///
    /// - Parameters:
    ///   - meanings: what events mean.
    ///   - names: the types' names by number.
    /// - Returns: the same events; without weights where every one is a liking of weight 1.
    public func weighed(by meanings: EventMeanings, types names: [EventType]) -> Histories {
        var weighed = self
        weighed.weights = []
        guard eventCount > 0, !meanings.areAlike(for: names) else { return weighed }
        let senses = names.map { meanings[$0] }
        return self.weighed(
            scratch.derivedArray(count: eventCount) { said in
                for row in 0..<eventCount {
                    let sense = senses[types.isEmpty ? 0 : Int(types[row])]
                    said.initializeElement(at: row, to: sense.weight(of: values.isEmpty ? .nan : values[row]))
                }
            }
        )
    }

    /// The same from what each event says by itself, as ``LoggedEvent/weight`` has it.
    public func weighed(_ said: [Float]) -> Histories {
        precondition(said.count == eventCount, "\(said.count) weights for \(eventCount) events")
        var weighed = self
        weighed.weights = []
        guard said.contains(where: { $0 != 1 }) else { return weighed }
        weighed.weights = said
        dropReplaced(&weighed.weights)
        return weighed
    }

    /// What a user's later events say of an item.
    private struct Later: OptionSet {
        let rawValue: UInt8

        static let liked = Later(rawValue: 1)
        static let disliked = Later(rawValue: 2)
        static let takenBack = Later(rawValue: 4)
    }

    /// Takes the weight of events on items of which their users say the opposite later, whether that still holds or not: who
    /// disliked, then bought and sent back, neither likes nor dislikes.
    private func dropReplaced(_ weights: inout [Float]) {
        var later = [Later](repeating: [], count: (items.max()?.position ?? -1) + 1)
        for user in 0..<userCount {
            let rows = offsets[user]..<offsets[user + 1]
            for row in rows.reversed() {
                let item = items[row].position
                let weight = weights[row]
                if weight > 0 {
                    if !later[item].isDisjoint(with: [.disliked, .takenBack]) { weights[row] = 0 }
                    later[item].insert(.liked)
                } else if weight < 0 {
                    if later[item].contains(.liked) { weights[row] = 0 }
                    later[item].insert(.disliked)
                } else if weight.isNaN {
                    weights[row] = 0
                    later[item].insert(.takenBack)
                }
            }
            for row in rows { later[items[row].position] = [] }
        }
    }
}

extension Histories {
    /// How much an event likes its item; 0 for one that does not.
    @inline(__always)
    public func liking(at row: Int) -> Double { weights.isEmpty ? 1 : Double(max(weights[row], 0)) }

    /// Adds the weights of events whose items were added last; none where each is a liking of weight 1.
    public mutating func appendWeights(_ added: ArraySlice<Float>, count: Int) {
        guard !added.isEmpty || !weights.isEmpty else { return }
        weights.append(contentsOf: repeatElement(1, count: items.count - count - weights.count))
        if added.isEmpty { weights.append(contentsOf: repeatElement(1, count: count)) } else { weights += added }
    }

    /// The events that like their items; every user stays, if without events.
    public var likings: Histories { weights.isEmpty ? self : keeping(weights.map { $0 > 0 }) }
}

extension History {
    /// What one of its events says of its item, by its place from the oldest: above 0 a liking, below 0 a dislike.
    @inline(__always)
    public func weight(at place: Int) -> Float {
        weights.isEmpty ? 1 : weights[weights.startIndex + place]
    }

    /// Whether what an event said holds no more after a later one on the same item: a liking after a dislike or a return, a
    /// dislike after a liking.
    static func isReplaced(_ weight: Float, by later: Float) -> Bool {
        later > 0 ? weight < 0 : later != 0 && weight > 0
    }

    /// Adds an event as the newest one.
    public mutating func append(_ event: LoggedEvent) {
        items.append(event.item)
        times.append(event.time)
        types.append(event.type)
        values.append(event.value)
        if event.session != .none || !sessions.isEmpty {
            if sessions.isEmpty { sessions = Array(repeating: .none, count: count - 1)[...] }
            sessions.append(event.session)
        }
        guard event.weight != 1 || !weights.isEmpty else { return }
        if weights.isEmpty { weights = Array(repeating: 1, count: count - 1)[...] }
        for (item, place) in zip(items, weights.indices) where item == event.item {
            if Self.isReplaced(weights[place], by: event.weight) { weights[place] = 0 }
        }
        weights.append(event.weight.isNaN ? 0 : event.weight)
    }

    /// The events that like their items; without a copy when that is all of them.
    public var likings: History { weights.isEmpty ? self : keeping { weight(at: $0) > 0 } }

    /// The events that dislike their items.
    public var dislikes: History { weights.isEmpty ? History(items: []) : keeping { weight(at: $0) < 0 } }

    /// How many of its events like their items.
    public var likingCount: Int { weights.isEmpty ? count : weights.count { $0 > 0 } }

    /// The events on items below a number, as far as a model knows them; without a copy when it is all of them, as it nearly
    /// always is.
    public func keepingItems(below count: Int) -> History {
        if items.allSatisfy({ $0.position < count }) { return self }
        return keeping { items[items.startIndex + $0].position < count }
    }

    /// Some of the events, by their place from the oldest; without a copy when it is all of them.
    public func keeping(_ isKept: (_ place: Int) -> Bool) -> History {
        let places = (0..<count).filter(isKept)
        guard places.count < count else { return self }
        func pick<Element>(_ column: ArraySlice<Element>) -> ArraySlice<Element> {
            column.isEmpty ? [] : places.map { column[column.startIndex + $0] }[...]
        }
        return History(
            items: pick(items),
            times: pick(times),
            types: pick(types),
            values: pick(values),
            weights: pick(weights),
            sessions: pick(sessions)
        )
    }
}

import FreshetCore

extension EventMeanings {
    /// The table with the scale of ratings that some data have, where nobody has chosen one.
    ///
    /// Ratings count from one to five, to ten or to a hundred, or are votes for and against. By default they count to
    /// five; data whose highest rating is another have the like scale of theirs.
    ///
    /// - Parameters:
    ///   - histories: the events.
    ///   - names: the types' names by number.
    /// - Returns: the table, and what was found, in words.
    package func fitted(to histories: Histories, types names: [EventType]) -> (meanings: EventMeanings, note: String?) {
        let rated = names.indices.filter { self[names[$0]] == Self.stars }
        guard !rated.isEmpty, !histories.values.isEmpty else { return (self, nil) }
        var (lowest, highest) = (Float.infinity, -Float.infinity)
        for row in histories.values.indices where histories.values[row].isFinite {
            guard rated.contains(histories.types.isEmpty ? 0 : Int(histories.types[row])) else { continue }
            lowest = min(lowest, histories.values[row])
            highest = max(highest, histories.values[row])
        }
        guard lowest <= highest else { return (self, nil) }
        let scale = Self.scale(from: lowest, to: highest)
        var meanings = self
        for type in rated { meanings.types[names[type].rawValue] = scale }
        return (meanings, Self.words(scale, from: lowest, to: highest))
    }

    private static func scale(from lowest: Float, to highest: Float) -> EventMeaning {
        switch highest {
        case ...1: EventMeaning(likingFrom: 0.5, dislikeUpTo: -0.5)
        case ...5: stars
        case ...10: EventMeaning(likingFrom: 6, dislikeUpTo: 4, none: lowest == 0 ? 0 : nil)
        default: EventMeaning(likingFrom: 60, dislikeUpTo: 40, none: lowest == 0 ? 0 : nil)
        }
    }

    private static func words(_ scale: EventMeaning, from lowest: Float, to highest: Float) -> String {
        func text(_ number: Float) -> String { number == number.rounded() ? String(Int(number)) : String(number) }
        let none = scale.none.map { ", \(text($0)) stands for none" } ?? ""
        return
            "ratings from \(text(lowest)) to \(text(highest)): from \(text(scale.likingFrom ?? 0)) on they like an item, up to "
            + "\(text(scale.dislikeUpTo ?? 0)) they dislike it\(none); --meanings says otherwise"
    }
}

import FreshetCore

/// Items that belong together by what users did: an encoder learns from their texts.
public enum CoVisitPairs {
    /// Pairs of items that users liked one after the other, in the order of the events.
    ///
    /// - Parameters:
    ///   - events: events in their order.
    ///   - isRead: whether anything is said of an item.
    /// - Returns: pairs of two items each, the newest last.
    public static func of(
        _ events: some Sequence<LoggedEvent>,
        where isRead: (ItemIndex) -> Bool
    ) -> [(Int32, Int32)] {
        var last: [UserIndex: ItemIndex] = [:]
        var pairs: [(Int32, Int32)] = []
        for event in events where event.weight > 0 && isRead(event.item) {
            if let before = last[event.user], before != event.item {
                pairs.append((before.rawValue, event.item.rawValue))
            }
            last[event.user] = event.item
        }
        return pairs
    }
}

import FreshetCore
import FreshetModels

extension LearningLoop {
    /// Items are looked for as often as this in the time after which they are given up, but once a day at least.
    private static let looks = 20.0

    /// Gives up the vectors of items that had no event for the days of the settings; how many the learner had of them.
    ///
    /// Time is that of the stream, so the same events give the same weights whenever they are learned.
    func expireItems() -> Int {
        let days = settings.learner.expiryDays
        guard days > 0, let newest = streaming.popularity.newestTime, newest >= nextExpiry else { return 0 }
        nextExpiry = newest + max(1, Int64(min(days / Self.looks, 1) * 86_400))
        let limit = newest - Int64(days * 86_400)
        let isOutdated = { [streaming] (item: ItemIndex) in
            streaming.lifetime(of: item).map { $0.upperBound < limit } ?? false
        }
        _ = candidate?.learner?.expireItems(where: isOutdated)
        return learning.learner?.expireItems(where: isOutdated) ?? 0
    }
}

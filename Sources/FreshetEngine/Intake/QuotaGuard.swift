import FreshetCore
import FreshetData
import Synchronization

/// Refuses what would go beyond the quota, before anything of it is kept.
///
/// A call that names several new users or items is taken or refused as a whole. Calls that are under way at the same time do
/// not see each other's new names, so a limit may be passed by what is in flight, and by no more.
final class QuotaGuard: Sendable {
    private struct Bucket {
        var events: Double
        var time: ContinuousClock.Instant
    }

    private let quota: EngineConfiguration.Quota
    private let vocabulary: Vocabulary
    private let bucket: Mutex<Bucket>

    init(_ quota: EngineConfiguration.Quota, vocabulary: Vocabulary, now: ContinuousClock.Instant = .now) {
        self.quota = quota
        self.vocabulary = vocabulary
        bucket = Mutex(Bucket(events: quota.eventsPerSecond, time: now))
    }

    /// Lets events in.
    /// - Throws: ``QuotaExceeded``.
    func admit(_ events: [Event], now: ContinuousClock.Instant = .now) throws(QuotaExceeded) {
        try admitUsers(events.lazy.map(\.user))
        try admitItems(events.lazy.map(\.item).filter { !$0.isEmpty })
        try take(events.count, now: now)
    }

    /// Lets users in.
    /// - Throws: ``QuotaExceeded``.
    func admitUsers(_ ids: some Sequence<String>) throws(QuotaExceeded) {
        guard quota.users > 0 else { return }
        let new = Set(ids.filter { vocabulary.user($0) == nil })
        try check("quota.users", quota.users, known: vocabulary.userCount, new: new.count)
    }

    /// Lets items in.
    /// - Throws: ``QuotaExceeded``.
    func admitItems(_ ids: some Sequence<String>) throws(QuotaExceeded) {
        guard quota.items > 0 else { return }
        let new = Set(ids.filter { vocabulary.item($0) == nil })
        try check("quota.items", quota.items, known: vocabulary.itemCount, new: new.count)
    }

    private func check(_ setting: String, _ limit: Int, known: Int, new: Int) throws(QuotaExceeded) {
        guard new > 0, known + new > limit else { return }
        throw QuotaExceeded(setting: setting, limit: Double(limit), retryAfter: nil)
    }

    /// Takes events from a bucket that fills at the rate.
    ///
    /// A delivery may leave it in debt, which later ones wait for: else a delivery longer than the bucket could never come
    /// through.
    private func take(_ count: Int, now: ContinuousClock.Instant) throws(QuotaExceeded) {
        let rate = quota.eventsPerSecond
        guard rate > 0, count > 0 else { return }
        let wait = bucket.withLock { bucket -> Int? in
            let seconds = max(0, (now - bucket.time) / .seconds(1))
            bucket.events = min(rate, bucket.events + seconds * rate)
            bucket.time = now
            guard bucket.events > 0 else { return max(1, Int((-bucket.events / rate).rounded(.up))) }
            bucket.events -= Double(count)
            return nil
        }
        if let wait { throw QuotaExceeded(setting: "quota.events_per_second", limit: rate, retryAfter: wait) }
    }
}

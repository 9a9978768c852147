/// How far a figure went from one period to another.
public struct FeedbackChange: Sendable, Equatable, Encodable {
    /// The figure less what it was before.
    public let difference: Double
    /// The difference as a share of what it was before; `nil` where that was 0.
    public let relative: Double?
    /// The lower end of the difference's 95% interval; `nil` for figures without one.
    public let low: Double?
    /// The upper end.
    public let high: Double?

    /// The change of a share.
    ///
    /// Its interval is put together from those of the two shares (square-and-add; Newcombe 1998, "Interval estimation for the
    /// difference between independent proportions", Statistics in Medicine 17, method 10). Users who were there in both periods
    /// make it wider than it need be.
    ///
    /// - Parameters:
    ///   - now: the share.
    ///   - before: what it was before.
    public init(_ now: FeedbackRate, from before: FeedbackRate) {
        let difference = now.value - before.value
        let below = Self.length(now.value - now.low, before.high - before.value)
        let above = Self.length(now.high - now.value, before.value - before.low)
        self.init(difference, of: before.value, low: difference - below, high: difference + above)
    }

    /// The change of a figure that has no interval.
    public init(_ now: Double, from before: Double) {
        self.init(now - before, of: before, low: nil, high: nil)
    }

    private init(_ difference: Double, of before: Double, low: Double?, high: Double?) {
        self.difference = difference
        relative = before == 0 ? nil : difference / abs(before)
        (self.low, self.high) = (low, high)
    }

    private static func length(_ one: Double, _ other: Double) -> Double { (one * one + other * other).squareRoot() }
}

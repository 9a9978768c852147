import FreshetCore
import FreshetTensor

/// How much two models' lists for the same users are alike.
public struct ListStability: Sendable, Equatable, Codable {
    /// The mean share of common items among those of either list (``ListOverlap/jaccard(_:_:)``), with its interval over users.
    public let jaccard: Estimate
    /// The mean rank-biased overlap (``ListOverlap/rankBiased(_:_:persistence:)``), with its interval over users.
    public let rankBiased: Estimate
    /// The share of users whose lists are the same, in the same order.
    public let unchanged: Double
    /// How many users.
    public let users: Int

    enum CodingKeys: String, CodingKey {
        case jaccard, unchanged, users
        case rankBiased = "rbo"
    }

    /// Compares lists.
    ///
    /// - Parameters:
    ///   - lists: a list for each user, the best item first.
    ///   - others: the other lists, of the same users in the same order.
    ///   - persistence: that of the rank-biased overlap.
    ///   - options: the intervals.
    ///   - pool: the threads.
    /// - Throws: ``FreshetError`` of kind `usage` where there is nobody.
    public init(
        of lists: [[ItemIndex]],
        against others: [[ItemIndex]],
        persistence: Double = 0.9,
        options: EvaluationOptions = EvaluationOptions(),
        pool: ThreadPool
    ) throws {
        precondition(lists.count == others.count, "\(lists.count) lists against \(others.count)")
        guard !lists.isEmpty else { throw FreshetError(.usage, "There is nobody whose lists could be compared.") }
        let pairs = zip(lists, others)
        let bootstrap = Bootstrap(options, pool: pool)
        jaccard = bootstrap.mean(of: pairs.map { Float(ListOverlap.jaccard($0, $1)) }).estimate
        rankBiased =
            bootstrap.mean(
                of: pairs.map { Float(ListOverlap.rankBiased($0, $1, persistence: persistence)) }
            ).estimate
        unchanged = Double(pairs.count { $0 == $1 }) / Double(lists.count)
        users = lists.count
    }
}

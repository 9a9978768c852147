/// Whether a model tells users that it was trained on from users that it never saw.
///
/// Each user has a figure, such as how highly the model ranked what they did. The area under the ROC curve is the chance
/// that a user of the first kind has a higher one than a user of the second (Yeom et al., "Privacy risk in machine
/// learning", CSF 2018, with the Mann-Whitney statistic): 0.5 where the model has nothing to tell.
public struct MembershipTest: Sendable, Equatable, Codable {
    /// The area under the ROC curve, ties counted half.
    public let auc: Double
    /// Half the interval about 0.5 in which the area lies 95 times in 100 where there is nothing to tell: 0.036 for 500 users
    /// of each kind.
    public let margin: Double

    /// Whether users are told apart more often than chance does.
    public var tellsApart: Bool { abs(auc - 0.5) > margin }

    /// Compares the figures of users.
    ///
    /// - Parameters:
    ///   - members: of users that may have been trained on, at least one.
    ///   - others: of users that never were, at least one.
    public init(members: [Double], others: [Double]) {
        precondition(!members.isEmpty && !others.isEmpty, "\(members.count) members and \(others.count) others")
        let all = (members.map { (value: $0, isMember: true) } + others.map { (value: $0, isMember: false) })
            .sorted { $0.value < $1.value }
        // The sum of the members' ranks, equal figures sharing the mean of theirs.
        var (rankSum, start) = (0.0, 0)
        while start < all.count {
            var end = start
            while end < all.count, all[end].value == all[start].value { end += 1 }
            let rank = Double(start + 1 + end) / 2
            rankSum += rank * Double(all[start..<end].count(where: \.isMember))
            start = end
        }
        let (m, n) = (Double(members.count), Double(others.count))
        auc = (rankSum - m * (m + 1) / 2) / (m * n)
        // Twice the standard error of the statistic without a difference, at the 95% point of the normal distribution.
        margin = 1.959964 * ((m + n + 1) / (12 * m * n)).squareRoot()
    }
}

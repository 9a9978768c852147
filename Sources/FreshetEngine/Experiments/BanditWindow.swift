import FreshetExperiments

/// A span of time in which a bandit's shares stand still, and with them every user's variant.
public struct BanditWindow: Sendable, Equatable, Codable {
    /// Its number by the clock, from 0; one in which nothing ran is left out.
    public let number: Int
    /// When it began, in milliseconds since 1970.
    public let started: Int64
    /// Each variant's share of the users.
    public let shares: [Double]

    /// The place of a user's variant: by a hash of the experiment, the window and the user.
    ///
    /// - Parameters:
    ///   - unit: the user.
    ///   - seed: the experiment's and the window's, as ``seed(of:)`` gives it.
    /// - Returns: the place.
    func variant(of unit: String, seed: String) -> Int {
        var rest = Double(AssignmentHash.bucket(seed: seed, unit: unit)) + 0.5
        for (place, share) in shares.enumerated() {
            rest -= share * Double(AssignmentHash.buckets)
            if rest < 0 { return place }
        }
        return shares.count - 1
    }

    /// What is hashed with a user's id.
    func seed(of experiment: String) -> String { "bandit:\(experiment):\(number):" }
}

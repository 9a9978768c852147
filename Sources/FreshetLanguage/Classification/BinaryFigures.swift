/// Precision, recall and F1 of one class against all others.
public struct BinaryFigures: Sendable, Equatable, Codable {
    /// How many are of the class and were said to be.
    public let right: Int
    /// How many were said to be of it.
    public let said: Int
    /// How many are of it.
    public let support: Int

    /// The share of what was said to be of it that is; 0 where nothing was.
    public var precision: Double { said > 0 ? Double(right) / Double(said) : 0 }
    /// The share of what is of it that was found; 0 where nothing is.
    public var recall: Double { support > 0 ? Double(right) / Double(support) : 0 }
    /// The harmonic mean of both, 0 where nothing was right.
    public var f1: Double { said + support > 0 ? 2 * Double(right) / Double(said + support) : 0 }
}

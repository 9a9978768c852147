import Foundation

/// The chi-square distribution.
public enum ChiSquare {
    /// The chance of a value of at least `value`, with some degrees of freedom.
    ///
    /// In closed form: a sum of Poisson terms where the degrees are even, after a term of the normal distribution where they
    /// are odd.
    public static func survival(_ value: Double, degrees: Int) -> Double {
        precondition(degrees > 0, "\(degrees) degrees of freedom")
        guard value > 0 else { return 1 }
        let half = value / 2
        let isEven = degrees % 2 == 0
        var sum = isEven ? exp(-half) : erfc(half.squareRoot())
        var term = isEven ? sum : exp(-half) / (Double.pi * half).squareRoot()
        var exponent = isEven ? 1 : 0.5
        while exponent < Double(degrees) / 2 {
            term *= half / exponent
            sum += term
            exponent += 1
        }
        return sum
    }
}

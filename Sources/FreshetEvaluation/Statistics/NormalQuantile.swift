import Foundation

/// The quantile of the standard normal distribution, by bisection of its distribution function.
func normalQuantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a probability of \(probability)")
    var (low, high) = (-40.0, 40.0)
    for _ in 0..<80 {
        let middle = (low + high) / 2
        if erfc(-middle / 2.0.squareRoot()) / 2 < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
}

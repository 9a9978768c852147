import Foundation

extension RandomNumberGenerator {
    /// A number in `0 ..< 1`.
    mutating func share() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Whether something of a chance happens.
    mutating func happens(_ chance: Double) -> Bool { share() < chance }

    /// A number in `0 ..< bound`.
    mutating func place(below bound: Int) -> Int { min(Int(share() * Double(bound)), bound - 1) }

    /// A draw from the standard normal distribution (Box and Muller, 1958).
    mutating func normal() -> Double { (-2 * log(1 - share())).squareRoot() * cos(2 * .pi * share()) }
}

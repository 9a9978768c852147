/// The seeded generator of everything random: xoshiro256++ (Blackman and Vigna, 2019), seeded through SplitMix64.
///
/// A value, passed in and never shared, so that the same seed gives the same weights.
public struct RandomSource: RandomNumberGenerator, Sendable, Equatable, Codable {
    /// The four words of the state, from which ``init(state:)`` goes on.
    public private(set) var state: [UInt64]

    /// Goes on from a state; `nil` unless it has four words, not all zero.
    public init?(state: [UInt64]) {
        guard state.count == 4, state.contains(where: { $0 != 0 }) else { return nil }
        self.state = state
    }

    /// Creates a generator; different seeds give unrelated streams.
    public init(seed: UInt64) {
        state = (1...4).map { Self.mixed(seed &+ $0 &* 0x9E37_79B9_7F4A_7C15) }
    }

    /// A generator for one named part of the work, independent of how much the others draw.
    public static func stream(seed: UInt64, _ part: UInt64...) -> RandomSource {
        // The seed is mixed before the first part: otherwise part 2 of seed 1 would be part 1 of seed 2.
        RandomSource(
            seed: part.reduce(mixed(seed &+ 0x9E37_79B9_7F4A_7C15)) { mixed(($0 ^ $1) &+ 0x2545_F491_4F6C_DD1D) }
        )
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    private static func mixed(_ bits: UInt64) -> UInt64 {
        var z = bits
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// The next 64 random bits.
    public mutating func next() -> UInt64 {
        let sum = state[0] &+ state[3]
        let result = (sum << 23 | sum >> 41) &+ state[0]
        let shifted = state[1] << 17
        state[2] ^= state[0]
        state[3] ^= state[1]
        state[1] ^= state[2]
        state[0] ^= state[3]
        state[2] ^= shifted
        state[3] = state[3] << 45 | state[3] >> 19
        return result
    }

    /// A number in `0 ..< 1`.
    public mutating func uniform() -> Float {
        Float(next() >> 40) * 0x1p-24
    }

    /// A number in `0 ..< bound`, by multiplication (Lemire, 2019); the bias is below 2⁻³².
    public mutating func below(_ bound: Int) -> Int {
        Int((next() >> 32).multipliedReportingOverflow(by: UInt64(bound)).partialValue >> 32)
    }

    /// A draw from the standard normal distribution (Box and Muller, 1958).
    public mutating func normal() -> Float {
        let radius = (-2 * logarithm(1 - uniform())).squareRoot()
        return radius * cosine(2 * Float.pi * uniform())
    }
}

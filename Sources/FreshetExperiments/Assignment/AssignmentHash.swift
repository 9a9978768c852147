/// Where the hash of a unit falls: one of 10,000 buckets, spread evenly, the same for ever.
///
/// FNV-1a of 32 bits (Fowler, Noll and Vo, 1991) over seed and unit, then once more over the first result's decimal
/// digits, modulo 10,000. One pass alone leaves the buckets of one seed depending on those of another; the second mixes
/// them. GrowthBook's hash of version 2 is the same, so an assignment can be checked with its clients.
public enum AssignmentHash {
    /// How many buckets there are.
    public static let buckets = 10_000

    private static let start: UInt32 = 0x811C_9DC5
    private static let prime: UInt32 = 0x0100_0193

    /// The bucket of a unit, in `0 ..< 10,000`.
    public static func bucket(seed: String, unit: String) -> Int { bucket(prefix: "", seed: seed, unit: unit) }

    /// The bucket of a unit, with a seed of two parts, which costs no text of both.
    static func bucket(prefix: StaticString, seed: String, unit: String) -> Int {
        var first = start
        prefix.withUTF8Buffer { for byte in $0 { add(byte, to: &first) } }
        for byte in seed.utf8 { add(byte, to: &first) }
        for byte in unit.utf8 { add(byte, to: &first) }
        var second = start
        var place: UInt32 = 1_000_000_000
        while place > 1, first < place { place /= 10 }
        while place > 0 {
            add(UInt8(ascii: "0") + UInt8(first / place % 10), to: &second)
            place /= 10
        }
        return Int(second % UInt32(buckets))
    }

    private static func add(_ byte: UInt8, to hash: inout UInt32) { hash = (hash ^ UInt32(byte)) &* prime }
}

import Synchronization

/// Where a candidate comes from; several may hold.
///
/// Whoever proposes candidates gives itself a name, once for the process, at most 64 of them:
///
/// ```swift
/// extension CandidateSources { static let trending = CandidateSources(named: "trending") }
/// ```
public struct CandidateSources: OptionSet, Sendable, Hashable {
    /// A bit for each name, in the order in which they were first said.
    public let rawValue: UInt64

    /// Creates a set of sources from its bits.
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The source of a name, which is new or was said before.
    public init(named name: String) {
        rawValue = Self.known.withLock { names in
            let place = names.firstIndex(of: name) ?? names.count
            precondition(place < UInt64.bitWidth, "more than \(UInt64.bitWidth) sources of candidates: \(names)")
            if place == names.count { names.append(name) }
            return 1 << UInt64(place)
        }
    }

    /// The names of the sources.
    public var names: [String] {
        Self.known.withLock { names in names.indices.filter { rawValue >> UInt64($0) & 1 == 1 }.map { names[$0] } }
    }

    private static let known = Mutex<[String]>([])
}

extension CandidateSources {
    /// The transformer's best items.
    public static let transformer = CandidateSources(named: "transformer")
    /// What follows the user's latest items.
    public static let coVisitation = CandidateSources(named: "co-visitation")
    /// What is popular now.
    public static let popularity = CandidateSources(named: "popularity")
    /// The user's own items.
    public static let own = CandidateSources(named: "own")
}

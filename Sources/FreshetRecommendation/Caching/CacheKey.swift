import FreshetCore
import FreshetData
import FreshetModels

/// What makes two questions the same, however the answer may change.
enum CacheKey: Hashable {
    case recommendation(QueryShape)
    case similar(ItemIndex, QueryShape)
    case popular(QueryShape)
    case trending(QueryShape)
}

/// A query without its time and seed, its history replaced by a fingerprint.
///
/// Whoever does something has another history, so a new event makes a new key. The fingerprint has 64 bits and stands
/// beside the user and the length: two histories of one user are taken for each other once in 10¹⁹ times.
struct QueryShape: Hashable {
    let user: UserIndex?
    let session: SessionTag
    let place: Place?
    let length: Int
    let likes: TextVector
    let searched: TextVector
    let fingerprint: UInt64
    let count: Int
    let candidates: [ItemIndex]?
    let filter: ItemFilter?
    let userAttributes: [String: AttributeValue]
    let excluded: Set<ItemIndex>
    let scenario: String?
    let item: ItemIndex?
    let rules: Set<String>
    let variant: String?
    let includeSeen: Bool?
    let diversity: Double?
    let explains: Bool
    let counterfactuals: CounterfactualLimits?

    init(of query: Query) {
        user = query.user
        session = query.session
        place = query.place
        length = query.history.count
        likes = query.likes
        searched = query.searched.vector
        fingerprint = query.history.fingerprint
        count = query.count
        candidates = query.candidates
        filter = query.filter
        userAttributes = query.userAttributes
        excluded = query.excluded
        scenario = query.scenario
        item = query.item
        rules = query.rules
        variant = query.variant
        includeSeen = query.includeSeen
        diversity = query.diversity
        explains = query.explains
        counterfactuals = query.counterfactuals
    }
}

extension History {
    /// A number that differs when anything of the history does (FNV-1a over whole words, mixed at the end).
    fileprivate var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func add(_ word: UInt64) {
            hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
        }
        for item in items { add(UInt64(truncatingIfNeeded: item.rawValue)) }
        for time in times { add(UInt64(bitPattern: time.milliseconds)) }
        for type in types { add(UInt64(type)) }
        for value in values { add(UInt64(value.bitPattern)) }
        for weight in weights { add(UInt64(weight.bitPattern)) }
        for session in sessions { add(UInt64(session.rawValue)) }
        return hash
    }
}

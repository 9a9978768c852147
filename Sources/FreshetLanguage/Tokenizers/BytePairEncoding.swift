import FreshetCore

/// Byte-pair encoding (Sennrich and others, 2016): of all neighbours, the pair that was learned first is joined, until no pair
/// is known.
///
/// Neighbours wait in a heap, so a word of a million characters takes a million times a logarithm, not a million squared.
struct BytePairEncoding: TokenModel {
    let vocabulary: Vocabulary
    /// What stands for characters outside the vocabulary; without it they are left out.
    let unknown: Int32?
    /// Whether neighbours outside the vocabulary are one unknown token.
    let fusesUnknown: Bool
    /// The tokens of the 256 bytes, where a character outside the vocabulary is written as its bytes.
    let byteTokens: [Int32]?
    /// Whether a word that is a token is taken whole.
    let takesWholeWords: Bool
    /// For each pair of tokens, when it was learned and what it becomes.
    private let merges: [UInt64: Merge]

    private struct Merge { let rank: UInt32, id: Int32 }

    /// Creates the model from pairs in the order in which they were learned.
    /// - Throws: `FreshetError` when a pair joins tokens, or gives one, that the vocabulary lacks.
    init(
        vocabulary: Vocabulary,
        merges pairs: [(left: [UInt8], right: [UInt8])],
        unknown: Int32? = nil,
        fusesUnknown: Bool = false,
        byteTokens: [Int32]? = nil,
        takesWholeWords: Bool = false
    ) throws {
        var merges: [UInt64: Merge] = [:]
        merges.reserveCapacity(pairs.count)
        for (rank, pair) in pairs.enumerated() {
            guard let left = vocabulary.id(of: pair.left), let right = vocabulary.id(of: pair.right),
                let id = vocabulary.id(of: pair.left + pair.right)
            else {
                let names = [pair.left, pair.right].map { String(decoding: $0, as: UTF8.self) }
                throw FreshetError(
                    .invalidData,
                    "Merge \(rank + 1) of the tokenizer joins '\(names[0])' and '\(names[1])', which the vocabulary lacks."
                )
            }
            merges[Self.key(left, right)] = Merge(rank: UInt32(rank), id: id)
        }
        self.vocabulary = vocabulary
        self.merges = merges
        self.unknown = unknown
        self.fusesUnknown = fusesUnknown
        self.byteTokens = byteTokens
        self.takesWholeWords = takesWholeWords
    }

    func appendTokens(of word: ArraySlice<UInt8>, to ids: inout [Int32]) {
        if takesWholeWords, let id = vocabulary.id(of: word) { return ids.append(id) }
        var symbols = symbols(of: word)
        join(&symbols)
        ids += symbols
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private func symbols(of word: ArraySlice<UInt8>) -> [Int32] {
        var symbols: [Int32] = []
        symbols.reserveCapacity(word.count)
        var followsUnknown = false
        word.forEachScalar { _, _, place in
            let id = vocabulary.trie.value(of: word[place])
            if id >= 0 {
                symbols.append(id)
            } else if let byteTokens {
                for byte in word[place] { symbols.append(byteTokens[Int(byte)]) }
            } else if let unknown, !(fusesUnknown && followsUnknown) {
                symbols.append(unknown)
            }
            followsUnknown = id < 0
        }
        return symbols
    }

    /// Joins neighbours in a linked list; what has been joined to its left neighbour becomes `-1`.
    private func join(_ symbols: inout [Int32]) {
        guard symbols.count > 1 else { return }
        var next = symbols.indices.map { Int32($0 + 1) }
        var previous = symbols.indices.map { Int32($0 - 1) }
        let end = Int32(symbols.count)
        var queue = MinimumHeap()
        func merge(at place: Int32) -> Merge? {
            let right = next[Int(place)]
            return right < end ? merges[Self.key(symbols[Int(place)], symbols[Int(right)])] : nil
        }
        func consider(_ place: Int32) {
            if let merge = merge(at: place) { queue.insert(UInt64(merge.rank) << 32 | UInt64(place)) }
        }
        for place in 0..<(end - 1) { consider(place) }
        while let entry = queue.popMinimum() {
            let place = Int32(truncatingIfNeeded: entry & 0xFFFF_FFFF)
            // The pair may have gone since it was put there.
            guard symbols[Int(place)] >= 0, let merge = merge(at: place), merge.rank == UInt32(entry >> 32) else {
                continue
            }
            let right = next[Int(place)]
            symbols[Int(place)] = merge.id
            symbols[Int(right)] = -1
            next[Int(place)] = next[Int(right)]
            if next[Int(right)] < end { previous[Int(next[Int(right)])] = place }
            if previous[Int(place)] >= 0 { consider(previous[Int(place)]) }
            consider(place)
        }
        symbols.removeAll { $0 < 0 }
    }
}

/// A binary heap, the least number first.
private struct MinimumHeap {
    private var entries: [UInt64] = []

    mutating func insert(_ entry: UInt64) {
        var child = entries.count
        entries.append(entry)
        while child > 0, entries[(child - 1) / 2] > entry {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popMinimum() -> UInt64? {
        guard let last = entries.popLast() else { return nil }
        guard let minimum = entries.first else { return last }
        entries[0] = last
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < entries.count else { return minimum }
            let child = left + 1 < entries.count && entries[left + 1] < entries[left] ? left + 1 : left
            guard entries[child] < last else { return minimum }
            entries.swapAt(parent, child)
            parent = child
        }
    }
}

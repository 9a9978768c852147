import CFreshetKernels
import Foundation
import FreshetCore
import FreshetData

/// What the items' texts say of candidates: how like a candidate is to what the user chose last, and what counts say of items
/// like it.
///
/// Counts know nothing of an item without events and little of a rare one; its text is there from the start. Items near the
/// newest ones in content are candidates as well, so an item can be proposed before its first event.
public struct ContentEvidence: CandidateEvidence {
    /// The rows in their order.
    private enum Row: Int, CaseIterable {
        /// Cosine to the item of the newest event of which something is said.
        case contentNewest
        /// Cosine to the mean of the last five.
        case contentSession
        /// Cosine to the mean of the last fifty.
        case contentTaste
        /// 1 / (1 + days since the item's first event).
        case novelty
        /// Flag: the item has no event yet.
        case unseen
        /// Co-visitation's score of the items like the candidate, weighed by the square of their likeness, as a logarithm.
        case followedLikes
        /// Co-visitation's score after the items like the newest one, weighed likewise, as a logarithm.
        case likesFollowers
        /// Cosine to what the user looked for lately, less the longer ago that is.
        case searched
    }

    /// How many items are proposed.
    public struct Configuration: Codable, Sendable, Equatable {
        /// Those nearest to the newest item.
        public var ofNewest = 20
        /// Those nearest to each of the other recent items.
        public var ofRecent = 8
        /// Those that follow items like the newest one.
        public var ofFollowers = 30

        /// The defaults.
        public init() {}
    }

    /// The number of newest events that make a session, and a taste.
    private static let (session, taste) = (5, 50)
    /// The number of items like another one that are asked about it.
    private static let likes = 8

    private let view: ContentView
    private let searches: RecentSearches?
    private let configuration: Configuration

    /// Creates evidence of the vectors that a view has whenever it is asked.
    ///
    /// - Parameters:
    ///   - view: the items' vectors.
    ///   - searches: what users looked for, for whoever asks about a user and does not say.
    ///   - configuration: how many items are proposed.
    public init(
        of view: ContentView,
        searches: RecentSearches? = nil,
        configuration: Configuration = Configuration()
    ) {
        self.view = view
        self.searches = searches
        self.configuration = configuration
    }

    /// The rows that it fills.
    public var rows: [FeatureRow] {
        Row.allCases.map { row in
            switch row {
            case .contentNewest, .contentSession, .contentTaste:
                FeatureRow("\(row)", factor: 2, start: 1, firstStart: 3)
            case .searched: FeatureRow("\(row)", factor: 2, start: 2, firstStart: 3)
            case .novelty, .unseen: FeatureRow("\(row)")
            case .followedLikes, .likesFollowers: FeatureRow("\(row)", center: -5, factor: 1 / 3, start: 0.1)
            }
        }
    }

    /// Likeness counts for more where counts are silent and where the item is new.
    public var products: [FeatureProduct] {
        let pairs: [(Row, String)] = [
            (.contentNewest, "notCoVisited"), (.contentSession, "notCoVisited"), (.contentNewest, "novelty"),
            (.contentSession, "novelty"), (.contentTaste, "novelty"), (.contentNewest, "contentNewest"),
            (.contentNewest, "coVisitationOfLast"), (.followedLikes, "notCoVisited"), (.contentNewest, "own"),
            (.searched, "notCoVisited"), (.searched, "novelty"),
        ]
        return pairs.map { FeatureProduct("\($0)", $1) }
    }

    private func vectors(for request: CandidateRequest) -> ItemVectors { (request.reading?.view ?? view).current }

    /// What the user of a request looked for lately.
    private func searched(_ request: CandidateRequest) -> RecentSearch {
        guard let searches, let user = request.user else { return request.searched }
        return (request.reading?.searches ?? searches).recent(of: user, at: Timestamp(seconds: request.time))
    }

    /// Proposes what is near the newest items and searches, and what follows items near the newest one.
    public func propose(for request: CandidateRequest, into set: CandidateSet) {
        let vectors = vectors(for: request)
        let items = request.history.items
        set.similarFollowers.reset(itemCount: request.streaming.itemCount)
        for item in searched(request).nearest { set.propose(item, from: .searched) }
        guard let newest = items.last, vectors.itemCount > 0 else { return }
        let source = CandidateSources.nearContent
        vectors.forEachNeighbour(of: newest.position, configuration.ofNewest) { item, _ in
            set.propose(ItemIndex(rawValue: item), from: source)
        }
        for item in items.suffix(Self.session).dropLast() where item != newest {
            vectors.forEachNeighbour(of: item.position, configuration.ofRecent) { item, _ in
                set.propose(ItemIndex(rawValue: item), from: source)
            }
        }
        var total: Float = 0
        vectors.forEachNeighbour(of: newest.position, Self.likes) { _, likeness in total += likeness * likeness }
        guard total > 0 else { return }
        let followers = set.similarFollowers
        vectors.forEachNeighbour(of: newest.position, Self.likes) { item, likeness in
            request.streaming.coVisitation.forEachFollower(
                of: Int(item),
                times: likeness * likeness / total,
                at: request.time
            ) { followers.add($0, $1) }
        }
        followers.forEachTop(configuration.ofFollowers) { item, _ in
            set.propose(ItemIndex(rawValue: item), from: source)
        }
    }

    /// Fills the rows.
    public func write(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {
        let vectors = vectors(for: request)
        let width = vectors.width
        writeAges(request, from: first, into: set)
        writeLikes(vectors, from: first, into: set)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: 3 * width) { memory in
            guard let users = memory.baseAddress, vectors.itemCount > 0 else { return }
            users.update(repeating: 0, count: 3 * width)
            let searched = searched(request)
            if searched.vector.belongs(to: vectors) { write(searched, of: vectors, from: first, into: set) }
            guard describe(request, searched.vector, by: vectors, into: users) else { return }
            for place in 0..<set.count {
                guard let item = vectors.pointer(of: Int(set.items[place])) else { continue }
                for row in Row.contentNewest.rawValue...Row.contentTaste.rawValue {
                    set.write(first + row, at: place, to: freshet_dot(item, users + row * width, width))
                }
            }
        }
    }

    /// Writes the user's three vectors: of the newest item, of the session and of the taste.
    ///
    /// What is known beside events, and what the user looked for, counts as one event of the taste each, and for all three
    /// where no event says anything.
    ///
    /// - Returns: whether anything is known of the user.
    private func describe(
        _ request: CandidateRequest,
        _ searched: TextVector,
        by vectors: ItemVectors,
        into users: UnsafeMutablePointer<Float>
    ) -> Bool {
        let width = vectors.width
        var known = 0
        for item in request.history.items.suffix(Self.taste).reversed() {
            guard let vector = vectors.pointer(of: item.position), (0..<width).contains(where: { vector[$0] != 0 })
            else { continue }
            if known == 0 { freshet_axpy(users, vector, 1, width) }
            if known < Self.session { freshet_axpy(users + width, vector, 1, width) }
            freshet_axpy(users + 2 * width, vector, 1, width)
            known += 1
        }
        let rows = known == 0 ? 0...2 : 2...2
        func add(_ text: TextVector) {
            guard text.belongs(to: vectors) else { return }
            text.numbers.withUnsafeBufferPointer { numbers in
                for row in rows { freshet_axpy(users + row * width, numbers.baseAddress!, 1, width) }
            }
            known += 1
        }
        add(request.profile)
        add(searched)
        for row in 0..<3 {
            let length = freshet_sum_of_squares(users + row * width, width).squareRoot()
            if length > 0 { freshet_scale(users + row * width, Float(1 / length), width) }
        }
        return known > 0
    }

    private func write(_ searched: RecentSearch, of vectors: ItemVectors, from first: Int, into set: CandidateSet) {
        searched.vector.numbers.withUnsafeBufferPointer { search in
            for place in 0..<set.count {
                guard let item = vectors.pointer(of: Int(set.items[place])) else { continue }
                let likeness = freshet_dot(item, search.baseAddress!, vectors.width)
                set.write(first + Row.searched.rawValue, at: place, to: searched.strength * likeness)
            }
        }
    }

    private func writeAges(_ request: CandidateRequest, from first: Int, into set: CandidateSet) {
        for place in 0..<set.count {
            guard let lifetime = request.streaming.lifetime(of: set.item(at: place)) else {
                set.write(first + Row.novelty.rawValue, at: place, to: 1)
                set.write(first + Row.unseen.rawValue, at: place, to: 1)
                continue
            }
            let days = Float(max(0, request.time - lifetime.lowerBound)) / 86_400
            set.write(first + Row.novelty.rawValue, at: place, to: 1 / (1 + days))
        }
    }

    /// What co-visitation says of items like a candidate after the history, and of the candidate after items like the newest.
    private func writeLikes(_ vectors: ItemVectors, from first: Int, into set: CandidateSet) {
        let least = CandidateFeature.leastCoVisitation
        let hasHistory = set.segment != .noHistory
        for place in 0..<set.count {
            let item = set.items[place]
            var (sum, total): (Float, Float) = (0, 0)
            vectors.forEachNeighbour(of: Int(item), hasHistory ? Self.likes : 0) { other, likeness in
                sum += likeness * likeness * set.followers[ItemIndex(rawValue: other)]
                total += likeness * likeness
            }
            let followed = total > 0 ? max(logf(sum / total), least) : least
            set.write(first + Row.followedLikes.rawValue, at: place, to: followed)
            let follower = max(logf(set.similarFollowers[ItemIndex(rawValue: item)]), least)
            set.write(first + Row.likesFollowers.rawValue, at: place, to: follower)
        }
    }
}

extension CandidateSources {
    /// What is near the user's newest items by what is said of them.
    public static let nearContent = CandidateSources(named: "near content")
    /// What is near what the user looked for lately.
    public static let searched = CandidateSources(named: "searched")
}

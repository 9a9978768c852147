import FreshetCore
import FreshetData
import FreshetModels

/// How much of what would be shown first its users dislike later, and how often what they like next is among it.
///
/// Before every event that likes its item, the ten best candidates that the user has not dealt with are looked at. What is
/// a dislike is said by the default table of meanings, whatever the models were told, so that runs compare.
struct LaterDislikes {
    private static let places = 10

    /// The figures.
    struct Figures: Encodable {
        /// Liked events before which the list was looked at.
        var events = 0
        /// The share of them whose item was in the list.
        var likedRecall = 0.0
        /// The share of the places whose items their users dislike at some later time.
        var laterDisliked = 0.0
        /// The share of the places whose items their users like at some later time.
        var laterLiked = 0.0

        /// The same for people.
        var words: String {
            "Of the first \(LaterDislikes.places) places before \(Words.count(events)) liked events, "
                + "\(Words.decimal(100 * laterDisliked, 2))% are disliked by their user later and "
                + "\(Words.decimal(100 * laterLiked, 2))% liked; Recall@\(LaterDislikes.places) of what is liked next "
                + "\(Words.decimal(likedRecall, 4))."
        }
    }

    /// What a user says of an item, and when first.
    private struct Opinion {
        var first: Int64
        var last: Int64
        var isDislike: Bool
    }

    private struct Pair: Hashable {
        let user: UserIndex
        let item: ItemIndex
    }

    private let weights: [Float]
    private var opinions: [Pair: Opinion] = [:]
    private var (events, hits, disliked, liked) = (0, 0, 0, 0)

    /// Looks a stream through; `nil` where nobody dislikes anything.
    init?(_ stream: EventStream) {
        weights = stream.opinions
        guard weights.contains(where: { $0 < 0 }) else { return nil }
        for (event, weight) in zip(stream.events, weights) where abs(weight) > 0 {
            let pair = Pair(user: event.user, item: event.item)
            let first = opinions[pair]?.first ?? event.offset
            opinions[pair] = Opinion(first: first, last: event.offset, isDislike: weight < 0)
        }
    }

    /// Takes in what would be shown before an event.
    mutating func note(_ event: StreamEvent, among set: CandidateSet) {
        guard weights[Int(event.event.offset) - 1] > 0 else { return }
        let (user, now, opinions) = (event.event.user, event.event.offset, opinions)
        let shown = CandidateRanker.best(Self.places + set.count / 2, of: set).lazy
            .filter { (opinions[Pair(user: user, item: $0.item)]?.first ?? .max) >= now }
            .prefix(Self.places)
        events += 1
        for place in shown {
            if place.item == event.event.item { hits += 1 }
            guard let opinion = opinions[Pair(user: user, item: place.item)], opinion.last >= now else { continue }
            if opinion.isDislike { disliked += 1 } else { liked += 1 }
        }
    }

    /// The figures so far.
    var figures: Figures {
        let places = Double(max(events, 1) * Self.places)
        return Figures(
            events: events,
            likedRecall: Double(hits) / Double(max(events, 1)),
            laterDisliked: Double(disliked) / places,
            laterLiked: Double(liked) / places
        )
    }
}

import FreshetCore

/// An item on its way through the pipeline, with what each source says about it.
struct Candidate: Sendable, Equatable {
    /// The item.
    let item: ItemIndex
    /// Who proposed it.
    var sources: CandidateSources = []
    /// The trained model's score; `nil` where the model does not know the item or the user did nothing it knows.
    var modelScore: Float?
    /// How popular it is now.
    var popularity: Float = 0
    /// How much it goes together with the user's items.
    var coVisitation: Float = 0
    /// The cosine between its words and categories and those of the user's items.
    var likeness: Float = 0
    /// What the ranker makes of it, and what the policies work on.
    var score: Float = 0
    /// The probability with which the policies put it in its place.
    var propensity: Float = 1
}

/// The candidates of one request, each item once.
struct CandidateSet {
    private(set) var candidates: [Candidate] = []
    private var places: [ItemIndex: Int] = [:]

    /// Adds an item, or marks it as proposed by a further source.
    mutating func add(_ item: ItemIndex, from source: CandidateSources, _ change: (inout Candidate) -> Void = { _ in })
    {
        let place: Int
        if let known = places[item] {
            place = known
        } else {
            place = candidates.count
            places[item] = place
            candidates.append(Candidate(item: item))
        }
        candidates[place].sources.formUnion(source)
        change(&candidates[place])
    }

    /// Changes every candidate in place.
    mutating func update(_ change: (inout [Candidate]) -> Void) { change(&candidates) }

    func contains(_ item: ItemIndex) -> Bool { places[item] != nil }
}

import FreshetCore
import FreshetExperiments
import FreshetRecommendation
import FreshetTensor

/// The list that is shown: of one variant, or of several together by team draft.
struct AnsweredList {
    /// The version that answered; the live one where several did.
    let version: ModelVersion
    /// The items, best first.
    let items: [RankedItem]
    /// The rules that were in force for any of them.
    let rules: [String]
    /// Which variant put each item there, where several answered.
    let teams: [UInt8]?
    /// The segments that the user is in.
    var segments: [String] = []

    /// The list of one variant.
    init(_ list: RankedList) {
        (version, items, rules, teams) = (list.version, list.items, list.rules, nil)
    }

    /// The list that several variants make by turns.
    ///
    /// - Parameters:
    ///   - lists: their own lists.
    ///   - count: how many items it has.
    ///   - version: the version that it goes under.
    ///   - seed: of the draws.
    init(_ lists: [RankedList], count: Int, version: ModelVersion, seed: UInt64) {
        var random = RandomSource.stream(seed: seed, 2)
        let places = Interleaving.teamDraft.merge(
            lists.map { $0.items.map(\.item) },
            count: count,
            random: &random
        )
        self.version = version
        items = places.compactMap { place in lists[place.team].items.first { $0.item == place.item } }
        rules = Set(lists.flatMap(\.rules)).sorted()
        teams = places.map { UInt8($0.team) }
    }
}

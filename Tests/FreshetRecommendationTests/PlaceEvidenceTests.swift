import FreshetCore
import FreshetData
import Testing

@testable import FreshetModels
@testable import FreshetRecommendation

/// Distance as a feature, and what is learned from it.
@Suite struct PlaceEvidenceTests {
    private let now: Int64 = 1_700_500_000

    /// Item 0 is in the south, 1 there as well, 2 a hundred degrees north of it, 3 nowhere.
    private static let catalog: CatalogView = {
        let view = CatalogView(unlisted: .show)
        let latitudes: [Double?] = [-50, -50, 50, nil]
        view.put(
            latitudes.enumerated().map { number, latitude in
                var item = Item(id: "\(number)")
                if let latitude {
                    item.attributes = ["latitude": .number(latitude), "longitude": .number(10)]
                }
                return (ItemIndex(number), item)
            }
        )
        return view
    }()

    private func collected(_ history: [Int], from latitude: Double? = nil) -> CandidateSet {
        let set = CandidateSet()
        let context = ScoringContext(user: nil, history: History(items: history.map { ItemIndex($0) }[...]))
        CandidateRanker(evidence: [PlaceEvidence(of: Self.catalog)]).collect(
            context,
            from: StreamingModels(),
            at: now,
            place: latitude.flatMap { Place(latitude: $0, longitude: 10) },
            adding: (1..<4).map { ProposedItem(item: ItemIndex($0), source: .scan) },
            into: set
        )
        return set
    }

    /// The rows of an item: ln(1 + km), and whether it is nowhere.
    private func rows(of item: Int, in set: CandidateSet) throws -> [Float] {
        let place = try #require(set.index(of: ItemIndex(item)))
        let names = set.table.names
        return try ["distance", "unplaced"].map { name in
            set.values[place * set.table.stride + (try #require(names.firstIndex(of: name)))]
        }
    }

    @Test func distanceIsFromThePlaceOrTheNewestItemThatHasOne() throws {
        // A hundred degrees are 11119.5 km, whose ln(1 + km) is 9.3166.
        let south = collected([], from: -50)
        #expect(try rows(of: 1, in: south) == [0, 0])
        #expect(try abs(rows(of: 2, in: south)[0] - 9.3166) < 1e-3)
        #expect(try rows(of: 3, in: south) == [2.4, 1])
        let north = collected([0], from: 50)
        #expect(try abs(rows(of: 1, in: north)[0] - 9.3166) < 1e-3, "the place of the request counts, not the history")
        let implied = collected([0, 3])
        #expect(try rows(of: 1, in: implied) == [0, 0] && rows(of: 3, in: implied) == [2.4, 1])
        let unknown = collected([3])
        for item in 1..<4 { #expect(try rows(of: item, in: unknown) == [2.4, 0]) }
    }

    /// Who is in the south chooses there and who is in the north there: only distance tells the two apart.
    @Test func whatAKilometreWeighsIsLearned() {
        var trainer = FusionTrainer()
        for step in 0..<600 {
            let isSouth = step % 2 == 0
            trainer.learn(ItemIndex(isSouth ? 1 : 2), among: collected([3], from: isSouth ? -50 : 50))
        }
        for (latitude, item) in [(-50.0, 1), (-40, 1), (40, 2), (50, 2)] {
            let set = collected([3], from: latitude)
            CandidateRanker.rank(set, with: trainer.weights)
            let best = CandidateRanker.best(4, of: set).map(\.item.position).filter { $0 != 3 }
            #expect(best.first == item)
        }
    }
}

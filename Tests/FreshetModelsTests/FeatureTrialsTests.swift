import FreshetCore
import FreshetData
import FreshetTensor
import Testing

@testable import FreshetModels

@Suite("Feature trials") struct FeatureTrialsTests {
    /// Users of two countries who choose items of one of two brands each, by country; colours and tastes are drawn.
    private static func dataset(times: Bool = true) -> Dataset {
        var random = RandomSource(seed: 5)
        let (users, items) = (300, 60)
        var histories = Histories()
        for user in 0..<users {
            let chosen = (0..<10).map { _ in ItemIndex(2 * random.below(items / 2) + user % 2) }
            let start = Int64(random.below(1000))
            histories.append(
                History(
                    items: chosen[...],
                    times: times
                        ? (0..<10).map { Timestamp(milliseconds: (start + Int64($0) * 1000) * 3_600_000) }[...] : []
                )
            )
        }
        return Dataset(
            users: IdentifierTable((0..<users).map { "u\($0)" }),
            items: IdentifierTable((0..<items).map { "i\($0)" }),
            histories: histories,
            itemDetails: (0..<items).map { item in
                Item(
                    id: "i\(item)",
                    attributes: [
                        "brand": .text(item % 2 == 0 ? "north" : "south"), "colour": .text("c\(random.below(3))"),
                        "slogan": .text("s\(item)"), "currency": .text("EUR"),
                    ]
                )
            },
            userDetails: (0..<users).map { user in
                User(
                    id: "u\(user)",
                    attributes: ["country": .text(user % 2 == 0 ? "no" : "it"), "taste": .text("t\(random.below(3))")]
                )
            }
        )
    }

    @Test func whatTellsIsToldFromWhatDoesNot() throws {
        var trials = FeatureTrials()
        trials.choices = 1500
        let report = try trials.run(on: Self.dataset(), session: TrainingSession(seed: 2))
        let byName = Dictionary(uniqueKeysWithValues: report.features.map { ($0.name, $0) })
        let proposed = report.features.filter(\.isProposed).map(\.name)
        #expect(proposed.contains("item.brand") && proposed.contains("user.country"), "\(report.features)")
        for name in ["item.colour", "user.taste", "weekday", "item.currency", "item.slogan"] {
            #expect(byName[name]?.isProposed == false, "\(name): \(String(describing: byName[name]))")
        }
        #expect(byName["item.currency"]?.fault == FeatureColumn.Fault.constant.rawValue)
        #expect(byName["item.slogan"]?.fault == "most have a value of their own")
        #expect(byName["item.brand"]?.coverage == 1 && byName["item.brand"]?.values == 2)
        #expect(report.choices == 1500 && report.testChoices == 300)
        #expect(report.features.first?.isProposed == true)
    }

    @Test func logsThatCannotTellAreRefused() {
        let trials = FeatureTrials()
        let session = TrainingSession(seed: 2)
        #expect(throws: FreshetError.self) { try trials.run(on: Self.dataset(times: false), session: session) }
        var short = Self.dataset()
        short.histories = Histories(offsets: Array(repeating: 0, count: short.users.count + 1))
        #expect(throws: FreshetError.self) { try trials.run(on: short, session: session) }
    }

    /// Counts are of before the choice, and the other item was known by then and not the user's.
    @Test func choicesKnowOnlyWhatWasBefore() throws {
        var random = RandomSource(seed: 3)
        let dataset = Self.dataset()
        let table = ChoiceTable(dataset, limit: 200, random: &random)
        #expect(table.count == 400)
        let labels = table.known[0].codes.map { table.known[0].texts[Int($0)] }
        #expect(labels == (0..<400).map { $0 % 2 == 0 ? "1" : "0" })
        let popularity = try #require(table.features.first { $0.column.name == "popularity" }?.column)
        // Some hundred choices come before these 200 of 3,000, of 60 items: so that each has some tens.
        let magnitudes = Set(popularity.codes.map { popularity.texts[Int($0)] })
        #expect(magnitudes.isSubset(of: ["5", "6", "7"]) && !magnitudes.isEmpty, "\(magnitudes)")
        var had: [String: Set<String>] = [:]
        for user in 0..<dataset.users.count {
            had[dataset.users[user]] = Set(dataset.histories[UserIndex(user)].items.map { dataset.items[$0.position] })
        }
        for row in 0..<table.count where row % 2 == 0 {
            let user = table.known[1].texts[Int(table.known[1].codes[row])]
            let item = table.known[2].texts[Int(table.known[2].codes[row])]
            #expect(had[user]?.contains(item) == true)
        }
        #expect(Set(table.owners(.item)).count == Set(table.known[2].codes).count)
    }
}

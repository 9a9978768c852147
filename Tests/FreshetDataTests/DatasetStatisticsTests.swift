import Foundation
import FreshetCore
import FreshetData
import Testing

@Suite struct DatasetStatisticsTests {
    let dataset = Dataset(
        users: IdentifierTable(["a", "b", "idle"]),
        items: IdentifierTable(["w", "x", "y", "never"]),
        eventTypes: [.view, .purchase],
        histories: Histories(
            offsets: [0, 4, 6, 6],
            items: [0, 1, 0, 2, 0, 0].map { ItemIndex($0) },
            times: [10, 20, 20, 30, 5, 5],
            types: [0, 1, 1, 1, 0, 1],
            values: [.nan, 2, 4, .nan, .nan, 6]
        )
    )

    /// Items w, x, y have 4, 1, 1 events: Gini = 2·(1·1 + 2·1 + 3·4) / (3·6) − 4/3 = 1/3.
    @Test func countsByHand() {
        let statistics = DatasetStatistics(of: dataset)
        #expect(statistics.users == 2)
        #expect(statistics.items == 3)
        #expect(statistics.catalogueItems == 4)
        #expect(statistics.events == 6)
        #expect(statistics.density == 1)
        #expect(statistics.eventsPerUser.minimum == 2)
        #expect(statistics.eventsPerUser.median == 3)
        #expect(statistics.eventsPerUser.maximum == 4)
        #expect(statistics.eventsPerItem.median == 1)
        #expect(statistics.eventsPerItem.mean == 2)
        #expect(statistics.eventTypes.map(\.type) == [.purchase, .view])
        #expect(statistics.eventTypes.map(\.count) == [4, 2])
        #expect(statistics.values?.mean == 4)
        #expect(statistics.timeRange == DatasetStatistics.TimeRange(first: 5, last: 30))
        #expect(abs(statistics.repeatShare - 2.0 / 6) < 1e-12)
        #expect(abs(statistics.tiedTimeShare - 2.0 / 6) < 1e-12)
        #expect(abs(statistics.popularityGini - 1.0 / 3) < 1e-12)
    }

    @Test func describesItselfAndComesBackFromJSON() throws {
        let statistics = DatasetStatistics(of: dataset)
        let lines = statistics.description.split(separator: "\n")
        #expect(lines.contains("users            2"))
        #expect(lines.contains("items            3 of 4 in the catalogue"))
        #expect(lines.contains("first event      1970-01-01T00:00:05Z"))
        let json = try JSONEncoder().encode(statistics)
        #expect(try JSONDecoder().decode(DatasetStatistics.self, from: json) == statistics)
    }

    @Test func survivesNoEvents() {
        let empty = Dataset(users: IdentifierTable(), items: IdentifierTable(), histories: Histories())
        let statistics = DatasetStatistics(of: empty)
        #expect(statistics.density == 0)
        #expect(statistics.popularityGini == 0)
        #expect(!statistics.description.isEmpty)
    }
}

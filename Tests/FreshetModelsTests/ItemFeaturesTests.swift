import FreshetCore
import FreshetData
import FreshetModels
import Testing

@Suite struct ItemFeaturesTests {
    func dataset(_ items: [Item]) -> Dataset {
        Dataset(
            users: IdentifierTable(),
            items: IdentifierTable(items.map(\.id)),
            histories: Histories(),
            itemDetails: items
        )
    }

    func similarity(_ rows: FeatureRows, _ left: Int, _ right: Int) -> Float {
        var sum: Float = 0
        for a in rows.offsets[left]..<rows.offsets[left + 1] {
            for b in rows.offsets[right]..<rows.offsets[right + 1] where rows.columns[a] == rows.columns[b] {
                sum += rows.values[a] * rows.values[b]
            }
        }
        return sum
    }

    let items = [
        Item(id: "a", title: "red heart lamp", categories: ["light"], attributes: ["price": .number(2)]),
        Item(id: "b", title: "blue heart lamp", categories: ["light"], attributes: ["price": .number(2)]),
        Item(id: "c", title: "garden spade", categories: ["tool"], attributes: ["price": .number(9)]),
        Item(id: "d"),
    ]

    @Test func likeItemsAreNear() {
        let rows = ItemFeatures(of: dataset(items)).rows
        #expect(rows.rowCount == 4)
        #expect(abs(similarity(rows, 0, 0) - 1) < 1e-5)
        #expect(similarity(rows, 0, 1) > 0.5)
        #expect(similarity(rows, 0, 2) < 0.1)
    }

    @Test func weightsChooseTheBlocks() {
        var weights = ItemFeatures.Weights()
        (weights.text, weights.attributes, weights.numbers) = (0, 0, 0)
        let rows = ItemFeatures(of: dataset(items), weights: weights).rows
        #expect(abs(similarity(rows, 0, 1) - 1) < 1e-5)
        #expect(rows.offsets[3] == rows.offsets[4])
    }

    @Test func unknownItemsHaveNoFeatures() {
        let dataset = Dataset(users: IdentifierTable(), items: IdentifierTable(["x", "y"]), histories: Histories())
        #expect(ItemFeatures(of: dataset).rows == FeatureRows(columnCount: 0, offsets: [0, 0, 0]))
    }
}

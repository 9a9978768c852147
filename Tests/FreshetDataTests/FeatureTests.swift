import FreshetCore
import FreshetData
import Testing

@Suite struct FeatureTests {
    @Test func normalizesNumbers() {
        let normalizer = NumericNormalizer(learning: [1e9 + 2, nil, 1e9 + 6, .nan])
        #expect(normalizer.mean == 1e9 + 4)
        #expect(normalizer.deviation == 2)
        #expect(normalizer.normalize(1e9 + 8) == (2, false))
        #expect(normalizer.normalize(nil) == (0, true))
        #expect(NumericNormalizer(learning: [5, 5]).normalize(6) == (1, false))
        #expect(NumericNormalizer(learning: []).normalize(6) == (6, false))
    }

    @Test func encodesCategories() {
        let encoder = CategoryEncoder(learning: [["a", "b"], ["a"], ["a", "c", "c"], ["a", "b"]])
        #expect(encoder.categories == ["a", "b", "c"])
        #expect(encoder.weights[0] == 0)
        #expect(abs(encoder.weights[1] - 0.693147) < 1e-5)
        let rows = encoder.rows(for: [["c", "c", "x"], []])
        #expect(rows.offsets == [0, 1, 1])
        #expect(rows.columns == [2])
        #expect(CategoryEncoder(learning: [["a"], ["a", "b"]], minimumCount: 2).categories == ["a"])
    }

    @Test func encodesAttributes() {
        let things: [[String: AttributeValue]] = [
            ["price": .number(1), "brand": .text("x"), "size": .number(3)],
            ["price": .number(3), "brand": .texts(["x", "y"]), "size": .text("L")],
            [:],
        ]
        let encoder = AttributeEncoder(learning: things)
        #expect(encoder.numericNames == ["price"])
        #expect(encoder.categories.categories == ["brand=x", "brand=y", "size=3.0", "size=L"])
        let rows = encoder.numericRows(for: things)
        #expect(rows.columns == [0, 0, 1])
        #expect(rows.values == [-1, 1, 1])
        #expect(encoder.categoryRows(for: things).offsets == [0, 2, 5, 5])
    }
}

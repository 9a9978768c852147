import FreshetCore
import Testing

@Suite struct SpellingTests {
    @Test(arguments: [
        ("fitler", "filter"), ("titel", "title"), ("category", "categories"), ("userId", "user"), ("USER", "user"),
        ("item-id", "item"), ("timestamp", "time"), ("eventType", "type"), ("usr", "user"), ("catgories", "categories"),
    ]) func findsWhatIsMeant(name: String, meant: String) {
        let known = ["user", "item", "type", "time", "value", "filter", "title", "categories", "count"]
        #expect(Spelling.nearest(to: name, among: known) == meant)
        #expect(Spelling.question(for: name, among: known) == " Did you mean '\(meant)'?")
    }

    @Test(arguments: ["", "x", "colour", "quantity", "ab", String(repeating: "user", count: 1000)])
    func suggestsNothingFarOff(name: String) {
        #expect(Spelling.nearest(to: name, among: ["user", "item", "recommendation_id"]) == nil)
        #expect(Spelling.question(for: name, among: ["user"]) == "")
    }

    @Test func takesTheNearestAndOfEqualOnesTheFirst() {
        #expect(Spelling.nearest(to: "timer", among: ["time", "timers", "tiger"]) == "time")
        #expect(Spelling.nearest(to: "tiger", among: ["timers", "tigers"]) == "tigers")
        #expect(Spelling.nearest(to: "x", among: []) == nil)
    }
}

import Foundation
import FreshetCore
import Testing

@Suite struct EventMeaningsTests {
    private let meanings = EventMeanings()

    @Test(arguments: [
        ("view", Float.nan, Float(1)), ("something_new", .nan, 1), ("something_new", -3, 1),
        ("dislike", .nan, -1), ("dislike", -1, -1), ("hide", .nan, -1), ("not_interested", .nan, -1),
        ("skip", .nan, -0.5), ("impression", .nan, 0), ("search", 2, 0),
        ("rating", 5, 1), ("rating", 3, 1), ("rating", 2.5, 0), ("rating", 2, -1), ("rating", 0, -1),
        ("rating", .nan, 1),
        ("vote", 1, 1), ("vote", 0, 0), ("vote", -1, -1), ("dwell", 3, 0), ("dwell", 30, 1),
        ("purchase", 2, 1), ("purchase", 0, 1),
    ]) func knownNamesHaveMeanings(type: String, value: Float, weight: Float) {
        #expect(meanings[EventType(rawValue: type)].weight(of: value) == weight)
    }

    @Test(arguments: [
        ("return", Float.nan), ("refund", .nan), ("unlike", .nan), ("remove_from_cart", .nan), ("purchase", -1),
        ("add_to_cart", -2),
    ]) func returnsTakeBack(type: String, value: Float) {
        #expect(meanings[EventType(rawValue: type)].weight(of: value).isNaN)
    }

    @Test(arguments: ["not_interested", "notInterested", "Not interested", "NOT-INTERESTED"])
    func namesAreComparedByTheirWords(name: String) {
        #expect(meanings[EventType(rawValue: name)].sense == .negative)
    }

    @Test func aTableOfNothingCountsAllAlike() {
        #expect(EventMeanings.allAlike["rating"].weight(of: 1) == 1)
        #expect(EventMeanings.allAlike.areAlike(for: ["dislike", "rating"]))
        #expect(meanings.areAlike(for: ["view", "like"]) && !meanings.areAlike(for: ["view", "rating"]))
    }

    @Test func readsWhatItWrites() throws {
        var table = EventMeanings()
        table.types["rating"] = EventMeaning(weight: 2, likingFrom: 8, dislikeUpTo: 4, none: 0)
        table.otherwise = EventMeaning(.neutral)
        let read = try JSONDecoder().decode(EventMeanings.self, from: JSONEncoder().encode(table))
        #expect(read == table && read["rating"].weight(of: 0) == 2 && read["unheard_of"].weight(of: .nan) == 0)
        let short = #"{"types": {"share": {"weight": 3}}}"#
        #expect(try JSONDecoder().decode(EventMeanings.self, from: Data(short.utf8))["share"].weight(of: .nan) == 3)
    }

    @Test(arguments: [
        EventMeaning(weight: 0), EventMeaning(.negative, weight: -1), EventMeaning(likingFrom: 2, dislikeUpTo: 2),
        EventMeaning(likingFrom: .infinity),
    ]) func refusesWhatMakesNoSense(meaning: EventMeaning) {
        let error = #expect(throws: FreshetError.self) { try EventMeanings(types: ["odd": meaning]).validate() }
        #expect(error?.kind == .usage && error?.message.contains("'odd'") == true)
    }
}

import Foundation
import FreshetCore
import Testing

/// What a filter expression may say, and what is said of one that is wrong.
@Suite struct FilterExpressionTests {
    private static func root(_ text: String) throws -> FilterNode { try FilterExpression(text).root }

    @Test func bindsAsOneReadsIt() throws {
        let (a, b, c) = (tag("a"), tag("b"), tag("c"))
        let text = #"tags = "a" or tags = "b" and not tags = "c""#
        #expect(try Self.root(text) == .any([a, .all([b, .not(c)])]))
        #expect(try Self.root(#"(tags = "a" or tags = "b") AND Not (tag = 'c')"#) == .all([.any([a, b]), .not(c)]))
    }

    private func tag(_ text: String) -> FilterNode { .test(FilterTest(.tags, .equal, [.text(text)])) }

    @Test(arguments: [
        ("category in (\"a\", 'b')", FilterTest(.categories, .any, [.text("a"), .text("b")])),
        ("tags all (\"a\")", FilterTest(.tags, .all, [.text("a")])),
        ("\"a\" in tags", FilterTest(.tags, .equal, [.text("a")])),
        ("title == \"a \\\" b\"", FilterTest(.title, .equal, [.text("a \" b")])),
        ("attributes.price <= 1.5e2", FilterTest(.attribute("price"), .lessOrEqual, [.number(150)])),
        ("attributes.\"list price\" > -3", FilterTest(.attribute("list price"), .greater, [.number(-3)])),
        ("5 < attributes.price", FilterTest(.attribute("price"), .greater, [.number(5)])),
        ("user.age >= attributes.age", FilterTest(.attribute("age"), .lessOrEqual, [.user("age")])),
        ("user.country in attributes.sold", FilterTest(.attribute("sold"), .equal, [.user("country")])),
        ("user.age < 18", FilterTest(.user("age"), .less, [.number(18)])),
        ("attributes.new = true", FilterTest(.attribute("new"), .equal, [.flag(true)])),
        ("attributes.größe exists", FilterTest(.attribute("größe"), .exists)),
        ("created_at >= 2024-05-01", FilterTest(.createdAt, .greaterOrEqual, [.time(1_714_521_600)])),
        ("created_at < 2024-05-01T02:00:00.5+02:00", FilterTest(.createdAt, .less, [.time(1_714_521_600.5)])),
        ("created_at > now - 2 days", FilterTest(.createdAt, .greater, [.ago(172_800)])),
        ("created_at > now-2d", FilterTest(.createdAt, .greater, [.ago(172_800)])),
        ("distance_km < 5", FilterTest(.distance, .less, [.number(5)])),
        ("user.radius >= distance_km", FilterTest(.distance, .lessOrEqual, [.user("radius")])),
        ("created_at <= now", FilterTest(.createdAt, .lessOrEqual, [.ago(0)])),
        (
            "attributes.released between \"2020-01-01\" and 2021-01-01",
            FilterTest(.attribute("released"), .between, [.time(1_577_836_800), .time(1_609_459_200)])
        ),
    ]) func readsEveryCondition(text: String, test: FilterTest) throws {
        #expect(try Self.root(text) == .test(test), "\(text)")
    }

    @Test func negatesWhatIsWrittenAsUnequal() throws {
        #expect(try Self.root("tags != \"a\"") == .not(tag("a")))
        #expect(try Self.root("tags not in (\"a\")") == .not(.test(FilterTest(.tags, .any, [.text("a")]))))
    }

    /// Every mistake is named at the character where it is.
    @Test(arguments: [
        ("", 1), ("   ", 4), ("price > 5", 1), ("attributes.price >", 19), ("attributes.price > \"dear\"", 20),
        ("tags = \"a", 8), ("tags = a", 8), ("tags < \"a\"", 8), ("tags = 5", 8), ("tags in \"a\"", 9),
        ("tags in (\"a\"", 13), ("tags in ()", 10), ("(tags = \"a\"", 12), ("tags = \"a\")", 11),
        ("tags = \"a\" tags = \"b\"", 12), ("created_at > 2024-13-01", 14), ("created_at = true", 14), ("5 = 6", 1),
        ("attributes = 5", 12), ("attributes. = 5", 13), ("not", 4), ("tags ~ \"a\"", 6), ("tags = \"ä\" ~", 12),
        ("created_at > now - 5", 21), ("created_at > now - 5 moons", 22), ("attributes.a = attributes.b", 16),
        ("distance_km < \"near\"", 15), ("distance_km < now", 15), ("distance_km = true", 15), ("distance < 5", 1),
        ("attributes.a between 1 or 2", 24), ("attributes.a = 1e999", 16), ("tags not \"a\"", 10),
    ]) func saysWhereAMistakeIs(text: String, position: Int) throws {
        let error = try #require(throws: FilterSyntaxError.self) { try FilterExpression(text) }
        #expect(error.position == position, "\(text): \(error)")
    }

    @Test func saysWhatMayBeMeant() throws {
        let error = try #require(throws: FilterSyntaxError.self) { try FilterExpression("categries = \"a\"") }
        #expect(error.message.contains("did you mean 'categories'?"))
        let other = try #require(throws: FilterSyntaxError.self) { try FilterExpression("price < 5") }
        #expect(other.message.contains("attributes.price"))
    }

    @Test func hasLimits() throws {
        let deep = String(repeating: "(", count: 32) + "tags = \"a\"" + String(repeating: ")", count: 32)
        #expect(throws: FilterSyntaxError.self) { try FilterExpression("(" + deep + ")") }
        _ = try FilterExpression(String(deep.dropFirst().dropLast()))
        let values = Array(repeating: "\"a\"", count: 1001).joined(separator: ",")
        #expect(throws: FilterSyntaxError.self) { try FilterExpression("tags in (\(values))") }
        let long = "tags = \"" + String(repeating: "a", count: FilterExpression.maximumLength) + "\""
        #expect(throws: FilterSyntaxError.self) { try FilterExpression(long) }
    }

    @Test func namesTheUsersAttributesThatItNeeds() throws {
        let text = "user.age > 5 and (attributes.a < user.budget or not tags in (user.tags, \"x\"))"
        #expect(try FilterExpression(text).userAttributes == ["age", "budget", "tags"])
    }

    @Test func isWrittenAsItsText() throws {
        let expression = try FilterExpression("tags = \"a\"")
        let data = try JSONEncoder().encode(expression)
        #expect(try JSONDecoder().decode(FilterExpression.self, from: data) == expression)
        let wrong = Data("\"tags ! 5\"".utf8)
        #expect { try JSONDecoder().decode(FilterExpression.self, from: wrong) } throws: {
            "\($0)".contains("character 6")
        }
    }
}

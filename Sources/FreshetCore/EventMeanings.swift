/// What events say of their items, by type: the one table that models, counts, evaluation and explanations go by.
///
/// A type that has no row means what `otherwise` says: by default a liking of weight 1. Names are compared without
/// regard to case and to what joins their words: `addToCart` and `Add to cart` are `add_to_cart`.
public struct EventMeanings: Sendable, Equatable, Codable {
    /// The meaning of each type that has one of its own.
    public var types: [String: EventMeaning]
    /// The meaning of every other type.
    public var otherwise: EventMeaning

    /// Creates a table; by default that of the names which are in common use.
    public init(types: [String: EventMeaning] = EventMeanings.known, otherwise: EventMeaning = EventMeaning()) {
        self.types = types
        self.otherwise = otherwise
    }

    /// Every event is a liking of weight 1, whatever its type and value: what published protocols count.
    public static let allAlike = EventMeanings(types: [:])

    /// The meaning of a type.
    public subscript(type: EventType) -> EventMeaning {
        if let meaning = types[type.rawValue] { return meaning }
        let name = Self.normalized(type.rawValue)
        return types[name] ?? types.first { Self.normalized($0.key) == name }?.value ?? otherwise
    }

    /// Whether every event of these types is a liking of weight 1, so that there is nothing to tell apart.
    public func areAlike(for types: some Sequence<EventType>) -> Bool { types.allSatisfy { self[$0].isPlain } }

    /// Checks weights and scales.
    /// - Throws: ``FreshetError`` of kind `usage` that names the type.
    public func validate() throws {
        for (name, meaning) in types.sorted(by: { $0.key < $1.key }) + [("otherwise", otherwise)] {
            guard let problem = meaning.problem else { continue }
            throw FreshetError(.usage, "The meaning of the event type '\(name)' \(problem).")
        }
    }

    /// A name in small letters, its words joined by `_`.
    static func normalized(_ name: String) -> String {
        var result = ""
        var last: Character = "_"
        for letter in name {
            if letter.isLetter || letter.isNumber {
                if letter.isUppercase, last.isLowercase { result += "_" }
                result += letter.lowercased()
            } else if result.last != "_", !result.isEmpty {
                result += "_"
            }
            last = letter
        }
        return result.last == "_" ? String(result.dropLast()) : result
    }

    private enum CodingKeys: String, CodingKey { case types, otherwise }

    /// Reads `{"types": {"rating": {"liking_from": 4}}, "otherwise": {}}`; all of it may be missing.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            types: try container.decodeIfPresent([String: EventMeaning].self, forKey: .types) ?? Self.known,
            otherwise: try container.decodeIfPresent(EventMeaning.self, forKey: .otherwise) ?? EventMeaning()
        )
    }
}

extension EventMeanings {
    /// The meanings of names in common use.
    public static let known: [String: EventMeaning] = [
        "view": EventMeaning(),
        "click": EventMeaning(),
        "play": EventMeaning(),
        "like": EventMeaning(),
        "add_to_cart": quantity,
        "cart": quantity,
        "purchase": quantity,
        "rating": stars,
        "review": stars,
        "vote": EventMeaning(likingFrom: 0.5, dislikeUpTo: -0.5),
        "dwell": EventMeaning(likingFrom: 10),

        "impression": EventMeaning(.neutral),
        "search": EventMeaning(.neutral),
        "seen": EventMeaning(.neutral),
        "satisfaction": EventMeaning(.neutral),

        "dislike": EventMeaning(.negative),
        "downvote": EventMeaning(.negative),
        "hide": EventMeaning(.negative),
        "not_interested": EventMeaning(.negative),
        "report": EventMeaning(.negative),
        "skip": EventMeaning(.negative, weight: 0.5),

        "cancel": EventMeaning(.takesBack),
        "refund": EventMeaning(.takesBack),
        "remove_from_cart": EventMeaning(.takesBack),
        "return": EventMeaning(.takesBack),
        "unlike": EventMeaning(.takesBack),
    ]

    /// Ratings of one to five: from 3 on a liking, up to 2 a dislike.
    public static let stars = EventMeaning(likingFrom: 3, dislikeUpTo: 2)

    /// A quantity; a negative one is a return.
    private static let quantity = EventMeaning(takesBackBelow: 0)
}

import FreshetCore
import FreshetEngine

extension Schemas {
    /// What callers send.
    static let requests: [(name: String, schema: JSONValue)] = [
        (
            "Event",
            request(
                "One thing that a user did to an item; with a `text` instead of an item, what they looked for.",
                [
                    "user": identifier.adding("title", "May be left out where there is a session."),
                    "session": identifier.adding("title", "Its events are one session, whatever time lies between."),
                    "item": identifier, "type": eventType, "value": number,
                    "items": [
                        "type": "array", "items": identifier, "minItems": 1,
                        "title": "For the type `seen`: what was on the screen, in the place of one item.",
                    ],
                    "profit": number.adding("title", "What a conversion leaves; where missing, its item's says it."),
                    "time": time,
                    "text": searchText.adding("title", "What the user looked for, where there is no item."),
                    "id": identifier.adding("title", "Its own id: sent twice, it counts once."),
                    "recommendation_id": identifier.adding("title", "The answer that it is feedback on."),
                ]
            ).adding("anyOf", [["required": ["item"]], ["required": ["text"]], ["required": ["items"]]])
        ),
        ("Item", request("One thing that can be recommended.", required: ["id"], [("id", identifier)] + itemFields)),
        (
            "ItemFields",
            request("What is known of an item; its id stands in the path.", [("id", identifier)] + itemFields)
        ),
        ("User", request("A user.", required: ["id"], ["id": identifier, "attributes": attributes])),
        ("UserFields", request("What is known of a user.", ["id": identifier, "attributes": attributes])),
        ("Attribute", ["anyOf": [["type": ["number", "boolean", "string"]], texts]]),
        (
            "Filter",
            request(
                "Which items may appear: every condition that is set must hold.",
                [
                    "categories": texts, "excluded_categories": texts, "tags": texts, "attributes": attributes,
                    "expression": expression, "include_unavailable": ["type": "boolean"],
                ]
            )
        ),
        (
            "Place",
            request(
                "Where it is asked from, in degrees.",
                required: ["latitude", "longitude"],
                [
                    "latitude": ["type": "number", "minimum": -90, "maximum": 90],
                    "longitude": ["type": "number", "minimum": -180, "maximum": 180],
                ]
            )
        ),
        (
            "SessionEvent",
            request(
                "An event of an anonymous session.",
                required: ["item"],
                [
                    "item": identifier, "type": eventType, "time": time,
                ]
            )
        ),
        (
            "RecommendationRequest",
            request(
                "What does this user want next?",
                [
                    ("user", identifier), ("session", session), ("events", sessionEvents),
                    ("cursor", ["type": "string", "description": "The `next` of the page before."]),
                    (
                        "counterfactual",
                        ["type": "boolean", "description": "Without which events would each item not be there?"]
                    ),
                ] + question
            )
        ),
        (
            "BatchRequest",
            request(
                "What does each of these users want next?",
                required: ["users"],
                [
                    (
                        "users",
                        [
                            "type": "array", "minItems": 1,
                            "maxItems": .number(Double(BatchRequest.maximumUsers)), "items": identifier,
                        ]
                    )
                ] + question
            )
        ),
        (
            "RankingRequest",
            request(
                "In which order does this user want these items?",
                required: ["items"],
                [
                    "user": identifier, "session": session, "events": sessionEvents,
                    "items": ["type": "array", "minItems": 1, "maxItems": 1000, "items": identifier],
                    "count": count, "scenario": shortText, "place": reference("Place"), "context": context,
                    "filter": filter, "explain": ["type": "boolean"], "fields": itemDetails,
                ]
            )
        ),
        (
            "BasketRequest",
            request(
                "What goes with these items?",
                required: ["items"],
                [
                    "items": [
                        "type": "array", "minItems": 1, "maxItems": .number(Double(BasketRequest.maximumItems)),
                        "items": identifier,
                    ],
                    "user": identifier, "session": session, "count": count, "scenario": shortText,
                    "place": reference("Place"), "context": context, "filter": filter,
                    "exclude": ["type": "array", "maxItems": 10_000, "items": identifier],
                    "include_seen": ["type": "boolean"], "fields": itemDetails,
                ]
            )
        ),
        (
            "ShelvesRequest",
            request(
                "What could the rows of a page hold for this user?",
                [
                    ("user", identifier), ("session", session), ("events", sessionEvents),
                    (
                        "shelves",
                        [
                            "type": "integer", "minimum": 1, "maximum": .number(Double(ShelvesRequest.maximumShelves)),
                            "description": "How many rows at most; 5 unless given.",
                        ]
                    ),
                ] + question
            )
        ),
        ("SegmentRequest", request("What does a segment want?", question)),
        (
            "LabelRequest",
            request(
                "Which categories, tags or brands suit this user?",
                required: ["of"],
                [
                    "of": ["type": "string", "pattern": "^(categories|tags|attributes\\..+)$"],
                    "items": [
                        "type": "integer", "minimum": 0, "maximum": .number(Double(LabelRequest.maximumExamples)),
                        "description": "How many items each label is given; 3 unless given.",
                    ],
                    "user": identifier, "session": session, "events": sessionEvents, "count": count,
                    "scenario": shortText, "place": reference("Place"),
                    "filter": filter, "exclude": ["type": "array", "maxItems": 10_000, "items": identifier],
                    "include_seen": ["type": "boolean"],
                ]
            )
        ),
        (
            "SearchRequest",
            request(
                "Which items does this text look for?",
                required: ["query"],
                [
                    "query": searchText, "record": ["type": "boolean"],
                    "user": identifier, "session": session, "events": sessionEvents,
                    "count": count, "scenario": shortText, "place": reference("Place"), "context": context,
                    "filter": filter, "fields": itemDetails,
                ]
            )
        ),
        (
            "ClassifyRequest",
            request(
                "Of which class are these texts?",
                required: ["texts"],
                [
                    "texts": [
                        "type": "array", "minItems": 1, "maxItems": .number(Double(Engine.mostTexts)),
                        "items": ["type": "string"],
                    ],
                    "classifier": shortText,
                    "top": [
                        "type": "integer", "minimum": 1, "maximum": .number(Double(ClassifyRequest.mostLabels)),
                        "description": "How many labels of each text; 1 unless given.",
                    ],
                ]
            )
        ),
        (
            "RepliesRequest",
            request(
                "What is known to this question?",
                required: ["question"],
                [
                    "question": ["type": "string"], "replies": shortText,
                    "count": [
                        "type": "integer", "minimum": 1, "maximum": .number(Double(RepliesRequest.mostAnswers)),
                        "description": "How many answers at most; 3 unless given.",
                    ],
                ]
            )
        ),
        (
            "MergeRequest",
            request(
                "A visitor who turned out to be an account.",
                required: ["from", "into"],
                ["from": identifier, "into": identifier]
            )
        ),
        (
            "KeyRequest",
            request(
                "A key to make.",
                required: ["name", "rights"],
                [
                    "name": ["type": "string", "minLength": 1],
                    "rights": ["type": "array", "minItems": 1, "maxItems": 4, "items": right],
                    "expires": time(until: KeysController.lastSecond),
                ]
            )
        ),
    ]

    /// What is asked for, whoever asks.
    static let question: [(String, JSONValue)] = [
        ("count", count), ("scenario", shortText), ("place", reference("Place")), ("context", context),
        ("filter", filter),
        ("exclude", ["type": "array", "maxItems": 10_000, "items": identifier]), ("include_seen", ["type": "boolean"]),
        ("diversity", ["type": "number", "minimum": 0, "maximum": 1]), ("explain", ["type": "boolean"]),
        ("fields", itemDetails),
    ]
    /// What is known of the moment.
    static let context: JSONValue = [
        "type": "object", "additionalProperties": reference("Attribute"),
        "maxProperties": .number(Double(Impression.maximumContext)),
        "title": "What is known of the moment, such as the device; kept with the answer, to learn clicks by.",
    ]
    /// The session that asks.
    static let session = identifier.adding("title", "The session that asks; without a user, who asks.")
    static let sessionEvents: JSONValue = [
        "type": "array", "maxItems": 1000, "items": reference("SessionEvent"),
    ]
    /// An expression, or an object of conditions.
    static let filter: JSONValue = ["anyOf": [expression, reference("Filter")]]
    /// A filter in words.
    static let expression: JSONValue = [
        "type": "string", "minLength": 1, "maxLength": .number(Double(FilterExpression.maximumLength)),
        "description": "A condition such as `category = \"Kitchen\" and attributes.price < user.budget`.",
        "examples": ["attributes.price between 5 and 20 and not tags in (\"used\")"],
    ]
    /// Details of the items of an answer.
    static let itemDetails: JSONValue = [
        "type": "array", "maxItems": .number(Double(ItemFields.maximumCount)),
        "items": ["type": "string", "pattern": "^(title|categories|tags|attributes(\\..+)?|available|created_at)$"],
    ]

    static let attributes: JSONValue = [
        "type": "object", "additionalProperties": reference("Attribute"), "maxProperties": 1000,
    ]
    static let right: JSONValue = ["type": "string", "enum": ["events", "read", "write", "admin"]]
    static let searchText: JSONValue = [
        "type": "string", "maxLength": .number(Double(SearchRequest.longestQuery)),
    ]
    static let count: JSONValue = ["type": "integer", "minimum": 1, "maximum": 1000]

    static let itemFields: [(String, JSONValue)] = [
        ("title", ["type": "string"]), ("text", ["type": "string"]), ("categories", texts), ("tags", texts),
        ("attributes", attributes),
        (
            "vectors",
            [
                "type": "object", "maxProperties": 16,
                "additionalProperties": ["type": "array", "maxItems": 4096, "items": number],
            ]
        ),
        ("available", ["type": "boolean"]), ("created_at", time),
    ]
    /// What rounds to a 32-bit floating-point number that is finite.
    static let number: JSONValue = [
        "type": "number", "minimum": -3.4028235677973362e38, "maximum": 3.4028235677973362e38,
    ]
    static let eventType: JSONValue = identifier.adding("examples", ["view", "cart", "purchase", "like", "rating"])

    /// The schema of an object that callers send: what is not required may be `null`, and there is nothing else.
    static func request(
        _ detail: String,
        required: [String] = [],
        _ properties: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        request(detail, required: required, properties.map { ($0.key, $0.value) })
    }

    static func request(_ detail: String, required: [String] = [], _ properties: [(String, JSONValue)]) -> JSONValue {
        object(
            detail,
            required: required,
            properties.map { required.contains($0.0) ? $0 : ($0.0, ["anyOf": [$0.1, ["type": "null"]]]) }
        ).adding("additionalProperties", false)
    }

    /// The schema of an object.
    static func object(
        _ detail: String,
        required: [String] = [],
        _ properties: KeyValuePairs<String, JSONValue>
    ) -> JSONValue {
        object(detail, required: required, properties.map { ($0.key, $0.value) })
    }

    static func object(_ detail: String, required: [String] = [], _ properties: [(String, JSONValue)]) -> JSONValue {
        let value: JSONValue = [
            "type": "object", "description": .string(detail),
            "properties": .object(properties.map { .init(name: $0.0, value: $0.1) }),
        ]
        return required.isEmpty ? value : value.adding("required", .array(required.map { .string($0) }))
    }
}

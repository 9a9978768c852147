import FreshetCore
import FreshetEngine

extension Schemas {
    /// What callers get.
    static let answers: [(name: String, schema: JSONValue)] = [
        (
            "Delivery",
            object(
                "What became of a delivery.",
                required: ["accepted", "rejected"],
                [
                    "accepted": ["type": "integer", "minimum": 0],
                    "duplicates": [
                        "type": "integer", "minimum": 0, "description": "Those accepted that were there before.",
                    ],
                    "rejected": list(of: "Rejection"),
                    "warnings": list(of: "Warning"),
                    "offset": [
                        "type": "integer", "minimum": 0,
                        "description":
                            "Of events: by this offset of the log all of them are known (Freshet-Read-After).",
                    ],
                ]
            )
        ),
        (
            "Warning",
            object(
                "An entry that was accepted, and something is odd about it.",
                required: ["index", "warning"],
                ["index": ["type": "integer", "minimum": 0], "warning": ["type": "string"]]
            )
        ),
        (
            "Rejection",
            object(
                "An entry that was refused.",
                required: ["index", "error"],
                ["index": ["type": "integer", "minimum": 0], "error": ["type": "string"]]
            )
        ),
        (
            "Recommendation",
            object(
                "Items, best first.",
                required: ["recommendation_id", "model", "items"],
                [
                    "recommendation_id": ["type": "string"], "user": ["type": "string"], "model": reference("Version"),
                    "variant": [
                        "type": "string", "description": "The experiment and its variant that answered, if one runs.",
                    ],
                    "items": list(of: "RecommendedItem"),
                    "next": ["type": "string", "description": "The `cursor` of the next page; absent on the last."],
                ]
            )
        ),
        (
            "BatchAnswer",
            object("An answer a user.", required: ["answers"], ["answers": list(of: "Recommendation")])
        ),
        (
            "RecommendedItem",
            object(
                "An item of an answer.",
                required: ["id", "score"],
                [
                    "id": ["type": "string"], "score": ["type": "number"], "reasons": list(of: "Reason"),
                    "because_without": reference("Counterfactual"),
                    "title": ["type": "string"], "categories": texts, "tags": texts, "attributes": attributes,
                    "available": ["type": "boolean"], "created_at": ["type": "integer"],
                ]
            )
        ),
        (
            "Reason",
            object(
                "Why an item is there.",
                required: ["text", "weight"],
                ["text": ["type": "string"], "item": ["type": "string"], "weight": ["type": "number"]]
            )
        ),
        (
            "Counterfactual",
            object(
                "The events of the user's without which an item would not be there.",
                required: ["status", "items", "text"],
                [
                    "status": names(Counterfactual.Status.self),
                    "items": ["type": "array", "items": ["type": "string"]], "text": ["type": "string"],
                ]
            )
        ),
        (
            "Shelf",
            object(
                "A row of items with one idea behind it.",
                required: ["kind", "title", "recommendation_id", "model", "items"],
                [
                    "kind": names(ShelfKind.self), "title": ["type": "string"],
                    "item": ["type": "string", "description": "The user's item that it is about."],
                    "recommendation_id": ["type": "string"], "model": reference("Version"),
                    "items": list(of: "RecommendedItem"),
                ]
            )
        ), ("ShelfList", object("Rows, the first on top.", required: ["shelves"], ["shelves": list(of: "Shelf")])),
        (
            "SegmentAnswer",
            object(
                "What a segment wants.",
                required: ["recommendation_id", "model", "items", "users"],
                [
                    "recommendation_id": ["type": "string"], "model": reference("Version"),
                    "items": list(of: "RecommendedItem"),
                    "users": ["type": "integer", "minimum": 0, "description": "How many users were looked at."],
                ]
            )
        ),
        ("ItemList", object("Items, best first.", required: ["items"], ["items": list(of: "RecommendedItem")])),
        (
            "Label",
            object(
                "A category, a tag or an attribute's value that suits a user.",
                required: ["name", "score", "items"],
                [
                    "name": ["type": "string"], "score": ["type": "number"],
                    "items": ["type": "array", "items": ["type": "string"]],
                ]
            )
        ), ("LabelList", object("Labels, best first.", required: ["labels"], ["labels": list(of: "Label")])),
        (
            "RankedUser",
            object(
                "A user of an answer.",
                required: ["id", "score"],
                ["id": ["type": "string"], "score": ["type": "number"]]
            )
        ), ("UserList", object("Users, best first.", required: ["users"], ["users": list(of: "RankedUser")])),
        ("ItemPage", page("Item", "items")),
        ("UserPage", page("User", "users")),
        (
            "History",
            object(
                "The newest events of a user, oldest first.",
                required: ["events"],
                ["events": list(of: "PastEvent")]
            )
        ),
        (
            "PastEvent",
            object(
                "An event of the log, or a search.",
                required: ["user", "type"],
                [
                    "user": ["type": "string"], "item": ["type": "string"], "type": ["type": "string"],
                    "text": ["type": "string", "description": "What was looked for, in a search."],
                    "value": ["type": "number"],
                    "time": [
                        "type": "number", "description": "Seconds since 1970-01-01 UTC, with up to three decimals.",
                    ],
                ]
            )
        ),
        (
            "Classification",
            object(
                "What a classifier says of texts.",
                required: ["classifier", "results"],
                [
                    "classifier": ["type": "string"],
                    "results": [
                        "type": "array", "description": "The labels of each text, the most probable first.",
                        "items": list(of: "ClassifiedLabel"),
                    ],
                ]
            )
        ),
        (
            "ClassifiedLabel",
            object(
                "A label of a text.",
                required: ["label", "probability"],
                ["label": ["type": "string"], "probability": ["type": "number", "minimum": 0, "maximum": 1]]
            )
        ),
        (
            "Replies",
            object(
                "What is known to a question.",
                required: ["replies", "ask_a_person", "answers"],
                [
                    "replies": ["type": "string", "description": "The name of the index."],
                    "ask_a_person": [
                        "type": "boolean",
                        "description": "Whether no known question is alike enough to answer by itself.",
                    ],
                    "answers": list(of: "KnownAnswer"),
                    "answer": [
                        "type": "string",
                        "description":
                            "What to say, composed of the answers; only where the server composes and no person is asked.",
                    ],
                    "composer": [
                        "type": "string",
                        "description": "The model that composed it; absent where it is the best known answer as it is.",
                    ],
                ]
            )
        ),
        (
            "KnownAnswer",
            object(
                "A known answer, and how alike the question is that it answered.",
                required: ["question", "answer", "likeness"],
                [
                    "question": ["type": "string"], "answer": ["type": "string"], "likeness": ["type": "number"],
                ]
            )
        ),
        (
            "Merge",
            object(
                "What changed hands when a visitor was joined to an account.",
                required: ["user", "events", "impressions", "changed"],
                [
                    "user": ["type": "string", "description": "The id that both are known by."],
                    "events": ["type": "integer", "minimum": 0], "impressions": ["type": "integer", "minimum": 0],
                    "changed": ["type": "boolean", "description": "`false` where they were one before."],
                ]
            )
        ),
        (
            "Erasure",
            object(
                "What was removed when a user was erased, and what follows.",
                required: ["id", "user", "time", "rows", "state"],
                [
                    "id": ["type": "string"], "user": ["type": "string"], "time": milliseconds,
                    "rows": ["type": "integer"], "removed": reference("ErasedRows"),
                    "session_events": ["type": "integer"], "exemplars": ["type": "integer"],
                    "offset": ["type": "integer"], "state": names(ErasureReceipt.State.self), "due": milliseconds,
                    "version": reference("Version"), "retrained": milliseconds, "completed": milliseconds,
                    "older_versions": ["type": "array", "items": reference("Version")],
                    "backups_until": milliseconds,
                ]
            )
        ),
        (
            "ErasedRows",
            object(
                "How many rows of each kind went from the store.",
                required: ["attributes", "events", "searches", "impressions"],
                [
                    "attributes": ["type": "integer"], "events": ["type": "integer"],
                    "searches": ["type": "integer"],
                    "impressions": ["type": "integer", "description": "Answers that named the user."],
                ]
            )
        ),
        (
            "Key",
            object(
                "A key, without its secret.",
                required: ["id", "name", "rights", "created"],
                [
                    "id": ["type": "string"], "name": ["type": "string"], "rights": ["type": "array", "items": right],
                    "created": ["type": "integer"], "expires": ["type": "integer"],
                ]
            )
        ),
        ("KeyList", object("The keys there are.", required: ["keys"], ["keys": list(of: "Key")])),
        (
            "NewKey",
            object(
                "A key that was just made; its text is shown this once.",
                required: ["key", "text"],
                ["key": reference("Key"), "text": ["type": "string"]]
            )
        ),
        (
            "Problem",
            object(
                "A problem document (RFC 9457).",
                required: ["type", "title", "status", "detail", "instance"],
                [
                    "type": ["type": "string", "format": "uri-reference"], "title": ["type": "string"],
                    "status": ["type": "integer", "minimum": 400, "maximum": 599], "detail": ["type": "string"],
                    "instance": ["type": "string", "format": "uri-reference"],
                    "errors": [
                        "type": "array", "maxItems": 100,
                        "items": ["anyOf": [reference("Rejection"), reference("Fault")]],
                    ],
                ]
            )
        ),
        (
            "Fault",
            object(
                "One mistake in a request.",
                required: ["pointer", "detail"],
                [
                    "pointer": [
                        "type": "string",
                        "description": "Where: a JSON Pointer into the body, `?name` or `{name}`.",
                    ],
                    "detail": ["type": "string"],
                ]
            )
        ),
    ]

    private static func page(_ entry: String, _ name: String) -> JSONValue {
        object(
            "A page of a list, in the order of ids.",
            required: [name],
            [
                (name, list(of: entry)),
                ("next", ["type": "string", "description": "The `cursor` of the next page; absent on the last."]),
            ]
        )
    }
}

import FreshetCore

extension Schemas {
    /// What the operator wants of answers, as it goes in.
    static let ruleRequests: [(name: String, schema: JSONValue)] = [
        (
            "Rule",
            request(
                "When something is wanted of answers, and what.",
                required: ["then"],
                [
                    "id": ruleID, "enabled": ["type": "boolean"], "from": time, "until": time,
                    "when": reference("RuleCondition"), "then": reference("RuleActions"),
                    "holdout": [
                        "type": "number", "minimum": 0, "maximum": 0.9,
                        "description": "The share of users for whom it does nothing, to tell what it costs.",
                    ],
                ]
            )
        ),
        (
            "RuleCondition",
            request(
                "All that is set must hold.",
                ["scenario": shortText, "segment": ["type": "string"], "item": identifier]
            )
        ),
        (
            "RuleActions",
            request(
                "What is done to an answer.",
                [
                    "pin": entries("RulePin"), "boost": entries("RuleWeight"), "bury": entries("RuleWeight"),
                    "hide": expression, "filter": expression, "share": entries("RuleShare"),
                    "objective": [
                        "type": "object", "maxProperties": .number(Double(Rule.maximumEntries)),
                        "additionalProperties": ["type": "number", "minimum": -1, "maximum": 1],
                    ],
                ]
            )
        ),
        (
            "RulePin",
            request(
                "An item with a place of its own, from 1.",
                required: ["item", "position"],
                ["item": identifier, "position": ["type": "integer", "minimum": 1, "maximum": 1000]]
            )
        ),
        (
            "RuleWeight",
            request(
                "Items that count as chosen more or less often, by a factor.",
                required: ["filter", "by"],
                ["filter": expression, "by": ["type": "number", "minimum": 1, "maximum": 1_000_000]]
            )
        ),
        (
            "RuleShare",
            request(
                "Items that have a share of the places.",
                required: ["filter", "at_least"],
                ["filter": expression, "at_least": ["type": "number", "minimum": 0, "maximum": 1]]
            )
        ),
        (
            "DryRunRequest",
            request(
                "A rule, and a question to try it on.",
                required: ["rule"],
                [
                    ("rule", reference("Rule")), ("user", identifier), ("session", session),
                    ("events", sessionEvents),
                ] + question
            )
        ),
        ("SegmentFields", request("Which users.", required: ["filter"], ["id": ruleID, "filter": expression])),
        ("Policies", request("What happens to a ranked list before it is shown.", policies)),
    ]

    /// The same as it comes out.
    static let ruleAnswers: [(name: String, schema: JSONValue)] = [
        (
            "RuleVersion",
            object(
                "A rule as it is from a moment on; without a rule it was removed.",
                required: ["version", "changed_at"],
                [
                    "version": ["type": "integer", "minimum": 1], "changed_at": ["type": "number"],
                    "rule": reference("Rule"),
                    "warnings": ["type": "array", "items": ["type": "string"]],
                ]
            )
        ), ("RuleList", object("Rules, by their ids.", required: ["rules"], ["rules": list(of: "RuleVersion")])),
        (
            "RuleVersionList",
            object("Newest first.", required: ["versions"], ["versions": list(of: "RuleVersion")])
        ),
        (
            "DryRun",
            object(
                "The answer without the rule and with it.",
                required: ["before", "after", "in_force", "warnings"],
                [
                    "before": list(of: "RecommendedItem"), "after": list(of: "RecommendedItem"),
                    "in_force": [
                        "type": "boolean", "description": "Whether the question is one that the rule is for.",
                    ],
                    "warnings": ["type": "array", "items": ["type": "string"]],
                ]
            )
        ),
        ("Segment", object("Users.", required: ["id", "filter"], ["id": ruleID, "filter": expression])),
        ("SegmentList", object("By their ids.", required: ["segments"], ["segments": list(of: "Segment")])),
        (
            "Scenario",
            object(
                "A scenario with policies of its own.",
                required: ["id", "changed", "policies"],
                [
                    "id": ["type": "string"],
                    "changed": ["type": "boolean", "description": "Whether it has others than the configuration's."],
                    "policies": reference("Policies"),
                ]
            )
        ), ("ScenarioList", object("By their ids.", required: ["scenarios"], ["scenarios": list(of: "Scenario")])),
    ]

    /// The settings of a scenario.
    static let policies: [(String, JSONValue)] = [
        ("repeats", ["type": "object"]), ("maximum_per_category", ["type": "integer", "minimum": 1]),
        ("dislikes", ["type": "number", "minimum": 0, "maximum": 100]),
        ("diversity", share), ("calibration", share), ("long_tail", share), ("new_item_share", share),
        ("filter", expression),
        ("candidate_count", ["type": "integer", "minimum": 10, "maximum": 10_000]),
    ]
    private static let share: JSONValue = ["type": "number", "minimum": 0, "maximum": 1]
    private static let ruleID: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"]

    private static func entries(_ name: String) -> JSONValue {
        ["type": "array", "maxItems": .number(Double(Rule.maximumEntries)), "items": reference(name)]
    }
}

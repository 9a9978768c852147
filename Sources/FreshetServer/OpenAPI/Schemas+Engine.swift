import FreshetCore
import FreshetEngine

extension Schemas {
    /// What the engine says of itself.
    static let engine: [(name: String, schema: JSONValue)] = [
        (
            "Version",
            [
                "type": "string", "pattern": "^[0-9]{1,9}(\\.[0-9]{1,9})?$",
                "description": "A version and, after the point, how many micro-updates it had since.",
            ]
        ),
        (
            "VersionRecord",
            object(
                "A version of the model, and how it fared.",
                required: ["version", "state", "created", "offset", "figures"],
                [
                    "version": reference("Version"), "state": names(VersionRecord.State.self), "created": milliseconds,
                    "offset": ["type": "integer"], "training_started": milliseconds, "folder": ["type": "string"],
                    "source": ["type": "string", "description": "The snapshot that it comes from, if from one."],
                    "figures": figures,
                ]
            )
        ),
        (
            "Models",
            object(
                "The versions there are.",
                required: ["live", "versions"],
                ["live": reference("Version"), "versions": list(of: "VersionRecord")]
            )
        ),
        ("Live", object("The version that answers now.", required: ["live"], ["live": reference("Version")])),
        (
            "Decision",
            object(
                "Something that was decided about the model, with its evidence.",
                required: ["kind", "version", "time", "offset", "reason", "evidence"],
                [
                    "kind": names(Decision.Kind.self), "version": reference("Version"), "time": milliseconds,
                    "offset": ["type": "integer"], "reason": ["type": "string"], "evidence": figures,
                ]
            )
        ),
        (
            "Decisions",
            object("Decisions, newest first.", required: ["decisions"], ["decisions": list(of: "Decision")])
        ),
        (
            "Rate",
            object(
                "A share with its 95% interval, clustered by user.",
                required: ["value", "low", "high"],
                ["value": ["type": "number"], "low": ["type": "number"], "high": ["type": "number"]]
            )
        ),
        (
            "FeedbackRow",
            object(
                "The figures of one combination of what was asked for; a figure without data is missing.",
                required: ["group", "served", "seen", "clicks", "conversions", "assisted_conversions"],
                [
                    "group": ["type": "object", "additionalProperties": ["type": "string"]],
                    "answers": ["type": "integer"], "empty": reference("Rate"), "served": ["type": "integer"],
                    "seen": ["type": "integer"], "clicks": ["type": "integer"], "conversions": ["type": "integer"],
                    "assisted_conversions": ["type": "integer"], "ctr": reference("Rate"),
                    "acceptance": reference("Rate"), "conversion": reference("Rate"),
                    "value_per_1000": ["type": "number"], "profit_per_1000": ["type": "number"],
                    "satisfaction": ["type": "number"],
                    "clicks_to_come": ["type": "number"], "conversions_to_come": ["type": "number"],
                ]
            )
        ),
        ("Feedback", object("What came of the answers.", required: ["rows"], ["rows": list(of: "FeedbackRow")])),
        (
            "FeedbackPeriod",
            object(
                "Days in UTC.",
                required: ["from", "to"],
                ["from": ["type": "string", "format": "date"], "to": ["type": "string", "format": "date"]]
            )
        ),
        (
            "FeedbackChange",
            object(
                "How far a figure went; low and high are the 95% interval of the difference.",
                required: ["difference"],
                [
                    "difference": ["type": "number"],
                    "relative": [
                        "type": "number", "description": "As a share of the figure before; missing where that is 0.",
                    ],
                    "low": ["type": "number"], "high": ["type": "number"],
                ]
            )
        ),
        (
            "FeedbackComparison",
            object(
                "What came of the answers in two periods.",
                required: ["now", "before", "rows"],
                [
                    "now": reference("FeedbackPeriod"), "before": reference("FeedbackPeriod"),
                    "rows": list(of: "ComparedFeedback"),
                ]
            )
        ),
        (
            "ComparedFeedback",
            object(
                "The figures of both periods; one in which nothing was recommended is missing.",
                required: ["group", "changes"],
                [
                    "group": ["type": "object", "additionalProperties": ["type": "string"]],
                    "now": reference("FeedbackRow"), "before": reference("FeedbackRow"),
                    "changes": ["type": "object", "additionalProperties": reference("FeedbackChange")],
                ]
            )
        ),
        (
            "NextActions",
            object(
                "Which kind of event to ask a user for, the one that gains most first.",
                required: ["goal", "reached", "events", "actions"],
                [
                    "after": ["type": "string", "description": "The type of the user's newest event within a day."],
                    "goal": ["type": "string"],
                    "reached": ["type": "number", "description": "The chance to reach the goal if nothing is asked."],
                    "events": ["type": "integer", "description": "On how many events it rests."],
                    "actions": list(of: "NextAction"),
                ]
            )
        ),
        (
            "NextAction",
            object(
                "A kind of event; low and high are the 90% interval of the gain.",
                required: ["type", "chance", "reached", "gain", "low", "high", "best", "observed"],
                [
                    "type": ["type": "string"],
                    "chance": ["type": "number", "description": "That the user does it next."],
                    "reached": ["type": "number", "description": "The chance to reach the goal after it."],
                    "gain": ["type": "number", "description": "By how much it raises the chance to reach the goal."],
                    "low": ["type": "number"], "high": ["type": "number"],
                    "best": ["type": "number", "description": "The chance that no other gains more."],
                    "observed": ["type": "integer", "description": "How often it was seen after the same event."],
                ]
            )
        ),
        (
            "Status",
            object(
                "The state of the engine at one moment.",
                required: ["time", "started", "live", "log", "learner", "health"],
                [
                    "time": milliseconds, "started": milliseconds, "live": reference("Version"),
                    "log": ["type": "object"], "bots": reference("Bots"), "quarantine": reference("Quarantine"),
                    "impressions": ["type": "object"],
                    "content": reference("Content"), "learner": reference("Learner"),
                    "publication": reference("Publication"), "freshness": ["type": "object"],
                    "latency": ["type": "object"], "requests_per_second": ["type": "number"],
                    "figures": ["type": "object", "additionalProperties": figures],
                    "cohorts": [
                        "type": "object",
                        "additionalProperties": ["type": "object", "additionalProperties": figures],
                    ],
                    "curve": ["type": "array", "items": ["type": "object"]], "decisions": list(of: "Decision"),
                    "forgetting": ["type": "object"], "health": list(of: "Health"),
                ]
            )
        ),
        (
            "Publication",
            object(
                "The newest publication of a learner, where several processes share the work.",
                required: ["role", "lease", "number", "version", "offset", "time"],
                [
                    "role": names(EngineRole.self), "lease": ["type": "integer"],
                    "number": ["type": "integer", "description": "In the lease; 0 before the first."],
                    "version": reference("Version"), "offset": ["type": "integer"], "time": milliseconds,
                ]
            )
        ),
        (
            "Bots",
            object(
                "Users who act like machines.",
                required: ["policy", "users", "events", "newest"],
                [
                    "policy": ["type": "string", "enum": ["report", "leave_out"]],
                    "users": ["type": "integer", "description": "How many there are now."],
                    "events": ["type": "integer", "description": "Their events since the start."],
                    "newest": list(of: "Bot"),
                ]
            )
        ),
        (
            "Quarantine",
            object(
                "Events that the intake guard speaks against.",
                required: ["policy", "events", "unkept", "newest"],
                [
                    "policy": ["type": "string", "enum": ["off", "report", "leave_out"]],
                    "events": [
                        "type": "object", "additionalProperties": ["type": "integer"],
                        "description": "How many came since the start, by rule.",
                    ],
                    "unkept": [
                        "type": "integer",
                        "description": "Those that will count in a full training: too many to keep a list of.",
                    ],
                    "newest": list(of: "QuarantinedItem"),
                ]
            )
        ),
        (
            "QuarantinedItem",
            object(
                "An item with such events.",
                required: ["item", "reason", "time", "events"],
                [
                    "item": ["type": "string"],
                    "reason": ["type": "string", "enum": ["rate", "repetition", "burst"]],
                    "time": milliseconds, "events": ["type": "integer"],
                ]
            )
        ),
        (
            "Bot",
            object(
                "A user who acts like a machine.",
                required: ["user", "since", "events"],
                [
                    "user": ["type": "string"],
                    "sign": ["type": "string", "enum": ["rate", "repetition", "regularity"]],
                    "since": milliseconds, "events": ["type": "integer"],
                ]
            )
        ),
        (
            "Content",
            object(
                "What was read of the items' texts.",
                required: ["encoder", "items", "waiting"],
                [
                    "encoder": ["type": "string"], "items": ["type": "integer"], "waiting": ["type": "integer"],
                ]
            )
        ),
        (
            "Learner",
            object(
                "The continual learner in numbers.",
                required: ["state", "offset", "lag_events", "lag_seconds", "events_per_second"],
                [
                    "state": [
                        "type": "string",
                        "enum": ["waiting", "learning", "behind", "retraining", "stopped", "elsewhere"],
                    ],
                    "offset": ["type": "integer"], "lag_events": ["type": "integer"],
                    "lag_seconds": ["type": "number"], "events_per_second": ["type": "number"],
                    "loss": ["type": "number"], "learning_rate": ["type": "number"],
                    "retraining": ["type": "number", "description": "How far a full training is, 0 to 1."],
                    "candidate_lag_events": ["type": "integer"], "first_version": reference("FirstVersion"),
                    "gain": reference("Gain"),
                ]
            )
        ),
        (
            "FirstVersion",
            object(
                "How far the first trained version is; absent once a trained one serves.",
                required: ["stage", "message", "events"],
                [
                    "stage": names(EngineStatus.FirstVersion.Stage.self),
                    "message": ["type": "string", "description": "What is missing and how long it takes."],
                    "events": ["type": "integer"], "events_needed": ["type": "integer"],
                    "training": ["type": "number", "description": "How much of the training is done, 0 to 1."],
                    "judged_events": ["type": "integer"], "judged_events_at_most": ["type": "integer"],
                    "events_to_learn": ["type": "integer"],
                    "seconds_left": ["type": "number", "description": "Until it serves, about."],
                ]
            )
        ),
        (
            "Gain",
            object(
                "What the trained version that serves adds to the counts, on sampled events that both predicted.",
                required: ["events", "live", "counts", "low", "high"],
                [
                    "events": ["type": "integer"],
                    "live": ["type": "number", "description": "Mean reciprocal rank of what serves."],
                    "counts": ["type": "number", "description": "That of popularity and co-visitation alone."],
                    "low": ["type": "number", "description": "Lower end of the 95% interval of the difference."],
                    "high": ["type": "number", "description": "Its upper end."],
                ]
            )
        ),
        (
            "Health",
            object(
                "One part of the engine.",
                required: ["part", "is_well"],
                ["part": ["type": "string"], "is_well": ["type": "boolean"], "message": ["type": "string"]]
            )
        ),
        (
            "Probe",
            object(
                "Whether the server lives, or is ready.",
                required: ["status"],
                ["status": ["type": "string"], "live": reference("Version")]
            )
        ),
        (
            "Settings",
            object(
                "The settings in force; nothing secret is among them.",
                required: ["settings"],
                ["settings": list(of: "Setting")]
            )
        ),
        (
            "Setting",
            object(
                "A setting, where its value comes from, and the value, an object where it has a form of its own.",
                required: ["key", "value", "source"],
                ["key": ["type": "string"], "value": [:], "source": ["type": "string"]]
            )
        ),
    ]

    /// One of the names of a type.
    static func names<Name: CaseIterable & RawRepresentable<String>>(_ type: Name.Type) -> JSONValue {
        ["type": "string", "enum": .array(Name.allCases.map { .string($0.rawValue) })]
    }
}

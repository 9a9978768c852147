import FreshetCore

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
                    "offset": ["type": "integer"], "folder": ["type": "string"], "figures": figures,
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
            "Status",
            object(
                "The state of the engine at one moment.",
                required: ["time", "started", "live", "log", "learner", "health"],
                [
                    "time": milliseconds, "started": milliseconds, "live": reference("Version"),
                    "log": ["type": "object"], "learner": ["type": "object"], "freshness": ["type": "object"],
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

    private static func names<Name: CaseIterable & RawRepresentable<String>>(_ type: Name.Type) -> JSONValue {
        ["type": "string", "enum": .array(Name.allCases.map { .string($0.rawValue) })]
    }
}

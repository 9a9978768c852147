import FreshetCore

/// The JSON Schemas (draft 2020-12) of what goes in and out, by name.
enum Schemas {
    /// A reference to a schema by its name.
    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// An array of what a name says.
    static func list(of name: String) -> JSONValue { ["type": "array", "items": reference(name)] }

    /// An external id.
    ///
    /// The limit is in bytes, which JSON Schema cannot say.
    static let identifier: JSONValue = [
        "type": "string", "minLength": 1, "pattern": "^[^\\u0000]+$",
        "description": "Up to 256 bytes of UTF-8 (the setting ingest.maximum_id_length), none of them zero.",
    ]
    /// A short text.
    static let shortText: JSONValue = [
        "type": "string", "pattern": "^[^\\u0000]*$", "description": "Up to 256 bytes of UTF-8.",
    ]
    /// A moment, as callers may write it.
    static let time = time(until: Timestamp.latestPlausible)
    /// A moment until another.
    static func time(until latest: Int64) -> JSONValue {
        [
            "type": ["number", "string"], "format": "date-time", "minimum": -9_007_199_254_740_991,
            "maximum": .number(Double(latest)), "description": "Seconds since 1970-01-01 UTC, or RFC 3339.",
        ]
    }
    /// Milliseconds since 1970.
    static let milliseconds: JSONValue = ["type": "integer", "description": "Milliseconds since 1970-01-01 UTC."]
    /// Texts.
    static let texts: JSONValue = ["type": "array", "maxItems": 1000, "items": ["type": "string"]]
    /// Numbers by name.
    static let figures: JSONValue = ["type": "object", "additionalProperties": ["type": "number"]]

    /// All of them.
    static let all: [(name: String, schema: JSONValue)] =
        requests + tenantRequests + tenantAnswers + ruleRequests + experimentRequests + answers + ruleAnswers + engine
        + experiments
}

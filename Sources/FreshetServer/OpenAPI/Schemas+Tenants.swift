import FreshetCore

extension Schemas {
    /// What is asked for of tenants and logins.
    static let tenantRequests: [(name: String, schema: JSONValue)] = [
        ("SessionRequest", request("A key.", required: ["key"], ["key": ["type": "string", "minLength": 1]])),
        (
            "TenantRequest",
            request(
                "A tenant to make.",
                required: ["name"],
                [
                    "name": [
                        "type": "string", "pattern": "^[a-z0-9][a-z0-9-]{0,62}$",
                        "description": "Small letters, digits and hyphens, the first no hyphen.",
                    ],
                    "settings": [
                        "type": "object",
                        "description": """
                        What is set for it apart from others, by the keys of the configuration, such as `quota.items`, \
                        `sessions.maximum_events`; `rate_limit.requests_per_second` is of all its keys together.
                        """,
                    ],
                ]
            )
        ),
    ]

    /// What is answered of tenants, logins and what administrators did.
    static let tenantAnswers: [(name: String, schema: JSONValue)] = [
        (
            "Session",
            object(
                "Who is logged in.",
                required: ["tenant", "key", "expires"],
                [
                    "tenant": ["type": "string"], "key": reference("Key"),
                    "expires": ["type": "integer", "description": "Seconds since 1970."],
                ]
            )
        ),
        (
            "Act",
            object(
                "What an administrator did.",
                required: ["time", "operation", "path", "status", "trace"],
                [
                    "time": milliseconds,
                    "key": ["type": "string", "description": "The key's id; absent where none was needed."],
                    "name": ["type": "string", "description": "What the key is for."],
                    "operation": ["type": "string"], "path": ["type": "string"], "status": ["type": "integer"],
                    "trace": ["type": "string"],
                ]
            )
        ), ("AccessLog", object("What administrators did.", required: ["acts"], ["acts": list(of: "Act")])),
        (
            "TenantSize",
            object(
                "How much a tenant has.",
                required: ["events", "items", "users", "versions", "bytes", "waiting"],
                [
                    "events": ["type": "integer"], "items": ["type": "integer"], "users": ["type": "integer"],
                    "versions": ["type": "integer"], "bytes": ["type": "integer"],
                    "waiting": ["type": "integer", "description": "Events that wait to be learned."],
                ]
            )
        ),
        (
            "Tenant",
            object(
                "A tenant.",
                required: ["name", "state", "settings"],
                [
                    "name": ["type": "string"],
                    "state": [
                        "type": "string", "enum": .array(TenantReport.State.allCases.map { .string($0.rawValue) }),
                    ],
                    "size": reference("TenantSize"), "settings": ["type": "object"],
                ]
            )
        ), ("TenantList", object("The tenants there are.", required: ["tenants"], ["tenants": list(of: "Tenant")])),
        (
            "NewTenant",
            object(
                "A tenant that was just made, with its first key, whose text is shown this once.",
                required: ["tenant", "key", "text"],
                ["tenant": reference("Tenant"), "key": reference("Key"), "text": ["type": "string"]]
            )
        ),
        (
            "TenantReceipt",
            object(
                "What was deleted with a tenant.",
                required: ["name", "time", "deleted"],
                [
                    "name": ["type": "string"], "time": milliseconds, "deleted": reference("TenantSize"),
                ]
            )
        ),
    ]
}

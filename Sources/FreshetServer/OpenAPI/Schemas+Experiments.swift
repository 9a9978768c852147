import FreshetCore
import FreshetEngine
import FreshetExperiments

extension Schemas {
    private static let share: JSONValue = ["type": "number", "minimum": 0, "maximum": 1]
    private static let amount: JSONValue = ["type": "integer", "minimum": 0]

    /// What callers send of experiments.
    static let experimentRequests: [(name: String, schema: JSONValue)] = [
        (
            "ExperimentRequest",
            request(
                "What is compared, on whom, and by what it is judged.",
                required: ["id", "variants", "metrics"],
                [
                    "id": variantName,
                    "variants": ["type": "array", "minItems": 2, "maxItems": 16, "items": reference("VariantRequest")],
                    "metrics": metrics, "guardrails": metrics, "unit": ["type": "string", "enum": ["user"]],
                    "method": names(ServedExperiment.Method.self),
                    "coverage": share.adding("description", "The share of users who take part."),
                    "namespace": ["anyOf": [shortText, reference("Namespace")]],
                    "scenarios": texts.adding("description", "The places that take part; all where left out."),
                    "rules": reference("VerdictRules"), "bandit": reference("BanditSettings"),
                    "days_before": [
                        "type": "number", "minimum": 0, "maximum": 90,
                        "description": "From how many days before it is known what users were like (CUPED).",
                    ],
                ]
            )
        ),
        (
            "ExperimentChange",
            request(
                "What changes of an experiment that runs.",
                [
                    "coverage": share.adding("description", "The share of users who should take part."),
                    "weights": [
                        "type": "object", "additionalProperties": share,
                        "description": "New weights by variant; the others stay, and all add up to 1.",
                    ],
                ]
            )
        ),
        (
            "VariantRequest",
            request(
                "A variant and the one thing that it changes; the first is what the others are compared with.",
                required: ["name"],
                [
                    "name": variantName,
                    "weight": share.adding("description", "Its share of those who take part; all have one, or none."),
                    "scenario": reference("PolicyChange"),
                    "policy": shortText.adding("title", "The scenario whose settings it has."),
                    "rule": shortText.adding("title", "A rule that is switched off for everybody else."),
                    "version": reference("Version"),
                    "frozen": ["type": "boolean", "description": "Whether it is what serves when it begins."],
                ]
            )
        ),
        (
            "Namespace",
            request(
                "A part of the users that the experiments of one name share out.",
                required: ["name"],
                ["name": shortText, "from": share, "to": share]
            )
        ),
        (
            "PolicyChange",
            request(
                "Settings in the place of the scenario's.",
                [
                    "repeats": ["type": "object"], "maximum_per_category": ["type": "integer", "minimum": 1],
                    "dislikes": ["type": "number", "minimum": 0, "maximum": 100], "diversity": share,
                    "calibration": share, "long_tail": share, "new_item_share": share, "exploration": share,
                    "exploration_depth": ["type": "integer", "minimum": 2, "maximum": 1000], "filter": expression,
                    "candidate_count": ["type": "integer", "minimum": 10, "maximum": 10_000],
                ]
            )
        ),
        (
            "BanditSettings",
            request(
                "How a bandit shares out its users.",
                [
                    "floor": share.adding("description", "The least share of a variant."),
                    "window_hours": [
                        "type": "number", "minimum": 0.001, "maximum": 720,
                        "description": "For how long the shares stand still, and with them every user's variant.",
                    ],
                    "windows": ["type": "integer", "minimum": 1, "maximum": 1000],
                ]
            )
        ),
        (
            "VerdictRules",
            request(
                "When there is a verdict.",
                VerdictRules.names.map { ($0, ["type": "number", "minimum": 0]) }
            )
        ),
    ]

    /// What callers get of experiments.
    static let experiments: [(name: String, schema: JSONValue)] = [
        (
            "ExperimentList",
            object("Experiments.", required: ["experiments"], ["experiments": list(of: "Experiment")])
        ),
        (
            "Experiment",
            object(
                "An experiment and what it has shown; verdict and figures are absent until they are known.",
                required: ["id", "state", "method", "variants", "metrics", "started"],
                [
                    "id": variantName, "state": names(ServedExperiment.State.self),
                    "method": names(ServedExperiment.Method.self), "unit": ["type": "string"],
                    "namespace": reference("Namespace"), "coverage": share, "scenarios": texts,
                    "variants": list(of: "Variant"), "metrics": metrics, "guardrails": metrics,
                    "rules": reference("VerdictRules"), "days_before": ["type": "number"], "started": milliseconds,
                    "ended": milliseconds, "decision": reference("ExperimentDecision"),
                    "verdict": names(Verdict.self), "variant": variantName, "words": ["type": "string"],
                    "comparison": reference("ExperimentComparison"),
                    "preference": reference("ExperimentPreference"),
                    "allocation": reference("ExperimentAllocation"), "bandit": reference("BanditSettings"),
                    "periods": list(of: "AllocationPeriod"),
                ]
            )
        ),
        (
            "AllocationPeriod",
            object(
                "A time in which weights and coverage stood still; absent where they were never changed.",
                required: ["started", "coverage", "shares"],
                [
                    "started": milliseconds, "coverage": share,
                    "shares": [
                        "type": "array", "items": share,
                        "description": "Each variant's share of those who take part, in the order of the variants.",
                    ],
                ]
            )
        ),
        (
            "Variant",
            object(
                "A variant and what it changes; versions by their full names.",
                required: ["name", "weight"],
                [
                    "name": variantName, "weight": share, "scenario": ["type": "object"], "policy": ["type": "string"],
                    "rule": ["type": "string"], "version": reference("Version"), "frozen": reference("Version"),
                ]
            )
        ),
        (
            "ExperimentDecision",
            object(
                "What was decided, and what was known then.",
                required: ["time", "winner", "verdict", "words"],
                [
                    "time": milliseconds, "winner": variantName, "verdict": names(Verdict.self),
                    "words": ["type": "string"],
                ]
            )
        ),
        (
            "ExperimentComparison",
            object(
                "The metrics of each variant beside the first one's.",
                required: ["days", "units", "ratio_p_value", "metrics", "guardrails"],
                [
                    "id": variantName, "days": ["type": "number"],
                    "units": ["type": "object", "additionalProperties": amount],
                    "ratio_p_value": share.adding("description", "Of the variants' shares of users."),
                    "metrics": list(of: "ComparedMetric"), "guardrails": list(of: "ComparedMetric"),
                    "segments": list(of: "ComparedMetric"), "verdict": names(Verdict.self), "variant": variantName,
                    "words": ["type": "string"],
                ]
            )
        ),
        (
            "ComparedMetric",
            object(
                "One metric of a variant; intervals and p-values hold at every look.",
                required: ["metric", "variant", "units", "p_value", "is_higher_better"],
                [
                    "metric": ["type": "string"], "variant": variantName, "segment": ["type": "string"],
                    "units": amount, "value": ["type": "number"], "control_value": ["type": "number"],
                    "lift": ["type": "number", "description": "The difference as a share of the first one's figure."],
                    "low": ["type": "number"], "high": ["type": "number"], "p_value": share,
                    "fixed_horizon_p_value": share, "is_higher_better": ["type": "boolean"],
                ]
            )
        ),
        (
            "ExperimentPreference",
            object(
                "Whose places users click in answers of all variants.",
                required: ["days", "rankers", "verdict", "words"],
                [
                    "id": variantName, "days": ["type": "number"], "rankers": list(of: "PreferredRanker"),
                    "verdict": names(Verdict.self), "variant": variantName, "words": ["type": "string"],
                ]
            )
        ),
        (
            "ExperimentAllocation",
            object(
                "How a bandit shares out its users, and what that rests on.",
                required: ["days", "metric", "windows", "arms", "words"],
                [
                    "id": variantName, "days": ["type": "number"], "metric": ["type": "string"], "windows": amount,
                    "arms": list(of: "BanditArm"), "words": ["type": "string"],
                ]
            )
        ),
        (
            "BanditArm",
            object(
                "A variant of a bandit.",
                required: ["variant", "share", "units", "chance"],
                [
                    "variant": variantName, "share": share, "units": amount, "value": ["type": "number"],
                    "difference": ["type": "number"], "deviation": ["type": "number"],
                    "chance": share.adding("description", "The chance that it is the best."),
                ]
            )
        ),
        (
            "PreferredRanker",
            object(
                "What a variant has won against the first.",
                required: ["variant", "wins", "losses", "ties", "p_value"],
                [
                    "variant": variantName, "wins": amount, "losses": amount, "ties": amount,
                    "preference": ["type": "number", "description": "The share of answers won, above one half."],
                    "low": ["type": "number"], "high": ["type": "number"], "p_value": share,
                ]
            )
        ),
    ]

    private static let variantName: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"]
    private static let metrics: JSONValue = [
        "type": "array", "maxItems": 20,
        "items": ["type": "string", "enum": .array(ExperimentMetric.known.map { .string($0.name) })],
    ]
}

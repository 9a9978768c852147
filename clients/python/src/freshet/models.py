"""The values of the interface, one class for each schema of `/openapi.json` and named as it is there.

Fields that may be left out are `None` and are not sent. Fields that a newer server adds are passed over.
Times of answers are milliseconds since 1970 unless a field says otherwise; times that are sent are
seconds since 1970 or RFC 3339 texts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, Optional, Union

Attribute = Union[bool, float, str, list[str]]
"""What is known of an item, a user or a moment: a number, a boolean, a text or an array of texts."""

Time = Union[float, str]
"""Seconds since 1970, or an RFC 3339 text such as `2026-03-01T12:00:00Z`."""

Version = str
"""A version of the model, such as `1.42`."""


@dataclass
class Event:
    """One thing that a user did to an item; with a `text` instead of an item, what they looked for."""

    # May be left out where there is a session.
    user: Optional[str] = None
    # Its events are one session, whatever time lies between.
    session: Optional[str] = None
    item: Optional[str] = None
    type: Optional[str] = None
    value: Optional[float] = None
    # For the type `seen`: what was on the screen, in the place of one item.
    items: Optional[list[str]] = None
    # What a conversion leaves; where missing, its item's says it.
    profit: Optional[float] = None
    # Seconds since 1970-01-01 UTC, or RFC 3339.
    time: Optional[Time] = None
    # What the user looked for, where there is no item.
    text: Optional[str] = None
    # Its own id: sent twice, it counts once.
    id: Optional[str] = None
    # The answer that it is feedback on.
    recommendation_id: Optional[str] = None


@dataclass
class Item:
    """One thing that can be recommended."""

    id: str
    title: Optional[str] = None
    text: Optional[str] = None
    categories: Optional[list[str]] = None
    tags: Optional[list[str]] = None
    attributes: Optional[dict[str, Attribute]] = None
    vectors: Optional[dict[str, list[float]]] = None
    available: Optional[bool] = None
    # Seconds since 1970-01-01 UTC, or RFC 3339.
    created_at: Optional[Time] = None


@dataclass
class ItemFields:
    """What is known of an item; its id stands in the path."""

    id: Optional[str] = None
    title: Optional[str] = None
    text: Optional[str] = None
    categories: Optional[list[str]] = None
    tags: Optional[list[str]] = None
    attributes: Optional[dict[str, Attribute]] = None
    vectors: Optional[dict[str, list[float]]] = None
    available: Optional[bool] = None
    # Seconds since 1970-01-01 UTC, or RFC 3339.
    created_at: Optional[Time] = None


@dataclass
class User:
    """A user."""

    id: str
    attributes: Optional[dict[str, Attribute]] = None


@dataclass
class UserFields:
    """What is known of a user."""

    id: Optional[str] = None
    attributes: Optional[dict[str, Attribute]] = None


@dataclass
class Filter:
    """Which items may appear: every condition that is set must hold."""

    categories: Optional[list[str]] = None
    excluded_categories: Optional[list[str]] = None
    tags: Optional[list[str]] = None
    attributes: Optional[dict[str, Attribute]] = None
    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    expression: Optional[str] = None
    include_unavailable: Optional[bool] = None


@dataclass
class Place:
    """Where it is asked from, in degrees."""

    latitude: float
    longitude: float


@dataclass
class SessionEvent:
    """An event of an anonymous session."""

    item: str
    type: Optional[str] = None
    # Seconds since 1970-01-01 UTC, or RFC 3339.
    time: Optional[Time] = None


@dataclass
class RecommendationRequest:
    """What does this user want next?"""

    user: Optional[str] = None
    # The session that asks; without a user, who asks.
    session: Optional[str] = None
    events: Optional[list[SessionEvent]] = None
    # The `next` of the page before.
    cursor: Optional[str] = None
    # Without which events would each item not be there?
    counterfactual: Optional[bool] = None
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    exclude: Optional[list[str]] = None
    include_seen: Optional[bool] = None
    diversity: Optional[float] = None
    explain: Optional[bool] = None
    fields: Optional[list[str]] = None


@dataclass
class BatchRequest:
    """What does each of these users want next?"""

    users: list[str]
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    exclude: Optional[list[str]] = None
    include_seen: Optional[bool] = None
    diversity: Optional[float] = None
    explain: Optional[bool] = None
    fields: Optional[list[str]] = None


@dataclass
class RankingRequest:
    """In which order does this user want these items?"""

    items: list[str]
    user: Optional[str] = None
    # The session that asks; without a user, who asks.
    session: Optional[str] = None
    events: Optional[list[SessionEvent]] = None
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    explain: Optional[bool] = None
    fields: Optional[list[str]] = None


@dataclass
class BasketRequest:
    """What goes with these items?"""

    items: list[str]
    user: Optional[str] = None
    # The session that asks; without a user, who asks.
    session: Optional[str] = None
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    exclude: Optional[list[str]] = None
    include_seen: Optional[bool] = None
    fields: Optional[list[str]] = None


@dataclass
class ShelvesRequest:
    """What could the rows of a page hold for this user?"""

    user: Optional[str] = None
    # The session that asks; without a user, who asks.
    session: Optional[str] = None
    events: Optional[list[SessionEvent]] = None
    # How many rows at most; 5 unless given.
    shelves: Optional[int] = None
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    exclude: Optional[list[str]] = None
    include_seen: Optional[bool] = None
    diversity: Optional[float] = None
    explain: Optional[bool] = None
    fields: Optional[list[str]] = None


@dataclass
class SegmentRequest:
    """What does a segment want?"""

    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    exclude: Optional[list[str]] = None
    include_seen: Optional[bool] = None
    diversity: Optional[float] = None
    explain: Optional[bool] = None
    fields: Optional[list[str]] = None


@dataclass
class LabelRequest:
    """Which categories, tags or brands suit this user?"""

    of: str
    # How many items each label is given; 3 unless given.
    items: Optional[int] = None
    user: Optional[str] = None
    # The session that asks; without a user, who asks.
    session: Optional[str] = None
    events: Optional[list[SessionEvent]] = None
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    filter: Optional[Union[str, Filter]] = None
    exclude: Optional[list[str]] = None
    include_seen: Optional[bool] = None


@dataclass
class SearchRequest:
    """Which items does this text look for?"""

    query: str
    record: Optional[bool] = None
    user: Optional[str] = None
    # The session that asks; without a user, who asks.
    session: Optional[str] = None
    events: Optional[list[SessionEvent]] = None
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    fields: Optional[list[str]] = None


@dataclass
class ClassifyRequest:
    """Of which class are these texts?"""

    texts: list[str]
    classifier: Optional[str] = None
    # How many labels of each text; 1 unless given.
    top: Optional[int] = None


@dataclass
class RepliesRequest:
    """What is known to this question?"""

    question: str
    replies: Optional[str] = None
    # How many answers at most; 3 unless given.
    count: Optional[int] = None


@dataclass
class MergeRequest:
    """A visitor who turned out to be an account."""

    from_: str = field(metadata={"name": "from"})
    into: str


@dataclass
class KeyRequest:
    """A key to make."""

    name: str
    rights: list[Literal["events", "read", "write", "admin"]]
    # Seconds since 1970-01-01 UTC, or RFC 3339.
    expires: Optional[Time] = None


@dataclass
class SessionRequest:
    """A key."""

    key: str


@dataclass
class TenantRequest:
    """A tenant to make."""

    # Small letters, digits and hyphens, the first no hyphen.
    name: str
    # What is set for it apart from others, by the keys of the configuration, such as `quota.items`,
    # `sessions.maximum_events`; `rate_limit.requests_per_second` is of all its keys together.
    settings: Optional[dict[str, Any]] = None


@dataclass
class Session:
    """Who is logged in."""

    tenant: str
    key: Key
    # Seconds since 1970.
    expires: int


@dataclass
class Act:
    """What an administrator did."""

    # Milliseconds since 1970-01-01 UTC.
    time: int
    operation: str
    path: str
    status: int
    trace: str
    # The key's id; absent where none was needed.
    key: Optional[str] = None
    # What the key is for.
    name: Optional[str] = None


@dataclass
class AccessLog:
    """What administrators did."""

    acts: list[Act]


@dataclass
class TenantSize:
    """How much a tenant has."""

    events: int
    items: int
    users: int
    versions: int
    bytes: int
    # Events that wait to be learned.
    waiting: int


@dataclass
class Tenant:
    """A tenant."""

    name: str
    state: Literal["opening", "open", "closing", "failed"]
    settings: dict[str, Any]
    size: Optional[TenantSize] = None


@dataclass
class TenantList:
    """The tenants there are."""

    tenants: list[Tenant]


@dataclass
class NewTenant:
    """A tenant that was just made, with its first key, whose text is shown this once."""

    tenant: Tenant
    key: Key
    text: str


@dataclass
class TenantReceipt:
    """What was deleted with a tenant."""

    name: str
    # Milliseconds since 1970-01-01 UTC.
    time: int
    deleted: TenantSize


@dataclass
class Rule:
    """When something is wanted of answers, and what."""

    then: RuleActions
    id: Optional[str] = None
    enabled: Optional[bool] = None
    # Seconds since 1970-01-01 UTC, or RFC 3339.
    from_: Optional[Time] = field(default=None, metadata={"name": "from"})
    # Seconds since 1970-01-01 UTC, or RFC 3339.
    until: Optional[Time] = None
    when: Optional[RuleCondition] = None
    # The share of users for whom it does nothing, to tell what it costs.
    holdout: Optional[float] = None


@dataclass
class RuleCondition:
    """All that is set must hold."""

    scenario: Optional[str] = None
    segment: Optional[str] = None
    item: Optional[str] = None


@dataclass
class RuleActions:
    """What is done to an answer."""

    pin: Optional[list[RulePin]] = None
    boost: Optional[list[RuleWeight]] = None
    bury: Optional[list[RuleWeight]] = None
    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    hide: Optional[str] = None
    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    filter: Optional[str] = None
    share: Optional[list[RuleShare]] = None
    objective: Optional[dict[str, float]] = None


@dataclass
class RulePin:
    """An item with a place of its own, from 1."""

    item: str
    position: int


@dataclass
class RuleWeight:
    """Items that count as chosen more or less often, by a factor."""

    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    filter: str
    by: float


@dataclass
class RuleShare:
    """Items that have a share of the places."""

    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    filter: str
    at_least: float


@dataclass
class DryRunRequest:
    """A rule, and a question to try it on."""

    rule: Rule
    user: Optional[str] = None
    # The session that asks; without a user, who asks.
    session: Optional[str] = None
    events: Optional[list[SessionEvent]] = None
    count: Optional[int] = None
    scenario: Optional[str] = None
    place: Optional[Place] = None
    # What is known of the moment, such as the device; kept with the answer, to learn clicks by.
    context: Optional[dict[str, Attribute]] = None
    filter: Optional[Union[str, Filter]] = None
    exclude: Optional[list[str]] = None
    include_seen: Optional[bool] = None
    diversity: Optional[float] = None
    explain: Optional[bool] = None
    fields: Optional[list[str]] = None


@dataclass
class SegmentFields:
    """Which users."""

    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    filter: str
    id: Optional[str] = None


@dataclass
class Policies:
    """What happens to a ranked list before it is shown."""

    repeats: Optional[dict[str, Any]] = None
    maximum_per_category: Optional[int] = None
    dislikes: Optional[float] = None
    diversity: Optional[float] = None
    calibration: Optional[float] = None
    long_tail: Optional[float] = None
    new_item_share: Optional[float] = None
    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    filter: Optional[str] = None
    candidate_count: Optional[int] = None


@dataclass
class ExperimentRequest:
    """What is compared, on whom, and by what it is judged."""

    id: str
    variants: list[VariantRequest]
    metrics: list[Literal["ctr", "conversion", "value", "profit", "acceptance", "satisfaction", "latency", "empty"]]
    guardrails: Optional[
        list[Literal["ctr", "conversion", "value", "profit", "acceptance", "satisfaction", "latency", "empty"]]
    ] = None
    unit: Optional[Literal["user"]] = None
    method: Optional[Literal["split", "interleaving", "bandit"]] = None
    # The share of users who take part.
    coverage: Optional[float] = None
    namespace: Optional[Union[str, Namespace]] = None
    # The places that take part; all where left out.
    scenarios: Optional[list[str]] = None
    rules: Optional[VerdictRules] = None
    bandit: Optional[BanditSettings] = None
    # From how many days before it is known what users were like (CUPED).
    days_before: Optional[float] = None


@dataclass
class ExperimentChange:
    """What changes of an experiment that runs."""

    # The share of users who should take part.
    coverage: Optional[float] = None
    # New weights by variant; the others stay, and all add up to 1.
    weights: Optional[dict[str, float]] = None


@dataclass
class VariantRequest:
    """A variant and the one thing that it changes; the first is what the others are compared with."""

    name: str
    # Its share of those who take part; all have one, or none.
    weight: Optional[float] = None
    scenario: Optional[PolicyChange] = None
    # The scenario whose settings it has.
    policy: Optional[str] = None
    # A rule that is switched off for everybody else.
    rule: Optional[str] = None
    version: Optional[Version] = None
    # Whether it is what serves when it begins.
    frozen: Optional[bool] = None


@dataclass
class Namespace:
    """A part of the users that the experiments of one name share out."""

    name: str
    from_: Optional[float] = field(default=None, metadata={"name": "from"})
    to: Optional[float] = None


@dataclass
class PolicyChange:
    """Settings in the place of the scenario's."""

    repeats: Optional[dict[str, Any]] = None
    maximum_per_category: Optional[int] = None
    dislikes: Optional[float] = None
    diversity: Optional[float] = None
    calibration: Optional[float] = None
    long_tail: Optional[float] = None
    new_item_share: Optional[float] = None
    exploration: Optional[float] = None
    exploration_depth: Optional[int] = None
    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    filter: Optional[str] = None
    candidate_count: Optional[int] = None


@dataclass
class BanditSettings:
    """How a bandit shares out its users."""

    # The least share of a variant.
    floor: Optional[float] = None
    # For how long the shares stand still, and with them every user's variant.
    window_hours: Optional[float] = None
    windows: Optional[int] = None


@dataclass
class VerdictRules:
    """When there is a verdict."""

    alpha: Optional[float] = None
    optimum: Optional[float] = None
    minimum_days: Optional[float] = None
    minimum_units: Optional[float] = None
    least_effect: Optional[float] = None
    guardrail_margin: Optional[float] = None
    ratio_alpha: Optional[float] = None


@dataclass
class Delivery:
    """What became of a delivery."""

    accepted: int
    rejected: list[Rejection]
    # Those accepted that were there before.
    duplicates: Optional[int] = None
    warnings: Optional[list[Warning]] = None
    # Of events: by this offset of the log all of them are known (`Client.read_after`).
    offset: Optional[int] = None


@dataclass
class Warning:
    """An entry that was accepted, and something is odd about it."""

    index: int
    warning: str


@dataclass
class Rejection:
    """An entry that was refused."""

    index: int
    error: str


@dataclass
class Recommendation:
    """Items, best first."""

    recommendation_id: str
    model: Version
    items: list[RecommendedItem]
    user: Optional[str] = None
    # The experiment and its variant that answered, if one runs.
    variant: Optional[str] = None
    # The `cursor` of the next page; absent on the last.
    next: Optional[str] = None


@dataclass
class BatchAnswer:
    """An answer a user."""

    answers: list[Recommendation]


@dataclass
class RecommendedItem:
    """An item of an answer."""

    id: str
    score: float
    reasons: Optional[list[Reason]] = None
    because_without: Optional[Counterfactual] = None
    title: Optional[str] = None
    categories: Optional[list[str]] = None
    tags: Optional[list[str]] = None
    attributes: Optional[dict[str, Attribute]] = None
    available: Optional[bool] = None
    created_at: Optional[int] = None


@dataclass
class Reason:
    """Why an item is there."""

    text: str
    weight: float
    item: Optional[str] = None


@dataclass
class Counterfactual:
    """The events of the user's without which an item would not be there."""

    status: Literal["smallest", "found", "none", "unsearched"]
    items: list[str]
    text: str


@dataclass
class Shelf:
    """A row of items with one idea behind it."""

    kind: Literal["for_you", "because", "category", "trending", "popular"]
    title: str
    recommendation_id: str
    model: Version
    items: list[RecommendedItem]
    # The user's item that it is about.
    item: Optional[str] = None


@dataclass
class ShelfList:
    """Rows, the first on top."""

    shelves: list[Shelf]


@dataclass
class SegmentAnswer:
    """What a segment wants."""

    recommendation_id: str
    model: Version
    items: list[RecommendedItem]
    # How many users were looked at.
    users: int


@dataclass
class ItemList:
    """Items, best first."""

    items: list[RecommendedItem]


@dataclass
class Label:
    """A category, a tag or an attribute's value that suits a user."""

    name: str
    score: float
    items: list[str]


@dataclass
class LabelList:
    """Labels, best first."""

    labels: list[Label]


@dataclass
class RankedUser:
    """A user of an answer."""

    id: str
    score: float


@dataclass
class UserList:
    """Users, best first."""

    users: list[RankedUser]


@dataclass
class ItemPage:
    """A page of a list, in the order of ids."""

    items: list[Item]
    # The `cursor` of the next page; absent on the last.
    next: Optional[str] = None


@dataclass
class UserPage:
    """A page of a list, in the order of ids."""

    users: list[User]
    # The `cursor` of the next page; absent on the last.
    next: Optional[str] = None


@dataclass
class History:
    """The newest events of a user, oldest first."""

    events: list[PastEvent]


@dataclass
class PastEvent:
    """An event of the log, or a search."""

    user: str
    type: str
    item: Optional[str] = None
    # What was looked for, in a search.
    text: Optional[str] = None
    value: Optional[float] = None
    # Seconds since 1970-01-01 UTC, with up to three decimals.
    time: Optional[float] = None


@dataclass
class Classification:
    """What a classifier says of texts."""

    classifier: str
    # The labels of each text, the most probable first.
    results: list[list[ClassifiedLabel]]


@dataclass
class ClassifiedLabel:
    """A label of a text."""

    label: str
    probability: float


@dataclass
class Replies:
    """What is known to a question."""

    # The name of the index.
    replies: str
    # Whether no known question is alike enough to answer by itself.
    ask_a_person: bool
    answers: list[KnownAnswer]
    # What to say, composed of the answers; only where the server composes and no person is asked.
    answer: Optional[str] = None
    # The model that composed it; absent where it is the best known answer as it is.
    composer: Optional[str] = None


@dataclass
class KnownAnswer:
    """A known answer, and how alike the question is that it answered."""

    question: str
    answer: str
    likeness: float


@dataclass
class Merge:
    """What changed hands when a visitor was joined to an account."""

    # The id that both are known by.
    user: str
    events: int
    impressions: int
    # `false` where they were one before.
    changed: bool


@dataclass
class ErasedRows:
    """How many rows of each kind went from the store."""

    attributes: int
    events: int
    searches: int
    impressions: int


@dataclass
class Erasure:
    """What was removed when a user was erased, and what follows."""

    id: str
    user: str
    # Milliseconds since 1970-01-01 UTC.
    time: int
    rows: int
    # Weights that learned from the user serve; others do, beside kept older versions; nothing is kept that learned from
    # them.
    state: Literal["retraining", "retrained", "complete"]
    session_events: Optional[int] = None
    exemplars: Optional[int] = None
    offset: Optional[int] = None
    removed: Optional[ErasedRows] = None
    # Until when a training without the user begins.
    due: Optional[int] = None
    # The version by which the weights are free of the user.
    version: Optional[str] = None
    retrained: Optional[int] = None
    completed: Optional[int] = None
    # The versions on disk that may have learned from the user.
    older_versions: Optional[list[str]] = None
    backups_until: Optional[int] = None


@dataclass
class Key:
    """A key, without its secret."""

    id: str
    name: str
    rights: list[Literal["events", "read", "write", "admin"]]
    created: int
    expires: Optional[int] = None


@dataclass
class KeyList:
    """The keys there are."""

    keys: list[Key]


@dataclass
class NewKey:
    """A key that was just made; its text is shown this once."""

    key: Key
    text: str


@dataclass
class Problem:
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: Optional[list[Union[Rejection, Fault]]] = None


@dataclass
class Fault:
    """One mistake in a request."""

    # Where: a JSON Pointer into the body, `?name` or `{name}`.
    pointer: str
    detail: str


@dataclass
class RuleVersion:
    """A rule as it is from a moment on; without a rule it was removed."""

    version: int
    changed_at: float
    rule: Optional[Rule] = None
    warnings: Optional[list[str]] = None


@dataclass
class RuleList:
    """Rules, by their ids."""

    rules: list[RuleVersion]


@dataclass
class RuleVersionList:
    """Newest first."""

    versions: list[RuleVersion]


@dataclass
class DryRun:
    """The answer without the rule and with it."""

    before: list[RecommendedItem]
    after: list[RecommendedItem]
    # Whether the question is one that the rule is for.
    in_force: bool
    warnings: list[str]


@dataclass
class Segment:
    """Users."""

    id: str
    # A condition such as `category = "Kitchen" and attributes.price < user.budget`.
    filter: str


@dataclass
class SegmentList:
    """By their ids."""

    segments: list[Segment]


@dataclass
class Scenario:
    """A scenario with policies of its own."""

    id: str
    # Whether it has others than the configuration's.
    changed: bool
    policies: Policies


@dataclass
class ScenarioList:
    """By their ids."""

    scenarios: list[Scenario]


@dataclass
class VersionRecord:
    """A version of the model, and how it fared."""

    version: Version
    state: Literal["training", "candidate", "live", "retired", "discarded", "rolled_back"]
    # Milliseconds since 1970-01-01 UTC.
    created: int
    offset: int
    figures: dict[str, float]
    # Milliseconds since 1970-01-01 UTC.
    training_started: Optional[int] = None
    folder: Optional[str] = None
    # The snapshot that it comes from, if from one.
    source: Optional[str] = None


@dataclass
class Models:
    """The versions there are."""

    live: Version
    versions: list[VersionRecord]


@dataclass
class Live:
    """The version that answers now."""

    live: Version


@dataclass
class Decision:
    """Something that was decided about the model, with its evidence."""

    kind: Literal["micro_update", "held_back", "promotion", "discard", "rollback", "retrain", "drift", "alert"]
    version: Version
    # Milliseconds since 1970-01-01 UTC.
    time: int
    offset: int
    reason: str
    evidence: dict[str, float]


@dataclass
class Decisions:
    """Decisions, newest first."""

    decisions: list[Decision]


@dataclass
class Rate:
    """A share with its 95% interval, clustered by user."""

    value: float
    low: float
    high: float


@dataclass
class FeedbackRow:
    """The figures of one combination of what was asked for; a figure without data is missing."""

    group: dict[str, str]
    served: int
    seen: int
    clicks: int
    conversions: int
    assisted_conversions: int
    answers: Optional[int] = None
    empty: Optional[Rate] = None
    ctr: Optional[Rate] = None
    acceptance: Optional[Rate] = None
    conversion: Optional[Rate] = None
    value_per_1000: Optional[float] = None
    profit_per_1000: Optional[float] = None
    satisfaction: Optional[float] = None
    clicks_to_come: Optional[float] = None
    conversions_to_come: Optional[float] = None


@dataclass
class Feedback:
    """What came of the answers."""

    rows: list[FeedbackRow]


@dataclass
class FeedbackPeriod:
    """Days in UTC."""

    from_: str = field(metadata={"name": "from"})
    to: str


@dataclass
class FeedbackChange:
    """How far a figure went; low and high are the 95% interval of the difference."""

    difference: float
    # As a share of the figure before; missing where that is 0.
    relative: Optional[float] = None
    low: Optional[float] = None
    high: Optional[float] = None


@dataclass
class FeedbackComparison:
    """What came of the answers in two periods."""

    now: FeedbackPeriod
    before: FeedbackPeriod
    rows: list[ComparedFeedback]


@dataclass
class ComparedFeedback:
    """The figures of both periods; one in which nothing was recommended is missing."""

    group: dict[str, str]
    changes: dict[str, FeedbackChange]
    now: Optional[FeedbackRow] = None
    before: Optional[FeedbackRow] = None


@dataclass
class NextActions:
    """Which kind of event to ask a user for, the one that gains most first."""

    goal: str
    # The chance to reach the goal if nothing is asked.
    reached: float
    # On how many events it rests.
    events: int
    actions: list[NextAction]
    # The type of the user's newest event within a day.
    after: Optional[str] = None


@dataclass
class NextAction:
    """A kind of event; low and high are the 90% interval of the gain."""

    type: str
    # That the user does it next.
    chance: float
    # The chance to reach the goal after it.
    reached: float
    # By how much it raises the chance to reach the goal.
    gain: float
    low: float
    high: float
    # The chance that no other gains more.
    best: float
    # How often it was seen after the same event.
    observed: int


@dataclass
class Status:
    """The state of the engine at one moment."""

    # Milliseconds since 1970-01-01 UTC.
    time: int
    # Milliseconds since 1970-01-01 UTC.
    started: int
    live: Version
    log: dict[str, Any]
    learner: Learner
    health: list[Health]
    bots: Optional[Bots] = None
    quarantine: Optional[Quarantine] = None
    impressions: Optional[dict[str, Any]] = None
    content: Optional[Content] = None
    publication: Optional[Publication] = None
    freshness: Optional[dict[str, Any]] = None
    latency: Optional[dict[str, Any]] = None
    requests_per_second: Optional[float] = None
    figures: Optional[dict[str, dict[str, float]]] = None
    cohorts: Optional[dict[str, dict[str, dict[str, float]]]] = None
    curve: Optional[list[dict[str, Any]]] = None
    decisions: Optional[list[Decision]] = None
    forgetting: Optional[dict[str, Any]] = None


@dataclass
class Publication:
    """The newest publication of a learner, where several processes share the work."""

    role: Literal["all", "server", "learner"]
    lease: int
    # In the lease; 0 before the first.
    number: int
    version: Version
    offset: int
    # Milliseconds since 1970-01-01 UTC.
    time: int


@dataclass
class Bots:
    """Users who act like machines."""

    policy: Literal["report", "leave_out"]
    # How many there are now.
    users: int
    # Their events since the start.
    events: int
    newest: list[Bot]


@dataclass
class Bot:
    """A user who acts like a machine."""

    user: str
    # Milliseconds since 1970-01-01 UTC.
    since: int
    events: int
    sign: Optional[Literal["rate", "repetition", "regularity"]] = None


@dataclass
class Quarantine:
    """Events that the intake guard speaks against."""

    policy: Literal["off", "report", "leave_out"]
    # How many came since the start, by rule.
    events: dict[str, int]
    # Those that will count in a full training: too many to keep a list of.
    unkept: int
    newest: list[QuarantinedItem]


@dataclass
class QuarantinedItem:
    """An item with such events."""

    item: str
    reason: Literal["rate", "repetition", "burst"]
    # Milliseconds since 1970-01-01 UTC.
    time: int
    events: int


@dataclass
class Content:
    """What was read of the items' texts."""

    encoder: str
    items: int
    waiting: int


@dataclass
class Learner:
    """The continual learner in numbers."""

    state: Literal["waiting", "learning", "behind", "retraining", "stopped", "elsewhere"]
    offset: int
    lag_events: int
    lag_seconds: float
    events_per_second: float
    loss: Optional[float] = None
    learning_rate: Optional[float] = None
    # How far a full training is, 0 to 1.
    retraining: Optional[float] = None
    candidate_lag_events: Optional[int] = None
    first_version: Optional[FirstVersion] = None
    gain: Optional[Gain] = None


@dataclass
class FirstVersion:
    """How far the first trained version is; absent once a trained one serves."""

    stage: Literal["off", "waiting", "training", "trying", "catching_up", "judging", "rejected"]
    # What is missing and how long it takes.
    message: str
    events: int
    events_needed: Optional[int] = None
    # How much of the training is done, 0 to 1.
    training: Optional[float] = None
    judged_events: Optional[int] = None
    judged_events_at_most: Optional[int] = None
    events_to_learn: Optional[int] = None
    # Until it serves, about.
    seconds_left: Optional[float] = None


@dataclass
class Gain:
    """What the trained version that serves adds to the counts, on sampled events that both predicted."""

    events: int
    # Mean reciprocal rank of what serves.
    live: float
    # That of popularity and co-visitation alone.
    counts: float
    # Lower end of the 95% interval of the difference.
    low: float
    # Its upper end.
    high: float


@dataclass
class Health:
    """One part of the engine."""

    part: str
    is_well: bool
    message: Optional[str] = None


@dataclass
class Probe:
    """Whether the server lives, or is ready."""

    status: str
    live: Optional[Version] = None


@dataclass
class Settings:
    """The settings in force; nothing secret is among them."""

    settings: list[Setting]


@dataclass
class Setting:
    """A setting, where its value comes from, and the value, an object where it has a form of its own."""

    key: str
    value: Any
    source: str


@dataclass
class ExperimentList:
    """Experiments."""

    experiments: list[Experiment]


@dataclass
class Experiment:
    """An experiment and what it has shown; verdict and figures are absent until they are known."""

    id: str
    state: Literal["running", "stopped", "concluded", "shipped"]
    method: Literal["split", "interleaving", "bandit"]
    variants: list[Variant]
    metrics: list[Literal["ctr", "conversion", "value", "profit", "acceptance", "satisfaction", "latency", "empty"]]
    # Milliseconds since 1970-01-01 UTC.
    started: int
    unit: Optional[str] = None
    namespace: Optional[Namespace] = None
    coverage: Optional[float] = None
    scenarios: Optional[list[str]] = None
    guardrails: Optional[
        list[Literal["ctr", "conversion", "value", "profit", "acceptance", "satisfaction", "latency", "empty"]]
    ] = None
    rules: Optional[VerdictRules] = None
    days_before: Optional[float] = None
    # Milliseconds since 1970-01-01 UTC.
    ended: Optional[int] = None
    decision: Optional[ExperimentDecision] = None
    verdict: Optional[
        Literal["too_early", "shares_are_off", "harmful", "better", "worse", "no_difference", "undecided"]
    ] = None
    variant: Optional[str] = None
    words: Optional[str] = None
    comparison: Optional[ExperimentComparison] = None
    preference: Optional[ExperimentPreference] = None
    allocation: Optional[ExperimentAllocation] = None
    bandit: Optional[BanditSettings] = None
    periods: Optional[list[AllocationPeriod]] = None


@dataclass
class AllocationPeriod:
    """A time in which weights and coverage stood still; absent where they were never changed."""

    # Milliseconds since 1970-01-01 UTC.
    started: int
    coverage: float
    # Each variant's share of those who take part, in the order of the variants.
    shares: list[float]


@dataclass
class Variant:
    """A variant and what it changes; versions by their full names."""

    name: str
    weight: float
    scenario: Optional[dict[str, Any]] = None
    policy: Optional[str] = None
    rule: Optional[str] = None
    version: Optional[Version] = None
    frozen: Optional[Version] = None


@dataclass
class ExperimentDecision:
    """What was decided, and what was known then."""

    # Milliseconds since 1970-01-01 UTC.
    time: int
    winner: str
    verdict: Literal["too_early", "shares_are_off", "harmful", "better", "worse", "no_difference", "undecided"]
    words: str


@dataclass
class ExperimentComparison:
    """The metrics of each variant beside the first one's."""

    days: float
    units: dict[str, int]
    # Of the variants' shares of users.
    ratio_p_value: float
    metrics: list[ComparedMetric]
    guardrails: list[ComparedMetric]
    id: Optional[str] = None
    segments: Optional[list[ComparedMetric]] = None
    verdict: Optional[
        Literal["too_early", "shares_are_off", "harmful", "better", "worse", "no_difference", "undecided"]
    ] = None
    variant: Optional[str] = None
    words: Optional[str] = None


@dataclass
class ComparedMetric:
    """One metric of a variant; intervals and p-values hold at every look."""

    metric: str
    variant: str
    units: int
    p_value: float
    is_higher_better: bool
    segment: Optional[str] = None
    value: Optional[float] = None
    control_value: Optional[float] = None
    # The difference as a share of the first one's figure.
    lift: Optional[float] = None
    low: Optional[float] = None
    high: Optional[float] = None
    fixed_horizon_p_value: Optional[float] = None


@dataclass
class ExperimentPreference:
    """Whose places users click in answers of all variants."""

    days: float
    rankers: list[PreferredRanker]
    verdict: Literal["too_early", "shares_are_off", "harmful", "better", "worse", "no_difference", "undecided"]
    words: str
    id: Optional[str] = None
    variant: Optional[str] = None


@dataclass
class ExperimentAllocation:
    """How a bandit shares out its users, and what that rests on."""

    days: float
    metric: str
    windows: int
    arms: list[BanditArm]
    words: str
    id: Optional[str] = None


@dataclass
class BanditArm:
    """A variant of a bandit."""

    variant: str
    share: float
    units: int
    # The chance that it is the best.
    chance: float
    value: Optional[float] = None
    difference: Optional[float] = None
    deviation: Optional[float] = None


@dataclass
class PreferredRanker:
    """What a variant has won against the first."""

    variant: str
    wins: int
    losses: int
    ties: int
    p_value: float
    # The share of answers won, above one half.
    preference: Optional[float] = None
    low: Optional[float] = None
    high: Optional[float] = None

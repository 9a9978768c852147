"""The operations for asyncio. `_operations.py` is made from this file by tools/make_sync.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Optional, TypeVar, Union

from .coding import changes, commas, degrees, part
from .coding import fields as given
from .models import (
    AccessLog,
    Attribute,
    BatchAnswer,
    Classification,
    Decisions,
    Delivery,
    DryRun,
    Erasure,
    Experiment,
    ExperimentChange,
    ExperimentList,
    ExperimentRequest,
    Feedback,
    FeedbackComparison,
    Filter,
    History,
    Item,
    ItemFields,
    ItemList,
    ItemPage,
    KeyList,
    LabelList,
    Live,
    Merge,
    Models,
    NewKey,
    NewTenant,
    NextActions,
    Place,
    Policies,
    Probe,
    Recommendation,
    Replies,
    Rule,
    RuleList,
    RuleVersion,
    RuleVersionList,
    Scenario,
    ScenarioList,
    Segment,
    SegmentAnswer,
    SegmentList,
    Session,
    SessionEvent,
    Settings,
    ShelfList,
    Status,
    Tenant,
    TenantList,
    TenantReceipt,
    Time,
    User,
    UserFields,
    UserList,
    UserPage,
    Version,
)

T = TypeVar("T")


class AsyncOperations:
    """Every operation of the interface by its name there, in the order of `/openapi.json`."""

    async def _call(
        self,
        method: str,
        path: str,
        *,
        result: type[T],
        query: Mapping[str, Any] = {},
        body: Any = None,
        repeatable: bool = False,
    ) -> T:
        raise NotImplementedError

    async def _text(self, method: str, path: str, *, query: Mapping[str, Any] = {}, accept: str = "*/*") -> str:
        raise NotImplementedError

    async def _send(self, method: str, path: str) -> None:
        raise NotImplementedError

    async def remove_event(self, id: str) -> None:
        """Take an event back.

        By the `id` that it was sent with: it is gone from the log, the history and the next training.
        """
        await self._send("DELETE", f"/v1/events/{part(id)}")

    async def recommend(
        self,
        *,
        user: Optional[str] = None,
        session: Optional[str] = None,
        events: Optional[Sequence[SessionEvent]] = None,
        cursor: Optional[str] = None,
        counterfactual: Optional[bool] = None,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        exclude: Optional[Sequence[str]] = None,
        include_seen: Optional[bool] = None,
        diversity: Optional[float] = None,
        explain: Optional[bool] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> Recommendation:
        """Recommend items.

        For a user, for the events of an anonymous session, or for neither: then what is popular.
        """
        return await self._call(
            "POST",
            "/v1/recommendations",
            body=given(
                {
                    "user": user,
                    "session": session,
                    "events": events,
                    "cursor": cursor,
                    "counterfactual": counterfactual,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "exclude": exclude,
                    "include_seen": include_seen,
                    "diversity": diversity,
                    "explain": explain,
                    "fields": fields,
                }
            ),
            result=Recommendation,
        )

    async def recommend_to_many(
        self,
        users: Sequence[str],
        *,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        exclude: Optional[Sequence[str]] = None,
        include_seen: Optional[bool] = None,
        diversity: Optional[float] = None,
        explain: Optional[bool] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> BatchAnswer:
        """Recommend items to many users.

        One question, an answer a user, in the order of the users; one version answers all.
        """
        return await self._call(
            "POST",
            "/v1/recommendations/batch",
            body=given(
                {
                    "users": users,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "exclude": exclude,
                    "include_seen": include_seen,
                    "diversity": diversity,
                    "explain": explain,
                    "fields": fields,
                }
            ),
            result=BatchAnswer,
        )

    async def recommend_labels(
        self,
        of: str,
        *,
        items: Optional[int] = None,
        user: Optional[str] = None,
        session: Optional[str] = None,
        events: Optional[Sequence[SessionEvent]] = None,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        filter: Optional[Union[str, Filter]] = None,
        exclude: Optional[Sequence[str]] = None,
        include_seen: Optional[bool] = None,
    ) -> LabelList:
        """Recommend categories, tags or brands.

        Those of the items that suit the user; `of` says which, such as `attributes.brand`.
        """
        return await self._call(
            "POST",
            "/v1/recommendations/labels",
            body=given(
                {
                    "of": of,
                    "items": items,
                    "user": user,
                    "session": session,
                    "events": events,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "filter": filter,
                    "exclude": exclude,
                    "include_seen": include_seen,
                }
            ),
            result=LabelList,
        )

    async def rank(
        self,
        items: Sequence[str],
        *,
        user: Optional[str] = None,
        session: Optional[str] = None,
        events: Optional[Sequence[SessionEvent]] = None,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        explain: Optional[bool] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> Recommendation:
        """Order given items."""
        return await self._call(
            "POST",
            "/v1/rankings",
            body=given(
                {
                    "user": user,
                    "session": session,
                    "events": events,
                    "items": items,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "explain": explain,
                    "fields": fields,
                }
            ),
            result=Recommendation,
        )

    async def complete_basket(
        self,
        items: Sequence[str],
        *,
        user: Optional[str] = None,
        session: Optional[str] = None,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        exclude: Optional[Sequence[str]] = None,
        include_seen: Optional[bool] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> Recommendation:
        """Recommend what goes with a set of items.

        By what was dealt with together, by what the items say, and by what the user is after.
        """
        return await self._call(
            "POST",
            "/v1/baskets",
            body=given(
                {
                    "items": items,
                    "user": user,
                    "session": session,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "exclude": exclude,
                    "include_seen": include_seen,
                    "fields": fields,
                }
            ),
            result=Recommendation,
        )

    async def search(
        self,
        query: str,
        *,
        record: Optional[bool] = None,
        user: Optional[str] = None,
        session: Optional[str] = None,
        events: Optional[Sequence[SessionEvent]] = None,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> Recommendation:
        """Find items by words.

        By the words, by what the items' texts mean, and among those by what the user is after.
        """
        return await self._call(
            "POST",
            "/v1/search",
            body=given(
                {
                    "query": query,
                    "record": record,
                    "user": user,
                    "session": session,
                    "events": events,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "fields": fields,
                }
            ),
            result=Recommendation,
        )

    async def similar_items(
        self,
        id: str,
        *,
        count: Optional[int] = None,
        user: Optional[str] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        filter: Optional[str] = None,
        fields: Optional[Sequence[str]] = None,
        category: Optional[Sequence[str]] = None,
        exclude_category: Optional[Sequence[str]] = None,
        tag: Optional[Sequence[str]] = None,
    ) -> ItemList:
        """Items like one. Where a user is named, in the order in which they want them."""
        return await self._call(
            "GET",
            f"/v1/items/{part(id)}/similar",
            query={
                "count": count,
                "user": user,
                "scenario": scenario,
                "place": degrees(place),
                "filter": filter,
                "fields": commas(fields),
                "category": category,
                "exclude_category": exclude_category,
                "tag": tag,
            },
            result=ItemList,
        )

    async def popular_items(
        self,
        *,
        count: Optional[int] = None,
        user: Optional[str] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        filter: Optional[str] = None,
        fields: Optional[Sequence[str]] = None,
        category: Optional[Sequence[str]] = None,
        exclude_category: Optional[Sequence[str]] = None,
        tag: Optional[Sequence[str]] = None,
    ) -> ItemList:
        """What is popular now."""
        return await self._call(
            "GET",
            "/v1/popular",
            query={
                "count": count,
                "user": user,
                "scenario": scenario,
                "place": degrees(place),
                "filter": filter,
                "fields": commas(fields),
                "category": category,
                "exclude_category": exclude_category,
                "tag": tag,
            },
            result=ItemList,
        )

    async def fill_shelves(
        self,
        *,
        user: Optional[str] = None,
        session: Optional[str] = None,
        events: Optional[Sequence[SessionEvent]] = None,
        shelves: Optional[int] = None,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        exclude: Optional[Sequence[str]] = None,
        include_seen: Optional[bool] = None,
        diversity: Optional[float] = None,
        explain: Optional[bool] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> ShelfList:
        """Rows of items for a page.

        What suits, what is like the last items, the best category, what is trending; no item comes twice.
        """
        return await self._call(
            "POST",
            "/v1/shelves",
            body=given(
                {
                    "user": user,
                    "session": session,
                    "events": events,
                    "shelves": shelves,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "exclude": exclude,
                    "include_seen": include_seen,
                    "diversity": diversity,
                    "explain": explain,
                    "fields": fields,
                }
            ),
            result=ShelfList,
        )

    async def trending_items(
        self,
        *,
        count: Optional[int] = None,
        user: Optional[str] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        filter: Optional[str] = None,
        fields: Optional[Sequence[str]] = None,
        category: Optional[Sequence[str]] = None,
        exclude_category: Optional[Sequence[str]] = None,
        tag: Optional[Sequence[str]] = None,
    ) -> ItemList:
        """What has a growing share of all events."""
        return await self._call(
            "GET",
            "/v1/trending",
            query={
                "count": count,
                "user": user,
                "scenario": scenario,
                "place": degrees(place),
                "filter": filter,
                "fields": commas(fields),
                "category": category,
                "exclude_category": exclude_category,
                "tag": tag,
            },
            result=ItemList,
        )

    async def recommend_to_segment(
        self,
        id: str,
        *,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        exclude: Optional[Sequence[str]] = None,
        include_seen: Optional[bool] = None,
        diversity: Optional[float] = None,
        explain: Optional[bool] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> SegmentAnswer:
        """What the users of a segment want.

        The items that stand high in the lists of many of those who were active of late.
        """
        return await self._call(
            "POST",
            f"/v1/segments/{part(id)}/recommendations",
            body=given(
                {
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "exclude": exclude,
                    "include_seen": include_seen,
                    "diversity": diversity,
                    "explain": explain,
                    "fields": fields,
                }
            ),
            result=SegmentAnswer,
        )

    async def list_items(
        self,
        *,
        search: Optional[str] = None,
        cursor: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> ItemPage:
        """List items."""
        return await self._call(
            "GET",
            "/v1/items",
            query={"search": search, "cursor": cursor, "limit": limit},
            result=ItemPage,
        )

    async def put_items(self, items: Sequence[Item]) -> Delivery:
        """Add or replace items. At most 1000. Those that are refused are listed; the others stand."""
        return await self._call("POST", "/v1/items", body=list(items), repeatable=True, result=Delivery)

    async def get_item(self, id: str) -> Item:
        """Get an item."""
        return await self._call("GET", f"/v1/items/{part(id)}", result=Item)

    async def put_item(self, id: str, item: ItemFields) -> Item:
        """Add or replace an item."""
        return await self._call("PUT", f"/v1/items/{part(id)}", body=item, result=Item)

    async def patch_item(
        self,
        id: str,
        item: Optional[ItemFields] = None,
        *,
        remove: Sequence[str] = (),
    ) -> Item:
        """Change an item.

        By a merge patch (RFC 7396): fields replace those of before, `null` takes them away.
        """
        return await self._call("PATCH", f"/v1/items/{part(id)}", body=changes(item, remove), result=Item)

    async def delete_item(self, id: str) -> None:
        """Remove an item."""
        await self._send("DELETE", f"/v1/items/{part(id)}")

    async def list_users(
        self,
        *,
        search: Optional[str] = None,
        cursor: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> UserPage:
        """List users."""
        return await self._call(
            "GET",
            "/v1/users",
            query={"search": search, "cursor": cursor, "limit": limit},
            result=UserPage,
        )

    async def put_users(self, users: Sequence[User]) -> Delivery:
        """Add or replace users. At most 1000. Those that are refused are listed; the others stand."""
        return await self._call("POST", "/v1/users", body=list(users), repeatable=True, result=Delivery)

    async def get_user(self, id: str) -> User:
        """Get a user."""
        return await self._call("GET", f"/v1/users/{part(id)}", result=User)

    async def put_user(self, id: str, user: UserFields) -> User:
        """Add or replace a user."""
        return await self._call("PUT", f"/v1/users/{part(id)}", body=user, result=User)

    async def patch_user(
        self,
        id: str,
        user: Optional[UserFields] = None,
        *,
        remove: Sequence[str] = (),
    ) -> User:
        """Change a user.

        By a merge patch (RFC 7396): fields replace those of before, `null` takes them away.
        """
        return await self._call("PATCH", f"/v1/users/{part(id)}", body=changes(user, remove), result=User)

    async def delete_user(self, id: str) -> Erasure:
        """Erase a user everywhere."""
        return await self._call("DELETE", f"/v1/users/{part(id)}", result=Erasure)

    async def user_events(self, id: str, *, limit: Optional[int] = None) -> History:
        """The newest events of a user."""
        return await self._call("GET", f"/v1/users/{part(id)}/events", query={"limit": limit}, result=History)

    async def similar_users(self, id: str, *, count: Optional[int] = None) -> UserList:
        """Users who did the same things."""
        return await self._call(
            "GET",
            f"/v1/users/{part(id)}/similar",
            query={"count": count},
            result=UserList,
        )

    async def next_actions(
        self,
        id: str,
        *,
        goal: Optional[str] = None,
        among: Optional[Sequence[str]] = None,
        count: Optional[int] = None,
    ) -> NextActions:
        """Which kind of event to ask a user for.

        By what users did after what this one did last: how likely each action is, and by how much it raises
        the chance to reach the goal. It is what they did by themselves; an experiment tells what asking does.
        """
        return await self._call(
            "GET",
            f"/v1/users/{part(id)}/next-actions",
            query={"goal": goal, "among": commas(among), "count": count},
            result=NextActions,
        )

    async def users_for_item(self, id: str, *, count: Optional[int] = None) -> UserList:
        """Users to whom an item may appeal.

        Those who have not dealt with it, among those lately active near it.
        """
        return await self._call("GET", f"/v1/items/{part(id)}/users", query={"count": count}, result=UserList)

    async def merge_users(self, from_: str, into: str) -> Merge:
        """Join a visitor to an account.

        For good: events, impressions and attributes are the account's from then on, and so is what comes
        under the visitor's id. Sent again, nothing changes.
        """
        return await self._call(
            "POST",
            "/v1/users/merge",
            body=given({"from": from_, "into": into}),
            repeatable=True,
            result=Merge,
        )

    async def get_erasure(self, id: str) -> Erasure:
        """The receipt of an erasure."""
        return await self._call("GET", f"/v1/erasures/{part(id)}", result=Erasure)

    async def classify(
        self,
        texts: Sequence[str],
        *,
        classifier: Optional[str] = None,
        top: Optional[int] = None,
    ) -> Classification:
        """Say of which class texts are.

        By a classifier that the server was started with (`language.classifiers`); what it says counts for the
        rules on it (`language.alerts`).
        """
        return await self._call(
            "POST",
            "/v1/classify",
            body=given(
                {
                    "texts": texts,
                    "classifier": classifier,
                    "top": top,
                }
            ),
            repeatable=True,
            result=Classification,
        )

    async def find_replies(
        self,
        question: str,
        *,
        replies: Optional[str] = None,
        count: Optional[int] = None,
    ) -> Replies:
        """Find the best known answers to a question.

        By an index of replies that the server was started with (`language.replies`). Where a causal model
        composes (`language.composer`) and no person is to be asked, `answer` is what to say.
        """
        return await self._call(
            "POST",
            "/v1/replies",
            body=given(
                {
                    "question": question,
                    "replies": replies,
                    "count": count,
                }
            ),
            repeatable=True,
            result=Replies,
        )

    async def list_models(self) -> Models:
        """The versions of the model, newest first."""
        return await self._call("GET", "/v1/models", result=Models)

    async def promote_model(self, version: Version) -> Live:
        """Let a kept version answer from now on."""
        return await self._call("POST", f"/v1/models/{part(version)}/promote", result=Live)

    async def roll_back_model(self, version: Version) -> Live:
        """Let the version before a version answer again.

        The version must be the live one, so that two who press at once go back one step only.
        """
        return await self._call("POST", f"/v1/models/{part(version)}/rollback", result=Live)

    async def list_decisions(self, *, limit: Optional[int] = None) -> Decisions:
        """The newest decisions about the model."""
        return await self._call("GET", "/v1/decisions", query={"limit": limit}, result=Decisions)

    async def list_rules(self) -> RuleList:
        """The rules there are."""
        return await self._call("GET", "/v1/rules", result=RuleList)

    async def get_rule(self, id: str) -> RuleVersion:
        """Get a rule."""
        return await self._call("GET", f"/v1/rules/{part(id)}", result=RuleVersion)

    async def put_rule(self, id: str, rule: Rule) -> RuleVersion:
        """Add or replace a rule.

        In force from the next question on; what may not be meant is said in `warnings`.
        """
        return await self._call("PUT", f"/v1/rules/{part(id)}", body=rule, result=RuleVersion)

    async def delete_rule(self, id: str) -> None:
        """Remove a rule."""
        await self._send("DELETE", f"/v1/rules/{part(id)}")

    async def list_rule_versions(self, id: str) -> RuleVersionList:
        """The newest versions of a rule. A version without a rule says that it was removed."""
        return await self._call("GET", f"/v1/rules/{part(id)}/versions", result=RuleVersionList)

    async def try_rule(
        self,
        rule: Rule,
        *,
        user: Optional[str] = None,
        session: Optional[str] = None,
        events: Optional[Sequence[SessionEvent]] = None,
        count: Optional[int] = None,
        scenario: Optional[str] = None,
        place: Optional[Place] = None,
        context: Optional[Mapping[str, Attribute]] = None,
        filter: Optional[Union[str, Filter]] = None,
        exclude: Optional[Sequence[str]] = None,
        include_seen: Optional[bool] = None,
        diversity: Optional[float] = None,
        explain: Optional[bool] = None,
        fields: Optional[Sequence[str]] = None,
    ) -> DryRun:
        """What a rule would do to an answer.

        As if it were switched on, now and for everybody. Nothing is kept.
        """
        return await self._call(
            "POST",
            "/v1/rules/dry-run",
            body=given(
                {
                    "rule": rule,
                    "user": user,
                    "session": session,
                    "events": events,
                    "count": count,
                    "scenario": scenario,
                    "place": place,
                    "context": context,
                    "filter": filter,
                    "exclude": exclude,
                    "include_seen": include_seen,
                    "diversity": diversity,
                    "explain": explain,
                    "fields": fields,
                }
            ),
            repeatable=True,
            result=DryRun,
        )

    async def list_segments(self) -> SegmentList:
        """The segments there are."""
        return await self._call("GET", "/v1/segments", result=SegmentList)

    async def put_segment(self, id: str, filter: str) -> Segment:
        """Add or replace a segment.

        A condition on the user's attributes; `user.events` is how many events are remembered.
        """
        return await self._call("PUT", f"/v1/segments/{part(id)}", body=given({"filter": filter}), result=Segment)

    async def delete_segment(self, id: str) -> None:
        """Remove a segment that no rule names."""
        await self._send("DELETE", f"/v1/segments/{part(id)}")

    async def list_scenarios(self) -> ScenarioList:
        """The scenarios with policies of their own."""
        return await self._call("GET", "/v1/scenarios", result=ScenarioList)

    async def put_scenario(self, id: str, policies: Policies) -> Scenario:
        """Give a scenario policies of its own.

        In the place of the configuration's, from the next question on. What is left out has its default.
        """
        return await self._call("PUT", f"/v1/scenarios/{part(id)}", body=policies, result=Scenario)

    async def reset_scenario(self, id: str) -> None:
        """Give a scenario the configuration's policies again."""
        await self._send("DELETE", f"/v1/scenarios/{part(id)}")

    async def list_experiments(self) -> ExperimentList:
        """The experiments there are, newest first."""
        return await self._call("GET", "/v1/experiments", result=ExperimentList)

    async def start_experiment(self, experiment: ExperimentRequest) -> Experiment:
        """Start an experiment.

        From the next request on its users are answered by their variants, also after a restart.
        """
        return await self._call("POST", "/v1/experiments", body=experiment, result=Experiment)

    async def get_experiment(self, id: str) -> Experiment:
        """An experiment and what it has shown.

        Look as often as you like: intervals, p-values and verdict hold at every look.
        """
        return await self._call("GET", f"/v1/experiments/{part(id)}", result=Experiment)

    async def change_experiment(
        self,
        id: str,
        change: Optional[ExperimentChange] = None,
        *,
        remove: Sequence[str] = (),
    ) -> Experiment:
        """Change the weights or the coverage of an experiment that runs.

        From the next request on users come in or drop out; nobody goes from one variant to another. Weights
        that are not named stay, and all add up to 1.
        """
        return await self._call(
            "PATCH",
            f"/v1/experiments/{part(id)}",
            body=changes(change, remove),
            result=Experiment,
        )

    async def delete_experiment(self, id: str) -> None:
        """Forget an experiment that has ended. Settings that it was shipped with end with it."""
        await self._send("DELETE", f"/v1/experiments/{part(id)}")

    async def stop_experiment(self, id: str) -> Experiment:
        """End an experiment without a decision. Everybody is answered as before it."""
        return await self._call("POST", f"/v1/experiments/{part(id)}/stop", result=Experiment)

    async def conclude_experiment(self, id: str, *, variant: Optional[str] = None) -> Experiment:
        """End an experiment and decide for a variant.

        What is known at this moment is kept as the evidence.
        """
        return await self._call(
            "POST",
            f"/v1/experiments/{part(id)}/conclude",
            query={"variant": variant},
            result=Experiment,
        )

    async def ship_experiment(self, id: str, *, variant: Optional[str] = None) -> Experiment:
        """Let everybody be answered by a variant.

        Its version goes live; its settings are everybody's until the experiment is deleted.
        """
        return await self._call(
            "POST",
            f"/v1/experiments/{part(id)}/ship",
            query={"variant": variant},
            result=Experiment,
        )

    async def get_status(self) -> Status:
        """The state of the engine."""
        return await self._call("GET", "/v1/status", result=Status)

    async def get_settings(self) -> Settings:
        """The settings in force, and where each comes from."""
        return await self._call("GET", "/v1/settings", result=Settings)

    async def list_keys(self) -> KeyList:
        """The keys there are."""
        return await self._call("GET", "/v1/keys", result=KeyList)

    async def create_key(
        self,
        name: str,
        rights: Sequence[Literal["events", "read", "write", "admin"]],
        *,
        expires: Optional[Time] = None,
    ) -> NewKey:
        """Make a key.

        From the first key on, every request needs one; so the first must have the right admin.
        """
        return await self._call(
            "POST",
            "/v1/keys",
            body=given(
                {
                    "name": name,
                    "rights": rights,
                    "expires": expires,
                }
            ),
            result=NewKey,
        )

    async def revoke_key(self, id: str) -> None:
        """Revoke a key."""
        await self._send("DELETE", f"/v1/keys/{part(id)}")

    async def list_acts(self, *, limit: Optional[int] = None, before: Optional[int] = None) -> AccessLog:
        """What administrators did.

        Logins, and every request that needs the right `admin` and changes something: by which key, when, and
        how it ended. Newest first.
        """
        return await self._call(
            "GET",
            "/v1/access-log",
            query={"limit": limit, "before": before},
            result=AccessLog,
        )

    async def is_live(self) -> Probe:
        """Whether the process answers."""
        return await self._call("GET", "/health/live", result=Probe)

    async def is_ready(self) -> Probe:
        """Whether it can answer requests."""
        return await self._call("GET", "/health/ready", result=Probe)

    async def metrics(self) -> str:
        """Figures for Prometheus."""
        return await self._text("GET", "/metrics")

    async def log_in(self, key: str) -> Session:
        """Exchange a key for a cookie.

        For browsers: the cookie is out of reach of scripts, lasts 8 hours at most, has the rights of the key,
        and ends with it.
        """
        return await self._call("POST", "/v1/session", body=given({"key": key}), result=Session)

    async def get_session(self) -> Session:
        """Who is logged in."""
        return await self._call("GET", "/v1/session", result=Session)

    async def log_out(self) -> None:
        """Log out."""
        await self._send("DELETE", "/v1/session")

    async def list_tenants(self) -> TenantList:
        """The tenants there are."""
        return await self._call("GET", "/v1/tenants", result=TenantList)

    async def create_tenant(self, name: str, *, settings: Optional[Mapping[str, Any]] = None) -> NewTenant:
        """Make a tenant. It is served from the answer on, which has the text of its first key, this once."""
        return await self._call(
            "POST",
            "/v1/tenants",
            body=given({"name": name, "settings": settings}),
            result=NewTenant,
        )

    async def get_tenant(self, id: str) -> Tenant:
        """A tenant."""
        return await self._call("GET", f"/v1/tenants/{part(id)}", result=Tenant)

    async def delete_tenant(self, id: str) -> TenantReceipt:
        """Delete a tenant.

        Requests that are under way are answered; then its engine stops and its folder is deleted.
        """
        return await self._call("DELETE", f"/v1/tenants/{part(id)}", result=TenantReceipt)

    async def create_tenant_key(self, id: str) -> NewKey:
        """Make a key of a tenant that may do everything there."""
        return await self._call("POST", f"/v1/tenants/{part(id)}/keys", result=NewKey)

    async def dashboard(self) -> str:
        """The dashboard."""
        return await self._text("GET", "/")

    async def get_feedback(
        self,
        *,
        by: Optional[Sequence[str]] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
    ) -> Feedback:
        """Clicks, conversions and value by what was shown, with 95% intervals clustered by user.

        `by` says what to tell apart, such as `["scenario", "version"]`; days are in UTC, such as `2026-11-01`. A
        figure without data is missing, which is not 0. What happened within the last half second is not in it yet.
        """
        return await self._call(
            "GET", "/v1/feedback", query={"by": commas(by), "from": from_, "to": to}, result=Feedback
        )

    async def get_feedback_table(
        self,
        *,
        by: Optional[Sequence[str]] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
    ) -> str:
        """The same as a table of comma-separated values."""
        query = {"by": commas(by), "from": from_, "to": to}
        return await self._text("GET", "/v1/feedback", query=query, accept="text/csv")

    async def compare_feedback(
        self,
        *,
        by: Optional[Sequence[str]] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        before_from: Optional[str] = None,
        before_to: Optional[str] = None,
    ) -> FeedbackComparison:
        """The figures of `get_feedback` of two periods, and how far each went.

        Without days it is the last seven and the seven before.
        """
        return await self._call(
            "GET",
            "/v1/feedback/comparison",
            query={
                "by": commas(by),
                "from": from_,
                "to": to,
                "before_from": before_from,
                "before_to": before_to,
            },
            result=FeedbackComparison,
        )

    async def compare_feedback_table(
        self,
        *,
        by: Optional[Sequence[str]] = None,
        from_: Optional[str] = None,
        to: Optional[str] = None,
        before_from: Optional[str] = None,
        before_to: Optional[str] = None,
    ) -> str:
        """The same as a table of comma-separated values."""
        query = {
            "by": commas(by),
            "from": from_,
            "to": to,
            "before_from": before_from,
            "before_to": before_to,
        }
        return await self._text("GET", "/v1/feedback/comparison", query=query, accept="text/csv")

    async def dashboard_file(self, file: str) -> str:
        """A file of the dashboard."""
        return await self._text("GET", f"/dashboard/{part(file)}")

    async def openapi(self) -> dict[str, Any]:
        """The description of the interface, an OpenAPI document."""
        return await self._call("GET", "/openapi.json", result=dict[str, Any])

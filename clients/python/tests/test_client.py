"""Against a real server: what is sent comes back, and what is wrong has its exception."""

import asyncio

import pytest

import freshet
from freshet import AsyncClient, Client, Event, ItemFields, Place, models


def test_events_catalogue_and_recommendations(client):
    item = client.put_item("kettle", ItemFields(title="Red kettle", attributes={"price": 12.5, "new": True}))
    assert (item.id, item.title, item.attributes) == ("kettle", "Red kettle", {"price": 12.5, "new": True})
    assert client.put_items([freshet.Item("mug", title="Mug"), freshet.Item("pan", tags=["steel"])]).accepted == 2
    sent = client.send_events([Event(user=user, item=item) for user in "abc" for item in ("kettle", "mug")])
    assert (sent.accepted, sent.rejected) == (6, [])
    assert {event.item for event in client.user_events("a").events} == {"kettle", "mug"}
    answer = client.recommend(user="a", count=3, fields=["title"], include_seen=True, place=Place(59.91, 10.75))
    assert isinstance(answer, models.Recommendation) and isinstance(answer.items[0], models.RecommendedItem)
    assert {item.id for item in client.popular_items(place=Place(1.5, 2.25), fields=["title", "tags"]).items} > {"mug"}
    assert client.popular_items(filter="attributes.price > 20").items == []
    assert client.recommend_to_many(["a", "b"], count=1).answers[1].user == "b"


def test_a_patch_changes_and_removes(client):
    client.put_item("patched", ItemFields(title="Old", text="Stays", tags=["a"]))
    item = client.patch_item("patched", ItemFields(title="New"), remove=["tags"])
    assert (item.title, item.text, item.tags or []) == ("New", "Stays", [])


@pytest.mark.parametrize("id", ["merge", "a/b", "ä?#%", ".", "..", "a b+c", "dry-run"])
def test_ids_of_any_text_go_into_paths(client, id):
    client.put_user(id, freshet.UserFields(attributes={"city": "Oslo"}))
    assert client.get_user(id).id == id
    client.put_item(id, ItemFields(title="Odd"))
    assert client.get_item(id).id == id
    client.delete_item(id)


def test_any_server_is_asked_to_know_the_events_that_were_sent(server):
    with Client(server.url, retries=freshet.Retries(count=1)) as client:
        client.popular_items()
        assert client.read_after is None
        delivery = client.send_events([Event(user="ann", item="kettle")])
        assert delivery.offset == client.read_after > 0
        client.recommend(user="ann")
        client.read_after += 1_000_000
        with pytest.raises(freshet.Unavailable, match="is not known here yet"):
            client.recommend(user="ann")


def test_an_event_counts_once(client):
    event = Event(user="once", item="mug", id="order-1")
    assert client.send_events([event]).duplicates is None
    assert client.send_events([event]).duplicates == 1
    client.remove_event("order-1")
    assert client.user_events("once").events == []


def test_rules_segments_scenarios(client):
    rule = freshet.Rule(id="mugs", then=models.RuleActions(pin=[models.RulePin("mug", 1)]))
    assert client.put_rule("mugs", rule).rule.then.pin[0].item == "mug"
    assert [one.rule.id for one in client.list_rules().rules] == ["mugs"]
    assert client.try_rule(rule, user="a").after[0].id == "mug"
    client.delete_rule("mugs")
    assert client.put_segment("many", "user.events > 3").id == "many"
    assert client.put_scenario("home", freshet.Policies(diversity=0.25)).policies.diversity == 0.25


def test_status_once_and_followed(client):
    status = client.get_status()
    assert isinstance(status.learner, models.Learner) and status.health[0].is_well in (True, False)
    for followed in client.follow_status():
        assert followed.started == status.started
        break
    assert "freshet_" in client.metrics() and client.is_live().status
    assert client.get_feedback(by=["scenario"]).rows is not None
    assert client.get_feedback_table(by=["scenario"]).startswith("scenario,")


def test_problems_are_exceptions_that_say_what_to_do(client):
    with pytest.raises(freshet.NotFound) as raised:
        client.get_item("nobody knows it")
    assert raised.value.status == 404 and "nobody knows it" in str(raised.value)
    with pytest.raises(freshet.BadRequest) as raised:
        client.send_events([Event(user="a", item="x" * 1000)])
    assert isinstance(raised.value.problem.errors[0], models.Rejection)
    with pytest.raises(freshet.BadRequest):
        client.recommend(count=-1)


def test_keys(own_server):
    with Client(own_server.url) as open_client:
        key = open_client.create_key("admin", ["admin"])
        with pytest.raises(freshet.AuthenticationError):
            open_client.list_keys()
    with Client(own_server.url, key.text) as client:
        narrow = client.create_key("page", ["events"])
        assert {one.name for one in client.list_keys().keys} == {"admin", "page"}
        with Client(own_server.url, narrow.text) as page, pytest.raises(freshet.PermissionDenied):
            page.recommend(user="a")


def test_asyncio_gives_the_same_answers(server, client):
    async def ask():
        async with AsyncClient(server.url) as other:
            await other.send_events([Event(user="parallel", item="mug")])
            with pytest.raises(freshet.NotFound):
                await other.get_item("nobody knows it")
            async for status in other.follow_status():
                break
            items, popular = await asyncio.gather(other.list_items(limit=5), other.popular_items(count=3))
            return items, popular, status, await other.openapi()

    items, popular, status, document = asyncio.run(ask())
    assert items == client.list_items(limit=5) and document == client.openapi()
    assert popular == client.popular_items(count=3)
    assert status.started == client.get_status().started


def test_no_server_is_unreachable():
    with Client("http://127.0.0.1:9", retries=freshet.Retries(count=1, first_wait=0.01)) as client:
        with pytest.raises(freshet.Unreachable) as raised:
            client.recommend(user="a")
    assert raised.value.may_have_happened is False

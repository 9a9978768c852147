"""What is sent again, and what is not, by servers that fail in order."""

import asyncio
import json
import time

import httpx
import pytest

import freshet
from freshet import AsyncClient, Client, Event, Retries

quick = Retries(count=3, deadline=5, first_wait=0.001)
delivery = {"accepted": 1, "rejected": []}
answer = {"recommendation_id": "r", "model": "1.0", "items": []}


def problem(status, **headers):
    body = {"type": "/p", "title": "T", "status": status, "detail": "No.", "instance": "urn:1"}
    return httpx.Response(status, json=body, headers=headers)


class Script:
    """Answers in order; an exception is raised instead of being answered."""

    def __init__(self, *answers):
        self.answers, self.requests = list(answers), []

    def __call__(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, retries=quick):
        return Client("http://script", transport=httpx.MockTransport(self), retries=retries)


@pytest.mark.parametrize("status, header", [(429, {"Retry-After": "0"}), (503, {"Retry-After": "0"})])
def test_a_refusal_is_sent_again_whatever_it_asks(status, header):
    script = Script(problem(status, **header), httpx.Response(200, json=answer))
    assert script.client().recommend(user="a").recommendation_id == "r"
    assert len(script.requests) == 2


def test_retry_after_is_obeyed():
    script = Script(problem(429, **{"Retry-After": "0.2"}), httpx.Response(200, json=answer))
    start = time.monotonic()
    script.client().recommend(user="a")
    assert time.monotonic() - start >= 0.2


def test_a_wait_beyond_the_deadline_is_not_begun():
    script = Script(problem(503, **{"Retry-After": "3600"}))
    with pytest.raises(freshet.Unavailable) as raised:
        script.client().recommend(user="a")
    assert raised.value.retry_after == 3600


def test_an_event_keeps_its_id_over_a_lost_answer():
    script = Script(httpx.ReadError("lost"), problem(500), httpx.Response(202, json=delivery))
    script.client().send_events([Event(user="a", item="b")])
    ids = {json.loads(request.content)[0]["id"] for request in script.requests}
    assert len(script.requests) == 3 and len(ids) == 1


@pytest.mark.parametrize("failure", [httpx.ReadError("lost"), problem(500), problem(503)])
def test_what_may_have_happened_is_not_asked_twice(failure):
    script = Script(failure)
    with pytest.raises(freshet.FreshetError):
        script.client().recommend(user="a")
    with pytest.raises(freshet.FreshetError):
        Script(httpx.ReadError("lost")).client().create_key("k", ["read"])


def test_what_was_never_sent_is_sent_again():
    script = Script(httpx.ConnectError("refused"), httpx.Response(200, json=answer))
    assert script.client().recommend(user="a").model == "1.0"


def test_a_deletion_whose_answer_was_lost_is_done():
    Script(httpx.ReadError("lost"), problem(404)).client().delete_item("x")
    with pytest.raises(freshet.NotFound):
        Script(problem(404)).client().delete_item("x")


def test_tries_end():
    script = Script(*[httpx.ConnectError("refused")] * 4)
    with pytest.raises(freshet.Unreachable):
        script.client().get_status()
    assert len(script.requests) == 4


@pytest.mark.parametrize("status, kind", [
    (400, freshet.BadRequest), (401, freshet.AuthenticationError), (403, freshet.PermissionDenied),
    (404, freshet.NotFound), (409, freshet.Conflict), (413, freshet.TooLarge), (429, freshet.RateLimited),
    (503, freshet.Unavailable), (507, freshet.QuotaExceeded), (500, freshet.ServerError),
])  # fmt: skip
def test_each_status_has_its_exception(status, kind):
    with pytest.raises(kind) as raised:
        Script(problem(status)).client(Retries(count=0)).get_item("x")
    assert type(raised.value) is kind and kind.advice in str(raised.value)


def test_an_answer_that_is_not_freshets():
    with pytest.raises(freshet.ServerError):
        Script(httpx.Response(502, text="<html>")).client(Retries(count=0)).get_status()
    with pytest.raises(freshet.errors.UnreadableAnswer):
        Script(httpx.Response(200, text="<html>")).client().get_status()


def test_asyncio_tries_alike():
    async def ask():
        script = Script(problem(429, **{"Retry-After": "0"}), httpx.ConnectError("x"), httpx.Response(200, json=answer))
        async with AsyncClient("http://script", transport=httpx.MockTransport(script), retries=quick) as client:
            await client.recommend(user="a")
        return len(script.requests)

    assert asyncio.run(ask()) == 3

"""The client for threads. Made from _async_client.py by tools/make_sync.py: change that."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Optional, TypeVar

import httpx

from ._operations import Operations
from .coding import decoded, encoded, query_text
from .errors import NotFound, Unreachable, UnreadableAnswer, problem_error
from .models import Delivery, Event, Status
from .patching import patched
from .retries import Attempts, Retries

T = TypeVar("T")


class Client(Operations):
    """A server, or one shop of a server, whose key leads to it.

    Without `url` and `key` those of the environment are taken, `FRESHET_URL` and `FRESHET_KEY`. `timeout` is for
    each try in seconds, `retries` says how many there are and how long they may take together.

    `read_after` is the `offset` of the newest delivery of events: each request asks whichever server answers to know
    them first. Set it to that of another client to see its events as well.
    """

    def __init__(
        self,
        url: Optional[str] = None,
        key: Optional[str] = None,
        *,
        timeout: float = 10.0,
        retries: Retries = Retries(),
        transport: Optional[httpx.BaseTransport] = None,
    ) -> None:
        self.url = (url or os.environ.get("FRESHET_URL") or "http://127.0.0.1:8090").rstrip("/")
        self.retries = retries
        self.timeout = timeout
        self.read_after: Optional[int] = None
        key = key or os.environ.get("FRESHET_KEY")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(headers=headers, timeout=timeout, transport=transport)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def send_events(self, events: Sequence[Event]) -> Delivery:
        """Send events, at most 10,000; they are kept when the answer comes, and the next request sees them.

        An event without an id gets one here, so that sending it again after a lost answer does not count it twice.
        Those that are refused are listed in `rejected` by their place; where not one is kept, `BadRequest` is raised.
        """
        named = [event if event.id is not None else replace(event, id=uuid.uuid4().hex) for event in events]
        delivery = self._call("POST", "/v1/events", body=named, repeatable=True, result=Delivery)
        if delivery.offset is not None:
            self.read_after = max(self.read_after or 0, delivery.offset)
        return delivery

    def follow_status(self) -> Iterator[Status]:
        """The status, and again at each change, at most once a second.

        It does not end by itself: leave the loop. Where nothing comes for a minute the connection is dead, and
        `Unreachable` is raised; begin anew then.
        """
        document: Any = None
        try:
            request = self._http.stream("GET", self.url + "/v1/status/stream", timeout=60.0)
            with request as response:
                if not response.is_success:
                    raise problem_error(response.status_code, response.headers, response.read())
                kind = ""
                for line in response.iter_lines():
                    name, _, text = line.partition(": ")
                    if name == "event":
                        kind = text
                    elif name == "data":
                        document = json.loads(text) if kind == "status" else patched(document, json.loads(text))
                        yield decoded(Status, document)
        except httpx.TransportError as error:
            raise Unreachable(f"{self.url} stopped telling its status: {error!r}.", False) from error

    def _call(
        self,
        method: str,
        path: str,
        *,
        result: type[T],
        query: Mapping[str, Any] = {},
        body: Any = None,
        repeatable: bool = False,
    ) -> T:
        response = self._exchange(method, path, query, body, "application/json", repeatable)
        try:
            return decoded(result, response.json())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UnreadableAnswer(
                f"{method} {path} at {self.url}: the answer is not a {result}: {error!r}."
            ) from error

    def _text(self, method: str, path: str, *, query: Mapping[str, Any] = {}, accept: str = "*/*") -> str:
        return (self._exchange(method, path, query, None, accept, False)).text

    def _send(self, method: str, path: str) -> None:
        try:
            self._exchange(method, path, {}, None, "application/json", False)
        except NotFound as error:
            if not error.may_have_happened:
                raise
            # An earlier try, whose answer was lost, deleted it.

    def _exchange(
        self, method: str, path: str, query: Mapping[str, Any], body: Any, accept: str, repeatable: bool
    ) -> httpx.Response:
        """Sends until an answer comes that stands, or nothing more may be tried."""
        attempts = Attempts(self.retries, repeatable or method in ("GET", "PUT", "PATCH", "DELETE"))
        parameters = query_text(query)
        url = self.url + path + ("?" + parameters if parameters else "")
        headers = {"Accept": accept}
        if self.read_after is not None:
            headers["Freshet-Read-After"] = str(self.read_after)
        content = None
        if body is not None:
            headers["Content-Type"] = "application/merge-patch+json" if method == "PATCH" else "application/json"
            content = json.dumps(encoded(body), allow_nan=False).encode()
        while True:
            try:
                limit = min(self.timeout, attempts.seconds_left)
                response = self._http.request(method, url, content=content, headers=headers, timeout=limit)
            except httpx.TransportError as error:
                wait = attempts.wait_after_failure(error)
                if wait is None:
                    raise Unreachable(
                        f"{self.url} does not answer: {error!r}. Look whether it runs, and at the address.",
                        attempts.may_have_happened,
                    ) from error
            else:
                if response.is_success:
                    return response
                problem = problem_error(response.status_code, response.headers, response.content)
                problem.may_have_happened = attempts.may_have_happened
                wait = attempts.wait_after_problem(problem)
                if wait is None:
                    raise problem
            time.sleep(wait)

"""When a request is sent again, so that nothing counts twice."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Optional

import httpx

from .errors import ProblemError

_never_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class Retries:
    """How often and how long a request is tried.

    Between tries passes a random time of up to `first_wait` seconds, twice as much at each further one, up to
    `longest_wait`; where the server says how long (`Retry-After`), at least that. After `deadline` seconds in all
    the last error is raised.
    """

    count: int = 4
    deadline: float = 30.0
    first_wait: float = 0.2
    longest_wait: float = 10.0


class Attempts:
    """The tries of one request.

    A request that was not carried out is sent again: where the connection failed, or the server says when to come
    again (429, 503). One whose answer was lost, or that failed on the way, only where it is `repeatable`.
    """

    def __init__(self, retries: Retries, repeatable: bool) -> None:
        self.may_have_happened = False
        self._retries = retries
        self._repeatable = repeatable
        self._count = 0
        self._end = time.monotonic() + retries.deadline

    @property
    def seconds_left(self) -> float:
        """Until the deadline; never quite nothing."""
        return max(0.001, self._end - time.monotonic())

    def wait_after_failure(self, error: httpx.TransportError) -> Optional[float]:
        """The seconds to wait before the next try, `None` where there is none."""
        was_sent = not isinstance(error, _never_sent)
        self.may_have_happened = self.may_have_happened or was_sent
        return self._wait(0.0) if self._repeatable or not was_sent else None

    def wait_after_problem(self, error: ProblemError) -> Optional[float]:
        """The seconds to wait before the next try, `None` where there is none."""
        is_refused = error.status in (429, 503) and error.retry_after is not None
        has_failed = error.status in (429, 500, 502, 503, 504)
        if not is_refused and not (has_failed and self._repeatable):
            return None
        self.may_have_happened = self.may_have_happened or not is_refused
        return self._wait(error.retry_after or 0.0)

    def _wait(self, least: float) -> Optional[float]:
        if self._count >= self._retries.count:
            return None
        jitter = random.random() * min(self._retries.longest_wait, self._retries.first_wait * 2**self._count)
        self._count += 1
        return least + jitter if time.monotonic() + least + jitter < self._end else None

"""What can go wrong, and what to do next."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Mapping
from typing import Optional

from .coding import decoded
from .models import Problem


class FreshetError(Exception):
    """Something went wrong between this program and the server."""


class Unreachable(FreshetError):
    """No answer came: the server is away, or the network is. `may_have_happened` is false where nothing was sent."""

    def __init__(self, message: str, may_have_happened: bool) -> None:
        super().__init__(message)
        self.may_have_happened = may_have_happened


class UnreadableAnswer(FreshetError):
    """What answered does not speak as a Freshet server does: look at the address, or for a proxy on the way."""


class ProblemError(FreshetError):
    """The server refused, and `problem` says why; `advice` says what to do next.

    `retry_after` are the seconds after which the same may be sent again, where the server says so.
    """

    advice = "Look at the server's log, which names the request by problem.instance."

    def __init__(self, problem: Problem, retry_after: Optional[float] = None) -> None:
        super().__init__(f"{problem.detail} {self.advice} ({problem.status}, {problem.instance})")
        self.problem = problem
        self.status = problem.status
        self.retry_after = retry_after
        self.may_have_happened = False
        """Whether an earlier try of the same request may have been carried out, its answer lost."""


class BadRequest(ProblemError):
    """What was sent cannot be taken as it is."""

    advice = "Correct what problem.detail and problem.errors name; sending the same again changes nothing."


class AuthenticationError(ProblemError):
    """The server does not know the key, or wants one."""

    advice = "Give Client(key=...) or FRESHET_KEY a key that 'freshet keys create' made and nobody revoked."


class PermissionDenied(ProblemError):
    """The key has not the right to do this."""

    advice = "Use a key with the right that problem.detail names ('freshet keys create NAME --rights ...')."


class NotFound(ProblemError):
    """There is nothing of this id, or this server does not have the function."""

    advice = "Look at the id."


class Conflict(ProblemError):
    """It does not fit what is there now."""

    advice = "Read the present state, and decide anew."


class TooLarge(ProblemError):
    """The request is longer than the server takes."""

    advice = "Send it in several smaller requests."


class RateLimited(ProblemError):
    """Too much came at once."""

    advice = "Send the same again after retry_after seconds."


class Unavailable(ProblemError):
    """The server is starting, stopping, or busy."""

    advice = "Send the same again after retry_after seconds."


class QuotaExceeded(ProblemError):
    """The shop is full."""

    advice = "Delete what is not needed, or have its quota raised (quota.users, quota.items)."


class ServerError(ProblemError):
    """The server failed; whether anything was done is not known."""


_kinds: dict[int, type[ProblemError]] = {
    401: AuthenticationError,
    403: PermissionDenied,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    429: RateLimited,
    503: Unavailable,
    507: QuotaExceeded,
}


def problem_error(status: int, headers: Mapping[str, str], content: bytes) -> ProblemError:
    """The exception of an answer; one without a problem document is a proxy's, most likely."""
    try:
        problem = decoded(Problem, json.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError):
        text = content[:200].decode("utf-8", "replace")
        problem = Problem("about:blank", "No problem document", status, f"The answer was {status}: {text}", "")
    kind = _kinds.get(status, ServerError if status >= 500 else BadRequest)
    return kind(problem, _seconds(headers.get("retry-after")))


def _seconds(header: Optional[str]) -> Optional[float]:
    """What `Retry-After` says: a count of seconds, or a date."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(header).timestamp() - time.time())
    except (TypeError, ValueError):
        return None

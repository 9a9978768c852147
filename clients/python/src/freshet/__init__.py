"""Client of Freshet, a recommender engine that learns from every event.

    from freshet import Client, Event

    with Client("http://127.0.0.1:8090") as client:
        client.send_events([Event(user="ann", item="kettle", type="purchase")])
        answer = client.recommend(user="ann", count=5)

`AsyncClient` has the same methods for asyncio. `EventQueue` and `AsyncEventQueue` send events in batches behind
the back of the program, and keep them on disk while the server is away.
"""

from . import models
from ._async_client import AsyncClient
from ._client import Client
from .errors import (
    AuthenticationError,
    BadRequest,
    Conflict,
    FreshetError,
    NotFound,
    PermissionDenied,
    ProblemError,
    QuotaExceeded,
    RateLimited,
    ServerError,
    TooLarge,
    Unavailable,
    Unreachable,
)
from .models import (
    Event,
    ExperimentRequest,
    Filter,
    Item,
    ItemFields,
    Place,
    Policies,
    Rule,
    SessionEvent,
    User,
    UserFields,
)
from .queue import AsyncEventQueue, EventQueue, QueueFigures
from .retries import Retries

__version__ = "0.1.0"

__all__ = [
    "AsyncClient",
    "AsyncEventQueue",
    "AuthenticationError",
    "BadRequest",
    "Client",
    "Conflict",
    "Event",
    "EventQueue",
    "ExperimentRequest",
    "Filter",
    "FreshetError",
    "Item",
    "ItemFields",
    "NotFound",
    "PermissionDenied",
    "Place",
    "Policies",
    "ProblemError",
    "QueueFigures",
    "QuotaExceeded",
    "RateLimited",
    "Retries",
    "Rule",
    "ServerError",
    "SessionEvent",
    "TooLarge",
    "Unavailable",
    "Unreachable",
    "User",
    "UserFields",
    "models",
]

"""Events are sent in batches, behind the back of the program."""

from __future__ import annotations

import asyncio
import atexit
import math
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Optional

from ._async_client import AsyncClient
from ._client import Client
from .errors import BadRequest, FreshetError, ProblemError, TooLarge
from .models import Delivery, Event, Rejection
from .outbox import FileOutbox, MemoryOutbox, Outbox
from .retries import Retries


@dataclass
class QueueFigures:
    """What became of a queue's events since it was made.

    `sent` includes the `duplicates` that the server had already, by an earlier try. `rejected` were refused by the
    server, `dropped` never accepted by the queue because it was full.
    """

    sent: int = 0
    duplicates: int = 0
    rejected: int = 0
    dropped: int = 0
    waiting: int = 0


class _Sending:
    """What is to be sent, and what the answers mean: the part that threads and tasks share."""

    def __init__(self, path: Optional[str], batch: int, capacity: int, retries: Retries) -> None:
        self.outbox: Outbox = FileOutbox(path) if path else MemoryOutbox()
        self.figures = QueueFigures()
        self.rejections: deque[tuple[Event, str]] = deque(maxlen=100)
        self.last_error: Optional[FreshetError] = None
        self._largest = self._batch = batch
        self._capacity = capacity
        self._retries = retries
        self._failures = 0
        self._lock = threading.Lock()

    def put(self, event: Event) -> bool:
        """Takes an event, with its id and its time: both must not change when it is sent again."""
        id = event.id if event.id is not None else uuid.uuid4().hex
        moment = event.time if event.time is not None else round(time.time(), 3)
        is_taken = self.outbox.add(replace(event, id=id, time=moment), self._capacity)
        if not is_taken:
            with self._lock:
                self.figures.dropped += 1
        return is_taken

    def next(self) -> list[Event]:
        return self.outbox.first(self._batch)

    def is_full(self) -> bool:
        return len(self.outbox) >= self._batch

    def answered(self, events: Sequence[Event], delivery: Delivery) -> None:
        """The server has them, but for those that it refused, which it would refuse again."""
        self.outbox.remove(events)
        with self._lock:
            self.figures.sent += delivery.accepted
            self.figures.duplicates += delivery.duplicates or 0
            self.figures.rejected += len(delivery.rejected)
        self.rejections.extend((events[one.index], one.error) for one in delivery.rejected)
        self.last_error, self._failures, self._batch = None, 0, self._largest

    def failed(self, events: Sequence[Event], error: FreshetError) -> float:
        """What cannot be sent ever is given up; everything else stays. The answer are the seconds to wait."""
        self.last_error = error
        is_hopeless = isinstance(error, BadRequest) and error.status in (400, 415, 422)
        if is_hopeless and isinstance(error, ProblemError):
            refused = [one for one in error.problem.errors or [] if isinstance(one, Rejection)]
            if refused:  # Not one was kept, and the first hundred are listed.
                return self._give_up(events, {one.index: one.error for one in refused}, error)
        if (is_hopeless or isinstance(error, TooLarge)) and len(events) > 1:
            self._batch = max(1, len(events) // 2)  # Find the one that spoils the others.
            return 0.0
        if is_hopeless or isinstance(error, TooLarge):
            return self._give_up(events, {}, error)
        self._failures += 1
        longest = min(self._retries.longest_wait, self._retries.first_wait * 2.0 ** min(self._failures, 20))
        wait = random.uniform(0.5, 1.0) * longest
        least = error.retry_after if isinstance(error, ProblemError) else None
        return max(wait, least or 0.0)

    def _give_up(self, events: Sequence[Event], reasons: dict[int, str], error: FreshetError) -> float:
        self.outbox.remove(events)
        with self._lock:
            self.figures.rejected += len(events)
        self.rejections.extend((event, reasons.get(index, str(error))) for index, event in enumerate(events))
        return 0.0

    def now(self) -> QueueFigures:
        with self._lock:
            return replace(self.figures, waiting=len(self.outbox))


class EventQueue:
    """Sends events from a thread of its own, in batches of `batch`, or what there is every `interval` seconds.

    `put` does not wait for the network. While the server is away events wait: in memory, or in the file at `path`,
    which outlives the process. At most `capacity` wait; what comes then is dropped and counted. At the end of the
    program `close` sends what is left, for `patience` seconds at most.
    """

    def __init__(
        self,
        client: Client,
        path: Optional[str] = None,
        *,
        batch: int = 500,
        interval: float = 1.0,
        capacity: int = 100_000,
        patience: float = 5.0,
    ) -> None:
        self._client = client
        self._sending = _Sending(path, batch, capacity, client.retries)
        self._interval = interval
        self._patience = patience
        self._changed = threading.Condition()
        self._flushes = 0
        self._end = math.inf
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="freshet events", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    @property
    def figures(self) -> QueueFigures:
        """What became of the events up to now."""
        return self._sending.now()

    @property
    def last_error(self) -> Optional[FreshetError]:
        """Why the last try failed; `None` after one that did not."""
        return self._sending.last_error

    @property
    def rejections(self) -> list[tuple[Event, str]]:
        """The last 100 events that the server refused, and why."""
        return list(self._sending.rejections)

    def put(self, event: Event) -> bool:
        """Take an event; false where the queue is full, and the event is dropped."""
        with self._changed:
            if self._is_closed:
                raise RuntimeError("The queue is closed: put events before close().")
            is_taken = self._sending.put(event)
            if self._sending.is_full():
                self._changed.notify_all()
            return is_taken

    def flush(self, timeout: float = 30.0) -> bool:
        """Send what waits now; false where something is left after `timeout` seconds."""
        end = time.monotonic() + timeout
        with self._changed:
            self._flushes += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(lambda: not len(self._sending.outbox), max(0.0, end - time.monotonic()))
            finally:
                self._flushes -= 1

    def close(self) -> QueueFigures:
        """Send what waits, for `patience` seconds at most, and end. What is left in a file is sent by the next."""
        with self._changed:
            if self._is_closed:
                return self.figures
            self._is_closed = True
            self._end = time.monotonic() + self._patience
            self._changed.notify_all()
        atexit.unregister(self.close)
        self._thread.join(self._patience + self._client.timeout + 1)
        figures = self.figures
        if not self._thread.is_alive():
            self._sending.outbox.close()
        return figures

    def __enter__(self) -> EventQueue:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                if not (self._is_closed or self._flushes or self._sending.is_full()):
                    self._changed.wait(self._interval)
                is_closed, flushes = self._is_closed, self._flushes
            wait = self._send_all()
            with self._changed:
                self._changed.notify_all()
                if is_closed and (wait is None or time.monotonic() + wait > self._end):
                    return
                if wait:
                    self._changed.wait_for(lambda: self._is_closed != is_closed or self._flushes > flushes, wait)

    def _send_all(self) -> Optional[float]:
        """Sends until nothing waits, or a try fails: then the seconds to wait."""
        while events := self._sending.next():
            try:
                self._sending.answered(events, self._client.send_events(events))
            except FreshetError as error:
                wait = self._sending.failed(events, error)
                if wait:
                    return wait
        return None


class AsyncEventQueue:
    """`EventQueue` as a task of asyncio: `async with AsyncEventQueue(client) as queue: queue.put(event)`."""

    def __init__(
        self,
        client: AsyncClient,
        path: Optional[str] = None,
        *,
        batch: int = 500,
        interval: float = 1.0,
        capacity: int = 100_000,
        patience: float = 5.0,
    ) -> None:
        self._client = client
        self._sending = _Sending(path, batch, capacity, client.retries)
        self._interval = interval
        self._patience = patience
        self._task: Optional[asyncio.Task[None]] = None
        self._wake: Optional[asyncio.Event] = None

    @property
    def figures(self) -> QueueFigures:
        """What became of the events up to now."""
        return self._sending.now()

    @property
    def last_error(self) -> Optional[FreshetError]:
        """Why the last try failed; `None` after one that did not."""
        return self._sending.last_error

    @property
    def rejections(self) -> list[tuple[Event, str]]:
        """The last 100 events that the server refused, and why."""
        return list(self._sending.rejections)

    def put(self, event: Event) -> bool:
        """Take an event; false where the queue is full, and the event is dropped."""
        if self._task is None:
            raise RuntimeError("The queue does not run: put events within 'async with'.")
        is_taken = self._sending.put(event)
        if self._wake is not None and self._sending.is_full():
            self._wake.set()
        return is_taken

    async def flush(self, timeout: float = 30.0) -> bool:
        """Send what waits now; false where something is left after `timeout` seconds."""
        end = time.monotonic() + timeout
        while (wait := await self._send_all()) is not None:
            if time.monotonic() + wait > end:
                return False
            await asyncio.sleep(wait)
        return True

    async def aclose(self) -> QueueFigures:
        """Send what waits, for `patience` seconds at most, and end. What is left in a file is sent by the next."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            try:
                await asyncio.wait_for(self.flush(self._patience), self._patience)
            except asyncio.TimeoutError:
                pass
            figures = self.figures
            self._sending.outbox.close()
            return figures
        return self._sending.figures

    async def __aenter__(self) -> AsyncEventQueue:
        self._wake, self._turn = asyncio.Event(), asyncio.Lock()
        self._task = asyncio.create_task(self._run(self._wake))
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self.aclose()

    async def _run(self, wake: asyncio.Event) -> None:
        while True:
            try:
                await asyncio.wait_for(wake.wait(), self._interval)
            except asyncio.TimeoutError:
                pass
            wake.clear()
            wait = await self._send_all()
            if wait is not None:
                await asyncio.sleep(wait)

    async def _send_all(self) -> Optional[float]:
        """Sends until nothing waits, or a try fails: then the seconds to wait."""
        async with self._turn:  # Whoever removes from the outbox must be the one who read it.
            while events := self._sending.next():
                try:
                    self._sending.answered(events, await self._client.send_events(events))
                except FreshetError as error:
                    wait = self._sending.failed(events, error)
                    if wait:
                        return wait
        return None

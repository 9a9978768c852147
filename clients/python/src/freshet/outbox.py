"""Where events wait: in memory, or in a file that outlives the process."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import deque
from collections.abc import Sequence
from itertools import islice
from typing import Protocol

from .coding import decoded, encoded
from .models import Event


class Outbox(Protocol):
    """A queue of events, first in, first out. Its methods may be called from any thread."""

    def add(self, event: Event, capacity: int) -> bool:
        """Append an event; false where there are `capacity` already."""

    def first(self, count: int) -> list[Event]:
        """The oldest events, which stay."""

    def remove(self, events: Sequence[Event]) -> None:
        """Take away the oldest events, which `first` gave."""

    def __len__(self) -> int: ...

    def close(self) -> None:
        """Let go of what is held; what is kept on disk stays there."""


class MemoryOutbox:
    """Events in memory; they are gone with the process."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque()
        self._lock = threading.Lock()

    def add(self, event: Event, capacity: int) -> bool:
        with self._lock:
            if len(self._events) >= capacity:
                return False
            self._events.append(event)
            return True

    def first(self, count: int) -> list[Event]:
        with self._lock:
            return list(islice(self._events, count))

    def remove(self, events: Sequence[Event]) -> None:
        with self._lock:
            for _ in events:
                self._events.popleft()

    def __len__(self) -> int:
        return len(self._events)

    def close(self) -> None:
        pass


class FileOutbox:
    """Events in an SQLite file: they outlive the process, and are sent by the next one that opens the file.

    What was added stands after the process is killed; after a power cut the last ones may be missing. Two processes
    need two files.
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute("CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY, event TEXT NOT NULL)")
        self._count: int = self._database.execute("SELECT count(*) FROM outbox").fetchone()[0]

    def add(self, event: Event, capacity: int) -> bool:
        with self._lock:
            if self._count >= capacity:
                return False
            self._database.execute("INSERT INTO outbox (event) VALUES (?)", [json.dumps(encoded(event))])
            self._count += 1
            return True

    def first(self, count: int) -> list[Event]:
        with self._lock:
            query = "SELECT event FROM outbox ORDER BY number LIMIT ?"
            return [decoded(Event, json.loads(text)) for (text,) in self._database.execute(query, [count])]

    def remove(self, events: Sequence[Event]) -> None:
        with self._lock:
            query = "DELETE FROM outbox WHERE number IN (SELECT number FROM outbox ORDER BY number LIMIT ?)"
            self._count -= self._database.execute(query, [len(events)]).rowcount

    def __len__(self) -> int:
        return self._count

    def close(self) -> None:
        with self._lock:
            self._database.close()

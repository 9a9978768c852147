"""JSON Patch (RFC 6902) as far as the status stream uses it: add, remove and replace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def patched(document: Any, operations: Sequence[dict[str, Any]]) -> Any:
    """Carries out the operations in order, in place, and gives the document."""
    for operation in operations:
        path = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
        if not path:
            document = operation["value"]
            continue
        parent = document
        for step in path[:-1]:
            parent = parent[int(step)] if isinstance(parent, list) else parent[step]
        _change(parent, path[-1], operation)
    return document


def _change(parent: Any, last: str, operation: dict[str, Any]) -> None:
    if isinstance(parent, list):
        place = len(parent) if last == "-" else int(last)
        if operation["op"] == "add":
            parent.insert(place, operation["value"])
            return
    else:
        place = last  # type: ignore[assignment]
    if operation["op"] == "remove":
        del parent[place]
    else:
        parent[place] = operation["value"]

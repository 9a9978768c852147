"""Feedback, events and the catalogue as tables of pandas."""

from __future__ import annotations

import dataclasses
import json
import os
import pathlib
from typing import IO, Any, Union

import pandas as pd

from ._client import Client
from .models import Feedback, Rate

_texts = ("recommendation_id", "user", "item", "model", "id", "session", "scenario", "variant")

Source = Union[str, "os.PathLike[str]", IO[str]]


def read_feedback(path: Source) -> Any:
    """What `freshet export --what feedback` wrote (JSON lines, or `.csv`): a row an item that was shown.

    `time` and `event_time` become times of pandas in UTC; ids stay texts, also where they look like numbers.
    """
    return _read(path, ("time", "event_time"))


def read_events(path: Source) -> Any:
    """What `freshet export --what events` wrote (JSON lines, or `.csv`): a row an event."""
    return _read(path, ("time",))


def feedback_frame(feedback: Feedback) -> Any:
    """The figures of `client.get_feedback(...)`: a row a group, a rate in three columns (`ctr`, `ctr_low`, ...)."""
    rows = []
    for row in feedback.rows:
        columns: dict[str, Any] = dict(row.group)
        for field in dataclasses.fields(row):
            value = getattr(row, field.name)
            if field.name == "group":
                continue
            if isinstance(value, Rate):
                low_high = {f"{field.name}_low": value.low, f"{field.name}_high": value.high}
                columns.update({field.name: value.value, **low_high})
            else:
                columns[field.name] = value
        rows.append(columns)
    return pd.DataFrame(rows)


def get_feedback_frame(client: Client, **question: Any) -> Any:
    """`client.get_feedback(by=..., from_=..., to=...)` as a table."""
    return feedback_frame(client.get_feedback(**question))


def _read(path: Source, times: tuple[str, ...]) -> Any:
    if isinstance(path, (str, os.PathLike)) and os.fspath(path).endswith(".csv"):
        frame = pd.read_csv(path, dtype={name: "string" for name in _texts})
    else:
        lines = path.read() if not isinstance(path, (str, os.PathLike)) else pathlib.Path(path).read_text("utf-8")
        frame = pd.DataFrame([json.loads(line) for line in lines.split("\n") if line.strip()])
    for name in times:
        if name in frame:
            milliseconds = (pd.to_numeric(frame[name]) * 1000).round().astype("Int64")
            frame[name] = pd.to_datetime(milliseconds, unit="ms", utc=True)
    return frame

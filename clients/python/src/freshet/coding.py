"""Between the classes of `models` and JSON, paths and queries."""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Optional, TypeVar, Union
from urllib.parse import quote

from .models import Place

T = TypeVar("T")


def encoded(value: Any) -> Any:
    """A value as JSON has it; fields that are `None` are left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        pairs = ((wire_name(field), getattr(value, field.name)) for field in dataclasses.fields(value))
        return {name: encoded(part) for name, part in pairs if part is not None}
    if isinstance(value, Mapping):
        return {name: encoded(part) for name, part in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [encoded(part) for part in value]
    return value


def fields(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a request that are given, as JSON has them."""
    return {name: encoded(value) for name, value in body.items() if value is not None}


def changes(fields: Any, remove: Sequence[str]) -> dict[str, Any]:
    """A merge patch (RFC 7396): what is given replaces, what is named in `remove` goes."""
    patch: dict[str, Any] = {} if fields is None else encoded(fields)
    return {**patch, **{name: None for name in remove}}


def decoded(kind: type[T], value: Any) -> T:
    """A value of JSON as `kind`; fields that `kind` does not have are passed over."""
    return typing.cast(T, _decoded(kind, value))


def wire_name(field: dataclasses.Field[Any]) -> str:
    """A field's name in JSON, which may be a word of Python's own."""
    return str(field.metadata.get("name", field.name))


def part(id: str) -> str:
    """An id as a part of a path. Some ids are also the last words of routes, and dots would mean folders."""
    if id in ("merge", "batch", "labels", "dry-run", ".", ".."):
        return f"%{ord(id[0]):02X}{id[1:].replace('.', '%2E')}"
    return quote(id, safe="")


def commas(names: Optional[Sequence[str]]) -> Optional[str]:
    """Names as one parameter of a query; a text is taken as it is."""
    return names if names is None or isinstance(names, str) else ",".join(names)


def degrees(place: Optional[Place]) -> Optional[str]:
    """A place as a parameter of a query."""
    return None if place is None else f"{place.latitude!r},{place.longitude!r}"


def query_text(query: Mapping[str, Any]) -> str:
    """The parameters that are given, percent-encoded; a list is given once for each of its values."""
    pairs = []
    for name, value in query.items():
        if value is None:
            continue
        for one in value if isinstance(value, (list, tuple)) else [value]:
            pairs.append(f"{quote(name, safe='')}={quote(str(one), safe='')}")
    return "&".join(pairs)


@functools.lru_cache(maxsize=None)
def hints(kind: type) -> dict[str, Any]:
    """The types of a class's fields by the names of JSON."""
    types = typing.get_type_hints(kind)
    return {wire_name(field): types[field.name] for field in dataclasses.fields(kind)}


@functools.lru_cache(maxsize=None)
def _fields(kind: type) -> tuple[tuple[str, str, Any, bool], ...]:
    types = hints(kind)
    return tuple(
        (wire_name(field), field.name, types[wire_name(field)], field.default is dataclasses.MISSING)
        for field in dataclasses.fields(kind)
    )


def _decoded(kind: Any, value: Any) -> Any:
    if dataclasses.is_dataclass(kind):
        return _object(typing.cast(type, kind), value)
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if value is None or not parts:
        return value
    if origin is list:
        return [_decoded(parts[0], one) for one in value]
    if origin is dict:
        return {name: _decoded(parts[1], one) for name, one in value.items()}
    if origin is Union:
        return _decoded(_choice(parts, value), value)
    return value


def _choice(parts: tuple[Any, ...], value: Any) -> Any:
    """Of several types the one that the value has: a class whose fields it has, an array, or as it is."""
    for kind in parts:
        if isinstance(value, dict):
            if dataclasses.is_dataclass(kind):
                if all(name in value for name, _, _, is_needed in _fields(typing.cast(type, kind)) if is_needed):
                    return kind
            elif typing.get_origin(kind) is dict:
                return kind
        elif isinstance(value, list) and typing.get_origin(kind) is list:
            return kind
    return Any


def _object(kind: type, value: Mapping[str, Any]) -> Any:
    arguments = {}
    for name, attribute, hint, is_needed in _fields(kind):
        if name in value or is_needed:
            arguments[attribute] = _decoded(hint, value[name])
    return kind(**arguments)

"""Vectors of snapshots, of versions of a server and of 'freshet encode', as arrays of numpy."""

from __future__ import annotations

import json
import os
import pathlib
import zlib
from dataclasses import dataclass
from typing import Any, Optional, Union

import numpy as np

from .errors import FreshetError

_types = {
    "F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1",
    "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?", "BF16": "<u2",
}  # fmt: skip


class DamagedFile(FreshetError):
    """A file is not what it should be: copy it again, or make it again."""


@dataclass
class Vectors:
    """One vector a row: `ids[row]` is what `array[row]` is of, `None` where the file does not name it."""

    name: str
    array: Any
    ids: Optional[list[str]] = None


def read_vectors(path: Union[str, os.PathLike[str]]) -> dict[str, Vectors]:
    """The tables of vectors at `path`: of items, and of users where the model has some.

    `path` is the folder of a snapshot (`freshet train --output`), a version of a server
    (`shop/versions/3.17.safetensors`) or what `freshet encode` wrote (`.safetensors`, `.npy`). A version of a server
    does not hold the ids of its items; its rows are in the order in which the server learned of them.
    """
    place = pathlib.Path(path)
    if place.suffix == ".npy":
        return {"vectors": Vectors("vectors", np.load(place))}
    if place.is_dir():
        return _read_snapshot(place)
    arrays, _ = read_safetensors(place)
    ids = _ids(arrays, "ids")
    return {name: Vectors(name, array, ids if name == "vectors" else None) for name, array in _tables(arrays)}


def read_safetensors(path: Union[str, os.PathLike[str]]) -> tuple[dict[str, Any], dict[str, str]]:
    """The arrays of a file by their names, and the texts that go with them. `BF16` comes as 32 bits."""
    return _parsed(pathlib.Path(path).read_bytes(), path)


def _read_snapshot(folder: pathlib.Path) -> dict[str, Vectors]:
    if not (folder / "manifest.json").exists():
        raise DamagedFile(f"'{folder}' is not a snapshot: it has no manifest.json. Name what 'freshet train' wrote.")
    records = json.loads((folder / "manifest.json").read_text())["files"]
    contents = {}
    for name in ("weights.safetensors", "data.safetensors"):
        content = (folder / name).read_bytes()
        if len(content) != records[name]["bytes"] or f"{zlib.crc32(content):08x}" != records[name]["crc32"]:
            raise DamagedFile(f"'{folder / name}' is not what the manifest lists. Copy the snapshot again.")
        contents[name] = _parsed(content, folder / name)[0]
    data = contents["data.safetensors"]
    ids = {"items": _ids(data, "items"), "users": _ids(data, "users")}
    tables = {}
    for name, array in _tables(contents["weights.safetensors"]):
        of = ids["users" if name.rpartition(".")[2] == "users" else "items"]
        tables[name] = Vectors(name, array, of if of is not None and len(of) == len(array) else None)
    return tables


def _tables(arrays: dict[str, Any]) -> list[tuple[str, Any]]:
    """The arrays that have a vector a row."""
    return [
        (name, array)
        for name, array in arrays.items()
        if name.rpartition(".")[2] in ("items", "users", "vectors")
        and array.ndim == 2 and array.size and array.dtype.kind == "f"
    ]  # fmt: skip


def _ids(arrays: dict[str, Any], name: str) -> Optional[list[str]]:
    """Texts are one array of bytes, and one of the places where each ends."""
    if name + ".bytes" not in arrays or name + ".ends" not in arrays:
        return None
    text, ids, start = arrays[name + ".bytes"].tobytes(), [], 0
    for end in arrays[name + ".ends"].tolist():
        ids.append(text[start:end].decode())
        start = end
    return ids


def _parsed(content: bytes, path: Union[str, os.PathLike[str]]) -> tuple[dict[str, Any], dict[str, str]]:
    """Eight bytes with the length of the header, the header, which is JSON, and the arrays."""
    try:
        body = 8 + int.from_bytes(content[:8], "little")
        header = json.loads(content[8:body])
        metadata = header.pop("__metadata__", {})
        arrays = {}
        for name, entry in header.items():
            start, end = entry["data_offsets"]
            array = np.frombuffer(content[body + start : body + end], _types[entry["dtype"]]).reshape(entry["shape"])
            if entry["dtype"] == "BF16":
                array = (array.astype("<u4") << 16).view("<f4")
            arrays[name] = array
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedFile(f"'{path}' is not a whole safetensors file: {error!r}. Copy it again.") from error
    return arrays, metadata

"""Makes the synchronous client from the asynchronous one: python tools/make_sync.py [--check]."""

import pathlib
import re
import sys

folder = pathlib.Path(__file__).parent.parent / "src" / "freshet"
files = {"_async_client.py": "_client.py", "_async_operations.py": "_operations.py"}
words = [
    (r"The client for asyncio\. `_client\.py` is made from this file by tools/make_sync\.py\.",
     "The client for threads. Made from _async_client.py by tools/make_sync.py: change that."),
    (r"The operations for asyncio\. `_operations\.py` is made from this file by tools/make_sync\.py\.",
     "The operations for threads. Made from _async_operations.py by tools/make_sync.py: change that."),
    (r"\basync (def|with|for)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsync(Client|Operations|Iterator|BaseTransport)\b", r"\1"),
    (r"\b_async_operations\b", "_operations"),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\ba(close|read|iter_lines)\b", r"\1"),
    (r"\basyncio\b", "time"),
    (r"import time\nimport json\nimport os\n", "import json\nimport os\nimport time\n"),
    (r"import AsyncIterator, ", "import Iterator, "),
    (r"collections\.abc import Iterator, Mapping", "collections.abc import Iterator, Mapping"),
]  # fmt: skip


def sync(text: str) -> str:
    """The text of the synchronous file."""
    for pattern, replacement in words:
        text = re.sub(pattern, replacement, text)
    return text


def stale() -> list[str]:
    """The files that are not what they should be."""
    return [new for old, new in files.items() if (folder / new).read_text() != sync((folder / old).read_text())]


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(f"Run tools/make_sync.py: {stale()}" if stale() else 0)
    for old, new in files.items():
        (folder / new).write_text(sync((folder / old).read_text()))

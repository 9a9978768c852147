"""What a new item costs in memory: a stream of which most events are on items never seen.

    python3 Benchmarks/new_items.py                                  # 120,000 events at 1,000/s, 70% on new items
    python3 Benchmarks/new_items.py --events 1450000 --rate 3000 --json million.json

Starts `freshet serve` on a free port of the loopback with the shop's sample, has its first trained version serve, and sends
the stream in batches of a tenth of a second. The users are a fixed number of newcomers who view one item after another:
a new one with the chance of --new, else one of those that the stream has brought already. Reported are the server's
resident memory before, at most and at the end, how far the learner was behind, and what the arrays of its checkpoint have
an item by holder. The exit code is 1 when an item takes more than --limit.
"""

import argparse
import json
import random
import struct
import sys
import tempfile
import time
from pathlib import Path

from live_engine import ROOT, Engine

SAMPLE = ROOT / "Samples/online-retail"

# Who holds the arrays of a checkpoint whose names begin so.
HOLDERS = [
    ("learning.learner.weights.", "weights"),
    ("learning.learner.average.", "their average"),
    ("learning.learner.optimizer.", "moments"),
    ("learning.learner.teacher", "teacher"),
    ("learning.learner.replay.", "replay"),
    ("learning.learner.", "the learner's counts"),
    ("learning.model.", "newest copy"),
    ("live.model.", "live"),
    ("good.model.", "last good state"),
    ("frozen.model.", "frozen copy"),
    ("candidate.", "candidate"),
    ("streaming.coVisitation.", "co-visitation"),
    ("streaming.", "popularity and spans"),
    ("", "all else"),
]


def resident(engine):
    """Resident memory now and at most, in MB."""
    lines = Path(f"/proc/{engine.process.pid}/status").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines if line.startswith(("VmRSS", "VmHWM"))}
    return sizes["VmRSS"], sizes["VmHWM"]


def holders(data):
    """The bytes of the arrays of the learner's checkpoint by holder."""
    path = next(Path(data).rglob("learner.safetensors"))
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    sizes = {}
    for name, array in header.items():
        if name == "__metadata__":
            continue
        begin, end = array["data_offsets"]
        holder = next(title for prefix, title in HOLDERS if name.startswith(prefix))
        sizes[holder] = sizes.get(holder, 0) + end - begin
    return sizes


class Stream:
    """Events of which a share is on items that nobody has seen."""

    def __init__(self, users, new, seed):
        self.random = random.Random(seed)
        self.users = users
        self.new = new
        self.items = 0

    def batch(self, count):
        return [{"user": f"visitor-{self.random.randrange(self.users)}", "item": self.item()} for _ in range(count)]

    def item(self):
        if self.items == 0 or self.random.random() < self.new:
            self.items += 1
            return f"new-{self.items}"
        return f"new-{1 + self.random.randrange(self.items)}"


def send(engine, stream, options):
    """Sends the stream at its rate; the highest lag of the learner in seconds and the highest memory meanwhile."""
    connection = engine.connection()
    size = max(1, options.rate // 10)
    began = time.monotonic()
    worst, sent = 0.0, 0
    while sent < options.events:
        count = min(size, options.events - sent)
        engine.call("POST", "/v1/events", stream.batch(count), connection=connection)
        sent += count
        time.sleep(max(0, began + sent / options.rate - time.monotonic()))
        if sent % (options.rate * 2) < count:
            worst = max(worst, engine.status()["learner"]["lag_seconds"])
        if sent % (options.rate * 30) < count:
            print(f"  {sent:,} events, {stream.items:,} items, {resident(engine)[0]:,.0f} MB", flush=True)
    connection.close()
    return worst, time.monotonic() - began


def measure(options, folder):
    settings = options.set
    engine = Engine(
        Path(folder) / "data", binary=options.binary, settings=settings, arguments=["--import", str(SAMPLE)],
        log=Path(folder) / "server.log",
    )
    with engine:
        engine.wait_ready(600)
        print(f"  version {engine.promote_first()} serves", flush=True)
        engine.wait_learned()
        time.sleep(10)
        before = resident(engine)[0]
        stream = Stream(options.users, options.new, options.seed)
        lag, seconds = send(engine, stream, options)
        status = engine.wait_learned(1800)
        time.sleep(10)
        after, most = resident(engine)
        engine.stop(600)
    sizes = holders(Path(folder) / "data")
    return {
        "events": options.events,
        "items": stream.items,
        "seconds": seconds,
        "before_mb": before,
        "after_mb": after,
        "most_mb": most,
        "kb_an_item": (after - before) * 1024 / stream.items,
        "kb_an_item_at_most": (most - before) * 1024 / stream.items,
        "worst_lag_seconds": lag,
        "live": str(status["live"]),
        "checkpoint_bytes_an_item": {name: size / stream.items for name, size in sorted(sizes.items())},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=120_000, help="how many (120,000)")
    parser.add_argument("--rate", type=int, default=1_000, help="events a second (1,000)")
    parser.add_argument("--new", type=float, default=0.7, help="the share of the events on items never seen (.7)")
    parser.add_argument("--users", type=int, default=2_000, help="how many users the stream has (2,000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=6.0, help="the most that an item may take at the end, in KB (6)")
    parser.add_argument("--binary", help="the freshet to measure; that of this checkout unless given")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of the server")
    parser.add_argument("--json", help="where to write the report")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        report = measure(options, folder)
    text = json.dumps(report, indent=1)
    print(text)
    if options.json:
        Path(options.json).write_text(text + "\n")
    sys.exit(0 if report["kb_an_item"] <= options.limit else 1)


if __name__ == "__main__":
    main()

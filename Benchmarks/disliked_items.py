#!/usr/bin/env python3
"""How often an engine recommends what its user comes to dislike, and how often what he comes to like. Standard library only.

    Benchmarks/disliked_items.py --ratings u.data.xz                 # MovieLens-100K, about five minutes a binary
    Benchmarks/disliked_items.py --ratings u.data.xz --binary old/freshet --binary new/freshet --json disliked.json

Ratings are sent to `freshet serve` in its default configuration in their order, moved in time so that the last one is of
today. Before every tenth rating its user's first ten are asked for. `disliked` is the share of the places with a film that
the user will rate 1 or 2, `liked` that of films he will rate 3 or more; `recall` how often the film rated next is among
the ten, where it is liked. The first fifth of the stream is not counted.
"""
import argparse, json, lzma, tempfile, time
from collections import defaultdict
from pathlib import Path

from live_engine import BINARY, Engine


def read(path, limit):
    opened = lzma.open(path, "rt") if str(path).endswith(".xz") else open(path)
    with opened as file:
        ratings = [line.split() for line in file]
    ratings = sorted(((int(time), user, item, float(value)) for user, item, value, time in ratings), key=lambda r: r[0])
    return ratings[:limit]


def measure(binary, ratings, every, settings):
    opinions = defaultdict(dict)
    for when, user, item, value in ratings:
        opinions[user][item] = (when, value)
    shift = int(time.time()) - ratings[-1][0]
    counts = defaultdict(int)
    with tempfile.TemporaryDirectory() as folder, Engine(Path(folder) / "data", binary, settings) as engine:
        engine.wait_ready()
        line = engine.connection()
        for number in range(0, len(ratings), every):
            when, user, item, value = ratings[number]
            if number >= len(ratings) / 5:
                answer = engine.call("POST", "/v1/recommendations", {"user": user, "count": 10}, connection=line)
                count(counts, [one["id"] for one in answer["items"]], opinions[user], when, item, value)
            events = [
                {"user": user, "item": item, "type": "rating", "value": value, "time": when + shift}
                for when, user, item, value in ratings[number : number + every]
            ]
            engine.call("POST", "/v1/events", events, connection=line)
            if number % (100 * every) == 0:
                engine.wait_learned()
        served = engine.status()["live"]
        engine.stop()
    places = counts["places"]
    return {
        "binary": str(binary), "settings": list(settings), "served": served, "asked": counts["asked"],
        "disliked": counts["disliked"] / places, "liked": counts["liked"] / places, "recall": counts["hits"] / counts["goals"],
    }  # fmt: skip


def count(counts, items, opinions, when, item, value):
    counts["asked"] += 1
    counts["places"] += len(items)
    for one in items:
        later, opinion = opinions.get(one, (0, 0))
        if later >= when and opinion:
            counts["disliked" if opinion < 2.5 else "liked"] += 1
    if value >= 3:
        counts["goals"] += 1
        counts["hits"] += item in items


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--ratings", required=True)
    options.add_argument("--binary", action="append")
    options.add_argument("--set", action="append", default=[], help="a setting of the engine")
    options.add_argument("--limit", type=int, help="only so many ratings")
    options.add_argument("--every", type=int, default=10, help="ratings between two questions")
    options.add_argument("--json")
    options = options.parse_args()
    ratings = read(options.ratings, options.limit)
    rows = []
    for binary in options.binary or [BINARY]:
        rows.append(measure(binary, ratings, options.every, options.set))
        print(json.dumps(rows[-1]), flush=True)
    if options.json:
        Path(options.json).write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()

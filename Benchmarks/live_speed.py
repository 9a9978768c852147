"""Measures a serving, learning engine: latency beside ingest, a slow disk, saturation, ingest, freshness, a million items,
similar items, and what feedback, an experiment, a live ranker and compression cost.

    python3 Benchmarks/live_speed.py                              # everything, about 25 minutes
    python3 Benchmarks/live_speed.py --only latency ingest --seconds 30 --json live.json

Every part starts `freshet serve` on a free port of the loopback in its default configuration, except for what its name
says, and loads it with `freshet bench-http`, which shares the cores. Latencies count from the moment at which a request
was due, so a stall is not hidden (coordinated omission). Each row has its target; the exit code is 1 when one is missed.
The load average at the start is part of the output: run it on a machine that does nothing else.
"""

import argparse
import contextlib
import json
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

import live_engine
from live_engine import ROOT, Engine, bench, shim, stream

SAMPLE = ROOT / "Samples/online-retail"


class Table:
    """Rows of what was measured, with their targets."""

    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, target=None, at_least=False):
        met = None if target is None else (value >= target if at_least else value <= target)
        self.rows.append({"name": name, "value": value, "unit": unit, "target": target, "at_least": at_least, "met": met})
        sign = "" if target is None else (f"  (target {'>=' if at_least else '<='} {target:g}: {'met' if met else 'MISSED'})")
        print(f"{name:<66} {value:>12,.2f} {unit}{sign}", flush=True)


def buckets(engine, name):
    """The cumulative counts of a histogram on /metrics by upper bound."""
    counts = {}
    for line in engine.call("GET", "/metrics").splitlines():
        if line.startswith(name + "_bucket{"):
            bound = line.split('le="')[1].split('"')[0]
            counts[float(bound.replace("+Inf", "inf"))] = float(line.rsplit(" ", 1)[1])
    return counts


def quantile(before, after, share):
    """The upper bound of the bucket that a share of what came in between does not exceed."""
    bounds = sorted(after)
    total = after[bounds[-1]] - before.get(bounds[-1], 0)
    for bound in bounds:
        if total and after[bound] - before.get(bound, 0) >= share * total:
            return bound
    return float("nan")


def serve(folder, name, settings=(), arguments=(), sample=True, environment=None):
    """An engine with the sample in it, listening."""
    arguments = [*arguments, *(["--import", str(SAMPLE)] if sample else [])]
    engine = Engine(
        Path(folder) / name, settings=settings, arguments=arguments, log=Path(folder) / f"{name}.log",
        environment=environment,
    )
    engine.wait_ready(600)
    return engine


def warm(engine):
    """Has a trained version serve, as what counts here is its cost; the version then."""
    engine.promote_first()
    engine.wait_learned()
    return str(engine.status()["live"])


def worst(stream):
    """The p99 of the second in which it was highest."""
    return max(one["p99"] for one in stream["seconds"])


def latency(table, options, folder):
    """500 recommendations/s beside 500 events/s, with swaps."""
    with serve(folder, "latency") as engine:
        print(f"  version {warm(engine)} serves", flush=True)
        time.sleep(6)
        # What the import waited for is no freshness of these events.
        earlier = buckets(engine, "freshet_freshness_seconds")
        report = bench(
            engine, "--data", SAMPLE, "--recommendations", 500, "--events", 500, "--seconds", options.seconds,
            "--warm-up", 2,
        )
        asked, told = stream(report, "recommendations"), stream(report, "events")
        table.add("recommendations at 500/s beside 500 events/s: p50", asked["latency"]["p50"], "ms", 3)
        table.add("recommendations at 500/s beside 500 events/s: p99", asked["latency"]["p99"], "ms", 15)
        table.add("the same, the worst second: p99", worst(asked), "ms")
        table.add("the same, the slowest request", asked["latency"]["max"], "ms")
        table.add("of that the client's own delay: p99", asked["sendLag"]["p99"], "ms")
        table.add("failed requests", asked["failed"] + told["failed"], "", 0)
        table.add("events at 500/s: p99", told["latency"]["p99"], "ms")
        table.add("the same, the worst second: p99", worst(told), "ms")
        swaps = [one["second"] for one in asked["models"]][1:]
        table.add("swaps meanwhile", len(swaps), "")
        around = {int(second) + step for second in swaps for step in (0, 1)}
        near = [one["p99"] for second, one in enumerate(asked["seconds"]) if second in around]
        far = [one["p99"] for second, one in enumerate(asked["seconds"]) if second not in around]
        if near and far:
            table.add("p99 of the seconds with a swap, median", statistics.median(near), "ms")
            table.add("p99 of the seconds without, median", statistics.median(far), "ms")
        status = engine.status()
        later = buckets(engine, "freshet_freshness_seconds")
        table.add("freshness: event to weights that serve, p95 below", quantile(earlier, later, 0.95), "s", 10)
        table.add("freshness: median below", quantile(earlier, later, 0.5), "s")
        table.add("learner's lag at the end", status["learner"]["lag_seconds"], "s")
        return {"report": report, "status": {key: status[key] for key in ("freshness", "learner", "latency", "live")}}


def slow_disk(table, options, folder):
    """200 recommendations/s beside 200 events/s, with a disk whose every flush takes .8 s longer."""
    environment = {"LD_PRELOAD": str(shim("disk_shim", folder)), "FRESHET_SYNC_SECONDS": "0.8"}
    data = Path(folder) / "slow-disk"
    with serve(folder, "slow-disk", environment=environment) as engine:
        if options.trained:
            print(f"  version {warm(engine)} serves", flush=True)
        report = bench(
            engine, "--data", SAMPLE, "--recommendations", 200, "--events", 200, "--seconds", options.seconds,
            "--warm-up", 2,
        )
        asked, told = stream(report, "recommendations"), stream(report, "events")
        for name, one, target in (("recommendations", asked, 50), ("events", told, 1000)):
            table.add(f"a slow disk, {name} at 200/s: p50", one["latency"]["p50"], "ms")
            table.add(f"a slow disk, {name} at 200/s: p99", one["latency"]["p99"], "ms", target)
            table.add("the same, the worst second: p99", worst(one), "ms")
        table.add("failed requests", asked["failed"] + told["failed"], "", 0)
        shown = engine.status().get("impressions", {})
        table.add("impressions dropped", shown.get("dropped", 0), "", 0)
        log = data / "freshet.sqlite-wal"
        table.add("the write-ahead log at the end", log.stat().st_size / 1e6, "MB")
        code, seconds = engine.stop()
        table.add("a clean stop", seconds, "s")
        table.add("the write-ahead log after it", (log.stat().st_size if log.exists() else 0) / 1e6, "MB", 0)
        return {"report": report, "impressions": shown, "code": code}


def saturation(table, options, folder):
    """As many recommendations as go through, with the learner idle and busy."""
    with serve(folder, "saturation") as engine:
        print(f"  version {warm(engine)} serves", flush=True)
        time.sleep(2)
        asked = ["--data", SAMPLE, "--recommendations-saturated", "--connections", 16, "--seconds", options.seconds / 2]
        idle = stream(bench(engine, *asked), "recommendations")
        table.add("recommendations/s, learner idle", idle["requestsPerSecond"], "/s", 2500, at_least=True)
        busy = stream(bench(engine, *asked, "--events", 500), "recommendations")
        table.add("recommendations/s, learner busy (500 events/s)", busy["requestsPerSecond"], "/s", 1200, at_least=True)
        table.add("failed requests", idle["failed"] + busy["failed"], "", 0)
        return {"idle": idle, "busy": busy}


def ingest(table, options, folder):
    """Batches of 500 by both durabilities, and single events."""
    results = {}
    for mode, target in (("os", 50_000), ("disk", 15_000)):
        with serve(folder, f"ingest-{mode}", [f"storage.synchronous={mode}"], sample=False) as engine:
            report = bench(
                engine, "--events-saturated", "--batch", 500, "--connections", 4, "--seconds", options.seconds / 3,
                "--users", 5000, "--items", 3000,
            )
            told = stream(report, "events")
            table.add(f"events/s in batches of 500, synchronous={mode}", told["unitsPerSecond"], "/s", target, at_least=True)
            table.add("failed requests", told["failed"], "", 0)
            results[mode] = told
    with serve(folder, "ingest-single", sample=False) as engine:
        report = bench(engine, "--events-saturated", "--connections", 32, "--seconds", options.seconds / 3)
        told = stream(report, "events")
        table.add("single events/s", told["unitsPerSecond"], "/s", 3000, at_least=True)
        table.add("failed requests", told["failed"], "", 0)
        results["single"] = told
    return results


def learner(table, options, folder):
    """How many events a second the learner takes."""
    with serve(folder, "learner") as engine:
        print(f"  version {warm(engine)} serves", flush=True)
        before = engine.status()
        began = time.monotonic()
        bench(engine, "--data", SAMPLE, "--events-saturated", "--batch", 500, "--seconds", 2, "--warm-up", 0)
        seen = 0
        while time.monotonic() - began < options.seconds:
            status = engine.status()
            seen = max(seen, status["learner"]["lag_seconds"])
            if status["learner"]["offset"] >= status["log"]["newest_offset"]:
                break
            time.sleep(0.5)
        learned = status["learner"]["offset"] - before["learner"]["offset"]
        rate = learned / (time.monotonic() - began)
        table.add("events learned a second after a flood", rate, "/s", 500, at_least=True)
        table.add("the lag that it reported, at most", seen, "s")
        return {"learned": learned, "state": status["learner"]}


def million(table, options, folder):
    """A catalogue of a million items."""
    data = Path(folder) / "million-data"
    data.mkdir()
    generator = random.Random(1)
    with open(data / "items.jsonl", "w") as items:
        for number in range(1_000_000):
            items.write(f'{{"id":"item{number}","categories":["group {number % 1000}"]}}\n')
    with open(data / "events.jsonl", "w") as events:
        for number in range(400_000):
            item = int(generator.random() ** 2 * 1_000_000)
            events.write(
                f'{{"user":"user{generator.randrange(20_000)}","item":"item{item}","time":{1_700_000_000 + number}}}\n'
            )
    with serve(folder, "million", arguments=["--import", str(data)], sample=False) as engine:
        table.add("a million items: first start with import to ready", time.monotonic() - engine.began, "s")
        try:
            version = engine.promote_first(options.patience)
        except RuntimeError as error:
            print(f"  no trained version: {error}", file=sys.stderr)
            version = "0.0"
        report = bench(
            engine, "--users", 20_000, "--items", 1_000_000, "--recommendations", 20, "--seconds", options.seconds / 2
        )
        asked = stream(report, "recommendations")
        table.add(f"a million items, version {version}: p50", asked["latency"]["p50"], "ms", 25)
        table.add(f"a million items, version {version}: p99", asked["latency"]["p99"], "ms")
        return {"report": report, "version": version}


def similar(table, options, folder):
    """Items like one, of 100,000, before and after the first trained version."""
    data = Path(folder) / "similar-data"
    data.mkdir()
    generator = random.Random(1)
    colours = ["red", "green", "blue", "white", "black", "grey", "golden", "striped"]
    with open(data / "items.jsonl", "w") as items:
        for number in range(100_000):
            title = f"{colours[number % 8]} thing {number // 40} of shelf {number % 500}"
            items.write(f'{{"id":"item{number}","title":"{title}","categories":["group {number % 200}"]}}\n')
    with open(data / "events.jsonl", "w") as events:
        for number in range(150_000):
            item = int(generator.random() ** 2 * 100_000)
            events.write(
                f'{{"user":"user{generator.randrange(10_000)}","item":"item{item}","time":{1_700_000_000 + number}}}\n'
            )
    arguments = ["--import", str(data)]
    report = {}
    for name, settings in [("counts alone", ["retraining.is_enabled=false"]), ("a trained version", [])]:
        with serve(folder, f"similar {name}", settings, arguments, sample=False) as engine:
            if not settings:
                engine.promote_first(options.patience)
                engine.wait_learned()
            connection = engine.connection()
            times, found = [], 0
            # Each item once, so that nothing is answered from the cache.
            for item in generator.sample(range(100_000), 600):
                began = time.perf_counter()
                found += len(engine.call("GET", f"/v1/items/item{item}/similar", connection=connection)["items"])
                times.append(1000 * (time.perf_counter() - began))
            times = sorted(times[100:])
            report[name] = {"milliseconds": times, "items": found}
            table.add(f"similar items of 100,000, {name}: p50", statistics.median(times), "ms", 5)
            table.add(f"similar items of 100,000, {name}: p99", times[int(0.99 * len(times))], "ms")
            table.add(f"similar items of 100,000, {name}: items of an answer", found / 600, "", 9, at_least=True)
    return report


class Experiment:
    """An experiment that runs for a while on an engine: continual against frozen, so that two versions answer."""

    def __init__(self, engine, name):
        self.engine, self.name = engine, name

    def __enter__(self):
        variants = [{"name": "continual", "weight": 0.5}, {"name": "frozen", "weight": 0.5, "frozen": True}]
        self.engine.call("POST", "/v1/experiments", {"id": self.name, "metrics": ["ctr"], "variants": variants})

    def __exit__(self, *_):
        self.engine.call("POST", f"/v1/experiments/{self.name}/stop")


def experiment(table, options, folder):
    """What it costs to keep answers for feedback and to run an experiment, in alternating rounds."""
    figures = {}
    with (
        serve(folder, "experiment-off", ["serving.records_impressions=false"]) as off,
        serve(folder, "experiment-on") as on,
    ):
        print(f"  versions {warm(off)} and {warm(on)} serve", flush=True)
        # An experiment is judged by events that there must be.
        on.call("POST", "/v1/events", [{"user": "visitor", "item": "85123A", "type": "click"}])
        states = {
            "no feedback": (off, lambda name: contextlib.nullcontext()),
            "feedback": (on, lambda name: contextlib.nullcontext()),
            "feedback and an experiment": (on, lambda name: Experiment(on, name)),
        }
        for number in range(options.rounds):
            for state in sorted(states, reverse=number % 2 == 1):
                engine, running = states[state]
                with running(f"round-{number}"):
                    measure_state(engine, options.seconds / 6, figures.setdefault(state, {}))
    compare_states(table, options, figures, "no feedback")
    return figures


def settings(table, options, folder):
    """What a live ranker and compressed versions cost, in alternating rounds."""
    states = {
        "as it comes": [],
        "a factorization machine": ['loop={"ranker_name":"factorization-machine"}'],
        "compressed": ["learning.compression=int8"],
    }
    figures = {}
    with contextlib.ExitStack() as stack:
        engines = {
            state: stack.enter_context(serve(folder, f"settings {state}", given)) for state, given in states.items()
        }
        for state, engine in engines.items():
            print(f"  {state}: version {warm(engine)} serves", flush=True)
        for number in range(options.rounds):
            for state in sorted(states, reverse=number % 2 == 1):
                measure_state(engines[state], options.seconds / 6, figures.setdefault(state, {}))
    compare_states(table, options, figures, "as it comes")
    return figures


def compare_states(table, options, figures, plain):
    """A row with the median of each figure, and for every other state its ratio to the plain one."""
    for name in figures[plain]:
        for state, found in figures.items():
            table.add(f"{name}, {state}: median of {options.rounds}", statistics.median(found[name]), "")
        for state in figures:
            if state != plain:
                ratio = statistics.median(figures[state][name]) / statistics.median(figures[plain][name])
                lower_is_better = "ms" in name
                target = 1.05 if lower_is_better else 0.95
                table.add(f"the same, {state} / {plain}", ratio, "x", target, not lower_is_better)


def measure_state(engine, seconds, figures):
    """Latency beside events, saturation, and ingest, each for some seconds; the learner has caught up before each."""
    report = bench(
        engine, "--data", SAMPLE, "--recommendations", 150, "--events", 150, "--seconds", seconds, "--warm-up", 1
    )
    asked = stream(report, "recommendations")
    figures.setdefault("recommendations at 150/s beside 150 events/s, p50 in ms", []).append(asked["latency"]["p50"])
    figures.setdefault("the same, p99 in ms", []).append(asked["latency"]["p99"])
    engine.wait_learned()
    report = bench(
        engine, "--data", SAMPLE, "--recommendations-saturated", "--connections", 16, "--seconds", seconds, "--warm-up", 1
    )
    figures.setdefault("recommendations/s", []).append(stream(report, "recommendations")["requestsPerSecond"])
    report = bench(
        engine, "--data", SAMPLE, "--events-saturated", "--connections", 8, "--seconds", seconds / 4, "--warm-up", 0
    )
    figures.setdefault("single events/s", []).append(stream(report, "events")["unitsPerSecond"])
    engine.wait_learned()


PARTS = {
    "latency": latency,
    "slow-disk": slow_disk,
    "saturation": saturation,
    "ingest": ingest,
    "learner": learner,
    "million": million,
    "similar": similar,
    "experiment": experiment,
    "settings": settings,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seconds", type=float, default=60, help="of measuring for the latency; others take a share")
    parser.add_argument(
        "--untrained", dest="trained", action="store_false", help="the slow disk before any version is trained"
    )
    parser.add_argument("--rounds", type=int, default=4, help="alternating rounds of what an experiment costs")
    parser.add_argument("--patience", type=float, default=900, help="seconds to wait for a version of a million items")
    parser.add_argument("--binary", type=Path, help="the program; .build/release/freshet unless given")
    parser.add_argument("--json", type=Path, help="the file for every figure")
    parser.add_argument("--keep", type=Path, help="a folder that keeps data and logs")
    options = parser.parse_args()
    if options.binary:
        live_engine.BINARY = options.binary
    table = Table()
    results = {
        "machine": {"cores": os.cpu_count(), "processor": platform.processor(), "load": os.getloadavg()},
        "parts": {},
    }
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.2f}", flush=True)
    with tempfile.TemporaryDirectory(prefix="freshet-live-") as temporary:
        folder = options.keep or temporary
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name in options.only:
            print(f"\n{name}: {PARTS[name].__doc__}", flush=True)
            results["parts"][name] = PARTS[name](table, options, folder)
    results["rows"] = table.rows
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    sys.exit(1 if any(row["met"] is False for row in table.rows) else 0)


if __name__ == "__main__":
    main()

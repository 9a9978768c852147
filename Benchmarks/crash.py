"""Kills a serving, learning engine again and again and counts what is lost. Standard library only.

    python3 Benchmarks/crash.py --rounds 200                 # kill -9 at random moments, then every fault
    python3 Benchmarks/crash.py --rounds 20 --only kills
    python3 Benchmarks/crash.py --only faults ready
    python3 Benchmarks/crash.py --rounds 200 --only experiment
    python3 Benchmarks/crash.py --rounds 200 --only erasures

Kills: writers send batches of events with ids of their own and note an id when its 202 is there, readers ask for
recommendations, and after a random time the engine gets SIGKILL: while it takes events, learns, publishes (every 0.3 s
here), checkpoints (every 0.5 s), trains a version, compacts its log, or still starts. After each start the database is
looked at: every noted event must be there, once. At the end the learner must have learned exactly the log. Impressions
are written beside the answers: counted is how many of those answered a kill took, and how long ago they were answered.

Experiment: the same kills while an experiment runs whose users click what they are shown. No user may go from one variant to
another, and every click of an answer that was kept must be credited, once.

Erasures: the same kills while users are erased. After each start nothing may be left of a user whose erasure was answered,
and nothing of the others may be missing; at the end an erasure that was asked for and not answered has either not begun or is
whole, every answered one has its receipt, and none of the receipts is without an end.

Faults: a full database and a full disk, a folder that cannot be written to, a clock that jumps back, damaged snapshots.
Each must give a clear state and lose no event.

Ready: the time from start to the first answer with a million events in the log.
"""

import argparse
import http.client
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import live_engine
from live_engine import Engine, Refused, bench, shim

HURRIED = [
    "learning.publish_every=0.3",
    "learning.checkpoint_every=0.5",
    "retraining.first_events=2000",
    "retraining.first_minutes=0.05",
    "retraining.minutes=0.05",
    "retraining.every_hours=0.005",
    "logging.level=notice",
]
DUE_SOON = ["retraining.erasure_hours=0.002"]
BATCH = 25
# Seconds between a writer's batches: about as many events a second in all as the learner takes.
PAUSE = 0.05


# What may not be left of erasures.
BROKEN = ["resurrected", "erased by half", "begun and not ended"]


class Ledger:
    """What was sent and what was acknowledged."""

    def __init__(self, seed):
        self.lock = threading.Lock()
        self.generator = random.Random(seed)
        self.acknowledged = set()
        self.unanswered = []
        self.counter = 0
        self.answers = {}
        self.problems = []
        # The recommendation_id of every answer since the start, and when it came.
        self.shown = []
        # The variant that each user was answered by, and the answer that each click was sent for, by its event id.
        self.variants = {}
        self.clicks = {}

        # Users whose erasure was asked for, those of them that have their receipt, and the events of each user who may be erased.
        self.erasing = set()
        self.receipts = {}
        self.visits = {}

    def batch(self):
        """The next events: now and then a batch again whose answer was lost."""
        with self.lock:
            if self.unanswered and self.generator.random() < 0.3:
                return self.unanswered.pop()
            events = []
            for _ in range(BATCH):
                self.counter += 1
                events.append(
                    {
                        "id": f"e{self.counter}",
                        "user": f"u{int(self.generator.random() ** 2 * 500)}",
                        "item": f"i{int(self.generator.random() ** 2 * 300)}",
                        "type": "view",
                    }
                )
            return events

    def count(self, answer):
        with self.lock:
            self.answers[answer] = self.answers.get(answer, 0) + 1


def write(engine, ledger, stopped):
    """Sends batches until the engine is gone."""
    connection = engine.connection(timeout=20)
    while not stopped.is_set():
        events = ledger.batch()
        try:
            answer = engine.call("POST", "/v1/events", events, connection=connection)
        except Refused as refusal:
            ledger.count(f"events {refusal.status}")
            with ledger.lock:
                ledger.unanswered.append(events)
            time.sleep(0.02)
            continue
        except (OSError, http.client.HTTPException, ValueError):
            with ledger.lock:
                ledger.unanswered.append(events)
            return
        ledger.count("events 202")
        with ledger.lock:
            if answer["accepted"] == len(events):
                ledger.acknowledged.update(event["id"] for event in events)
            else:
                ledger.problems.append(f"accepted {answer['accepted']} of {len(events)}: {answer['rejected'][:2]}")
        stopped.wait(PAUSE)


def read(engine, ledger, stopped):
    """Asks until the engine is gone."""
    connection = engine.connection(timeout=20)
    generator = random.Random(0)
    while not stopped.is_set():
        try:
            answer = engine.call(
                "POST", "/v1/recommendations", {"user": f"u{generator.randrange(600)}", "count": 5}, connection=connection
            )
            with ledger.lock:
                ledger.shown.append((answer["recommendation_id"], time.monotonic()))
            ledger.count("recommendations 200")
        except Refused as refusal:
            ledger.count(f"recommendations {refusal.status}")
        except (OSError, http.client.HTTPException, ValueError):
            return
        time.sleep(0.005)


def erase(engine, ledger, stopped):
    """Has users come, each once, and erases them, until the engine is gone."""
    connection = engine.connection(timeout=20)
    while not stopped.is_set():
        with ledger.lock:
            user = f"guest{len(ledger.visits)}"
            events = [
                {"id": f"{user}-{number}", "user": user, "item": f"i{number * 7 % 300}", "type": "view"} for number in range(6)
            ]
            ledger.visits[user] = [event["id"] for event in events]
        try:
            engine.call("POST", "/v1/events", events, connection=connection)
            engine.call("PUT", f"/v1/users/{user}", {"attributes": {"plan": "free"}}, connection=connection)
            engine.call("POST", "/v1/recommendations", {"user": user, "count": 5}, connection=connection)
            # Every third stays.
            with ledger.lock:
                if len(ledger.visits) % 3 == 0:
                    ledger.acknowledged.update(ledger.visits[user])
                    continue
                # Before it is asked for, as a kill may come after the engine did it and before it said so.
                ledger.erasing.add(user)
            receipt = engine.call("DELETE", f"/v1/users/{user}", connection=connection)
            with ledger.lock:
                ledger.receipts[user] = receipt["id"]
            ledger.count("erasures 200")
        except Refused as refusal:
            ledger.count(f"erasures {refusal.status}")
            time.sleep(0.02)
        except (OSError, http.client.HTTPException, ValueError):
            return
        stopped.wait(PAUSE)


def remains(data, users):
    """What the database has of users: rows of events, attributes, impressions and names."""
    database = sqlite3.connect(f"file:{data}/freshet.sqlite?mode=ro", uri=True, timeout=30)
    try:
        left = []
        names = {row[0] for row in database.execute("SELECT id FROM user_name WHERE id IS NOT NULL")}
        attributes = {row[0] for row in database.execute("SELECT id FROM user")}
        shown = {row[0] for row in database.execute("SELECT DISTINCT user FROM impression WHERE user IS NOT NULL")}
        ids = {row[0].rsplit("-", 1)[0] for row in database.execute("SELECT id FROM event WHERE id LIKE 'guest%'")}
        for user in users:
            for kind, known in (("name", names), ("attributes", attributes), ("impression", shown), ("events", ids)):
                if user in known:
                    left.append(f"{user}: {kind}")
        return left
    finally:
        database.close()


def halves(data, users):
    """Users of whom the database has some of their events and not all: erased by half."""
    database = sqlite3.connect(f"file:{data}/freshet.sqlite?mode=ro", uri=True, timeout=30)
    try:
        counts = {}
        for (id,) in database.execute("SELECT id FROM event WHERE id LIKE 'guest%'"):
            user = id.rsplit("-", 1)[0]
            counts[user] = counts.get(user, 0) + 1
        return [user for user in users if counts.get(user, 0) not in (0, 6)]
    finally:
        database.close()


def browse(engine, ledger, stopped):
    """Asks as the users of an experiment, and clicks the first item now and then, until the engine is gone."""
    connection = engine.connection(timeout=20)
    generator = random.Random(len(ledger.clicks))
    while not stopped.is_set():
        user = f"reader{generator.randrange(200)}"
        try:
            answer = engine.call("POST", "/v1/recommendations", {"user": user, "count": 5}, connection=connection)
            name, variant = answer["recommendation_id"], answer.get("variant")
            with ledger.lock:
                ledger.shown.append((name, time.monotonic()))
                if ledger.variants.setdefault(user, variant) != variant:
                    ledger.problems.append(f"{user} went from {ledger.variants[user]} to {variant}")
            ledger.count("recommendations 200")
            if answer["items"] and generator.random() < 0.5:
                click = {"id": f"click-{name}", "user": user, "type": "click", "item": answer["items"][0]["id"]}
                # Before it is sent, as a kill may come after the engine took it and before it said so.
                with ledger.lock:
                    ledger.clicks[click["id"]] = name
                engine.call("POST", "/v1/events", [click | {"recommendation_id": name}], connection=connection)
                with ledger.lock:
                    ledger.acknowledged.add(click["id"])
        except Refused as refusal:
            ledger.count(f"browsing {refusal.status}")
        except (OSError, http.client.HTTPException, ValueError):
            return
        time.sleep(0.005)


def credit(engine, ledger, data):
    """The clicks that feedback counts, and those that it should: of kept answers, in the log."""
    kept, ids = impressions(data), set(look(data)[0])
    due = sum(click in ids and name in kept for click, name in ledger.clicks.items())
    deadline = time.monotonic() + 60
    while True:
        rows = engine.call("GET", "/v1/feedback?by=variant")["rows"]
        counted = sum(row["clicks"] for row in rows if row["group"].get("variant", "").startswith("frozen:"))
        if counted == due or time.monotonic() > deadline:
            return counted, due
        time.sleep(0.5)


def look(data):
    """The ids in the database by how often they are there; and the newest offset."""
    database = sqlite3.connect(f"file:{data}/freshet.sqlite?mode=ro", uri=True, timeout=30)
    try:
        ids = [row[0] for row in database.execute("SELECT id FROM event WHERE id IS NOT NULL")]
        newest, count = database.execute("SELECT coalesce(max(offset), 0), count(*) FROM event").fetchone()
        return ids, newest, count
    finally:
        database.close()


def impressions(data):
    """The recommendation_ids that the database holds."""
    database = sqlite3.connect(f"file:{data}/freshet.sqlite?mode=ro", uri=True, timeout=30)
    try:
        return {row[0] for row in database.execute("SELECT id FROM impression")}
    finally:
        database.close()


def start_experiment(data, ledger, folder):
    """An experiment over everybody: the version that learns on against the first one as it is now."""
    with Engine(data, settings=HURRIED, log=Path(folder) / "kills.log") as engine:
        engine.wait_ready()
        for _ in range(120):
            events = ledger.batch()
            engine.call("POST", "/v1/events", events)
            ledger.acknowledged.update(event["id"] for event in events)
        engine.call("POST", "/v1/events", [{"user": "u0", "item": "i0", "type": "click"}])
        engine.promote_first()
        variants = [{"name": "continual", "weight": 0.5}, {"name": "frozen", "weight": 0.5, "frozen": True}]
        engine.call("POST", "/v1/experiments", {"id": "frozen", "metrics": ["ctr"], "variants": variants})
        engine.kill()


def experiment(options, folder):
    """kill -9 at random moments while an experiment runs."""
    return kills(options, folder, with_experiment=True)


def erasures(options, folder):
    """kill -9 at random moments while users are erased."""
    return kills(options, folder, with_erasures=True)


def check_erasures(engine, ledger, data, patience=120):
    """What is left of erased users at the end, and how their receipts stand."""
    deadline = time.monotonic() + patience
    states = {}
    while True:
        receipts = [engine.call("GET", f"/v1/erasures/{id}") for id in ledger.receipts.values()]
        states = {}
        for receipt in receipts:
            states[receipt["state"]] = states.get(receipt["state"], 0) + 1
        if set(states) <= {"complete"} or time.monotonic() > deadline:
            break
        time.sleep(2)
    database = sqlite3.connect(f"file:{data}/freshet.sqlite?mode=ro", uri=True, timeout=30)
    try:
        unfinished = database.execute("SELECT count(*) FROM setting WHERE name LIKE 'erasing.%'").fetchone()[0]
    finally:
        database.close()
    return {
        "erasures asked for": len(ledger.erasing),
        "answered": len(ledger.receipts),
        "resurrected": len(remains(data, ledger.receipts)),
        "erased by half": len(halves(data, ledger.erasing)),
        "begun and not ended": unfinished,
        "receipts": states,
    }


def kills(options, folder, with_experiment=False, with_erasures=False):
    """kill -9 at random moments."""
    data = Path(folder) / ("experiment" if with_experiment else "erasures" if with_erasures else "kills")
    generator = random.Random(options.seed)
    # Weights without the erased are due within seconds, whatever their gate says.
    settings = HURRIED + (DUE_SOON if with_erasures else [])
    ledger = Ledger(options.seed)
    if with_experiment:
        start_experiment(data, ledger, folder)
    starts, versions, lost, twice, shown, ages, back = [], set(), 0, 0, 0, [], []
    for number in range(options.rounds):
        engine = Engine(data, settings=settings, log=Path(folder) / "kills.log")
        if generator.random() < 0.1:
            # A kill while it starts.
            time.sleep(generator.random() * 0.5)
            engine.kill()
            continue
        starts.append(engine.wait_ready())
        ledger.shown = []
        stopped = threading.Event()
        threads = [threading.Thread(target=write, args=(engine, ledger, stopped)) for _ in range(3)]
        reader = browse if with_experiment else read
        threads.append(threading.Thread(target=reader, args=(engine, ledger, stopped)))
        if with_erasures:
            threads += [threading.Thread(target=erase, args=(engine, ledger, stopped)) for _ in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(generator.random() ** 2 * options.longest)
        try:
            versions.add(str(engine.status()["live"]))
        except (Refused, OSError, http.client.HTTPException):
            pass
        killed = time.monotonic()
        engine.kill()
        stopped.set()
        for thread in threads:
            thread.join(30)
        kept = impressions(data)
        shown += len(ledger.shown)
        ages += [max(0, killed - answered) * 1000 for id, answered in ledger.shown if id not in kept]
        ids, _, _ = look(data)
        twice += len(ids) - len(set(ids))
        lost += len(ledger.acknowledged - set(ids))
        back = remains(data, ledger.receipts) if with_erasures else []
        if number % 20 == 19 or lost or twice or back:
            print(
                f"  {number + 1} kills: {len(ledger.acknowledged):,} acknowledged, {lost} lost, {twice} twice, "
                f"{len(versions)} versions seen, slowest start {max(starts):.2f} s, "
                f"{len(ages)} of {shown:,} impressions lost, at most {max(ages, default=0):.0f} ms old"
                + (f", {len(ledger.receipts)} erased, {len(back)} of them back" if with_erasures else ""),
                flush=True,
            )
        if lost or twice or back:
            break
    with Engine(data, settings=settings, log=Path(folder) / "kills.log") as engine:
        starts.append(engine.wait_ready())
        status = engine.wait_learned()
        _, newest, count = look(data)
        counted, due = credit(engine, ledger, data)
        erased = check_erasures(engine, ledger, data, options.patience) if with_erasures else {}
        code, seconds = engine.stop()
    learner = status["learner"]
    learned = learner.get("learned", learner["offset"])
    return {
        "kills": options.rounds,
        "acknowledged": len(ledger.acknowledged),
        "lost": lost,
        "twice in the log": twice,
        "events in the log": count,
        "newest offset": newest,
        "learned": learned,
        "learned twice or not": abs(learned - newest),
        "slowest start, s": round(max(starts), 2),
        "impressions answered": shown,
        "impressions lost": len(ages),
        "oldest of them at its kill, ms": round(max(ages, default=0)),
        "the same, 95th percentile": round(sorted(ages)[int(len(ages) * 0.95)]) if ages else 0,
        "versions seen": len(versions),
        "users with a variant": len(ledger.variants),
        "clicks credited": counted,
        "clicks to credit": due,
        **erased,
        "answers": ledger.answers,
        "problems": ledger.problems[:5],
        "graceful shutdown": {"code": code, "seconds": round(seconds, 2)},
        "good": not (lost or twice or ledger.problems or learned != newest or code or max(ages, default=0) > 1000
                         or counted != due or back or any(erased.get(key) for key in BROKEN)),
    }


def ready(options, folder):
    """Start to ready with a million events."""
    data = Path(folder) / "million"
    with Engine(data, settings=["learning.is_enabled=false", "logging.level=warning"], log=Path(folder) / "million.log") as engine:
        engine.wait_ready()
        while engine.status()["log"]["newest_offset"] < 1_000_000:
            bench(engine, "--events-saturated", "--batch", 500, "--seconds", 3, "--warm-up", 0, "--users", 50_000)
        engine.kill()
    seconds = []
    for _ in range(3):
        with Engine(data, log=Path(folder) / "million.log") as engine:
            seconds.append(engine.wait_ready())
            events = engine.status()["log"]["newest_offset"]
            engine.kill()
    return {"events": events, "seconds": [round(one, 2) for one in seconds], "good": max(seconds) <= 5}


def send(engine, first, count):
    """Sends events with ids e<first> on; those that were acknowledged, and what was refused."""
    acknowledged, refusals = [], []
    connection = engine.connection(timeout=20)
    for start in range(first, first + count, BATCH):
        events = [
            {"id": f"f{number}", "user": f"u{number % 50}", "item": f"i{number % 40}", "type": "view"}
            for number in range(start, start + BATCH)
        ]
        try:
            engine.call("POST", "/v1/events", events, connection=connection)
            acknowledged += [event["id"] for event in events]
        except Refused as refusal:
            refusals.append((refusal.status, refusal.text[:200]))
            if len(refusals) > 5:
                break
    return acknowledged, refusals


def answers(engine):
    return len(engine.call("POST", "/v1/recommendations", {"user": "u1", "count": 5})["items"])


def unwell(engine):
    return [part for part in engine.status()["health"] if not part["is_well"]]


def lost_of(data, acknowledged):
    return len(set(acknowledged) - set(look(data)[0]))


def full_database(options, folder):
    """The database may not grow any more."""
    data = Path(folder) / "full"
    log = Path(folder) / "full.log"
    with Engine(data, settings=["storage.maximum_pages=120"], log=log) as engine:
        engine.wait_ready()
        acknowledged, refusals = send(engine, 0, 100_000)
        served = answers(engine)
        parts = unwell(engine)
        engine.kill()
    lost = lost_of(data, acknowledged)
    with Engine(data, log=log) as engine:
        engine.wait_ready()
        more, again = send(engine, 200_000, 1000)
        engine.stop()
    return {
        "acknowledged": len(acknowledged), "lost": lost, "refusals": refusals[:1], "still answers": served,
        "health": parts, "after it may grow": len(more),
        "good": bool(acknowledged and refusals and served and len(more) == 1000 and not lost and not again),
    }


def full_disk(options, folder):
    """A file system of 24 MB."""
    disk = Path(folder) / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True, text=True)
    if mounted.returncode:
        return {"skipped": mounted.stderr.strip(), "good": True}
    try:
        data = disk / "data"
        log = Path(folder) / "disk.log"
        settings = ["learning.checkpoint_every=1", "learning.publish_every=1"]
        with Engine(data, settings=settings, log=log) as engine:
            engine.wait_ready()
            acknowledged, refusals = send(engine, 0, 2_000_000)
            # Small deliveries and impressions may still fit: that is no reason to say that storage works.
            for _ in range(60):
                served = answers(engine)
                acknowledged += send(engine, 2_000_000 + len(acknowledged), 1)[0]
                time.sleep(0.05)
            parts = unwell(engine)
            well = "storage works again" in log.read_text()
            alive = engine.process.poll() is None
            engine.kill()
        subprocess.run(["mount", "-o", "remount,size=200m", str(disk)], check=True)
        lost = lost_of(data, acknowledged)
        with Engine(data, log=log) as engine:
            engine.wait_ready()
            more, again = send(engine, 3_000_000, 1000)
            engine.stop()
        return {
            "acknowledged": len(acknowledged), "lost": lost, "refusals": refusals[:1], "still answers": served,
            "health": parts, "said to work again": well, "with space again": len(more),
            "good": bool(
                acknowledged and refusals and served and alive and parts and not well and len(more) == 1000
                and not lost and not again
            ),
        }
    finally:
        subprocess.run(["umount", str(disk)])


def read_only(options, folder):
    """A folder that cannot be written to."""
    data = Path(folder) / "read-only"
    data.mkdir()
    bound = subprocess.run(
        f"mount --bind '{data}' '{data}' && mount -o remount,ro,bind '{data}'", shell=True, capture_output=True, text=True
    )
    if bound.returncode:
        return {"skipped": bound.stderr.strip(), "good": True}
    try:
        command = [str(live_engine.BINARY), "serve", "--data", str(data), "--port", "0"]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60)
        return {"code": run.returncode, "says": run.stderr.strip()[-300:], "good": run.returncode == 1}
    finally:
        subprocess.run(["umount", str(data)])


def clock_back(options, folder):
    """The clock is set back by a day while it runs."""
    shift = Path(folder) / "shift"
    shift.write_text("0")
    data = Path(folder) / "clock"
    environment = {"LD_PRELOAD": str(shim("clock_shim", folder)), "FRESHET_CLOCK_SHIFT": str(shift)}
    with Engine(data, settings=HURRIED, environment=environment, log=Path(folder) / "clock.log") as engine:
        engine.wait_ready()
        before, _ = send(engine, 0, 3000)
        engine.wait_learned()
        first = engine.status()["time"]
        shift.write_text("-86400")
        time.sleep(1.5)
        after, refused = send(engine, 5000, 3000)
        status = engine.wait_learned(timeout=120)
        served = answers(engine)
        engine.kill()
    lost = lost_of(data, before + after)
    with Engine(data, settings=HURRIED, log=Path(folder) / "clock.log") as engine:
        engine.wait_ready()
        engine.stop()
    return {
        "jumped by, s": round((status["time"] - first) / 1000), "acknowledged": len(before) + len(after), "lost": lost,
        "lag, s": status["learner"]["lag_seconds"], "health": [part for part in status["health"] if not part["is_well"]],
        "good": len(before) == len(after) == 3000 and not lost and not refused and served > 0
        and status["time"] < first and status["learner"]["lag_seconds"] >= 0,
    }


def corrupt(options, folder):
    """Every file of the versions and checkpoints is damaged in turn."""
    data = Path(folder) / "corrupt"
    log = Path(folder) / "corrupt.log"
    with Engine(data, settings=HURRIED, log=log) as engine:
        engine.wait_ready()
        acknowledged, _ = send(engine, 0, 6000)
        try:
            engine.promote_first(timeout=120)
        except RuntimeError as error:
            return {"says": str(error), "good": False}
        time.sleep(2)
        live = str(engine.status()["live"])
        engine.stop()
    files = sorted(
        path for path in data.rglob("*")
        if path.is_file() and path.stat().st_size > 0 and not path.name.startswith("freshet.")
    )
    results = []
    for path in files:
        whole = path.read_bytes()
        for damage in ("a flipped byte", "cut in half", "empty"):
            damaged = bytearray(whole)
            if damage == "a flipped byte":
                damaged[len(damaged) // 2] ^= 0x55
            else:
                damaged = damaged[: len(damaged) // 2] if damage == "cut in half" else bytearray()
            copy = Path(folder) / "corrupt-copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(data, copy)
            (copy / path.relative_to(data)).write_bytes(bytes(damaged))
            entry = {"file": str(path.relative_to(data)), "damage": damage}
            try:
                with Engine(copy, settings=HURRIED, log=log) as engine:
                    engine.wait_ready(60)
                    entry["version"] = str(engine.status()["live"])
                    entry["health"] = unwell(engine)
                    entry["good"] = answers(engine) > 0
                    engine.wait_learned(timeout=60)
                    engine.stop()
                entry["lost"] = lost_of(copy, acknowledged)
                entry["good"] = entry["good"] and not entry["lost"]
            except (RuntimeError, OSError, Refused, subprocess.TimeoutExpired) as error:
                entry.update(says=str(error), good=False)
            results.append(entry)
    bad = [entry for entry in results if not entry["good"]]
    return {
        "version before": live, "files": len(files), "damaged": len(results),
        "versions after": sorted({entry.get("version", "none") for entry in results}),
        "bad": bad[:5], "good": bool(results) and not bad,
    }


FAULTS = {
    "full database": full_database, "full disk": full_disk, "read-only folder": read_only, "clock jumps back": clock_back,
    "damaged snapshots": corrupt,
}


def faults(options, folder):
    """Every fault."""
    results = {}
    for name, fault in FAULTS.items():
        if options.fault and name not in options.fault:
            continue
        try:
            results[name] = fault(options, folder)
        except (RuntimeError, OSError, Refused, subprocess.SubprocessError, http.client.HTTPException) as error:
            results[name] = {"says": f"{type(error).__name__}: {error}", "good": False}
        print(f"  {name}: {json.dumps(results[name])}", flush=True)
    results["good"] = all(result["good"] for result in results.values())
    return results


PARTS = {"kills": kills, "experiment": experiment, "erasures": erasures, "ready": ready, "faults": faults}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--longest", type=float, default=3, help="the most seconds before a kill")
    parser.add_argument("--patience", type=float, default=120, help="the most seconds for receipts to be complete at the end")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--fault", nargs="+", choices=FAULTS)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--binary", type=Path, help="the program; .build/release/freshet unless given")
    parser.add_argument("--json", type=Path, help="the file for the results")
    parser.add_argument("--keep", type=Path, help="a folder that keeps data and logs")
    options = parser.parse_args()
    if options.binary:
        live_engine.BINARY = options.binary
    results = {}
    with tempfile.TemporaryDirectory(prefix="freshet-crash-") as temporary:
        folder = options.keep or temporary
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name in options.only:
            print(f"{name}: {PARTS[name].__doc__}", flush=True)
            results[name] = PARTS[name](options, folder)
            print(json.dumps(results[name], indent=1), flush=True)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    sys.exit(0 if all(result["good"] for result in results.values()) else 1)


if __name__ == "__main__":
    main()

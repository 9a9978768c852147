"""Measures how long the first trained version takes to serve. Standard library only.

    python3 Benchmarks/first_version.py                  # beside 400 events/s, and without traffic; at most 10 minutes
    python3 Benchmarks/first_version.py --rates 0        # without traffic only

Each run starts `freshet serve` in its default configuration with the sample's first nine months, and replays what came
later at the rate given. The data suffice from the import on, so seconds count from the first answer of the server, the
import before it apart. What the status says meanwhile (`learner.first_version`) is printed every few seconds, with what it
said would be left beside what was. The exit code is 1 when a version takes longer than 120 s.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from live_engine import BINARY, ROOT, Engine

SAMPLE = ROOT / "Samples/online-retail"
OPENING = "2010-09-01"
TARGET = 120


def first_version(rate, folder, options):
    """One run: seconds until a trained version serves, and what it adds to the counts after so many more."""
    arguments = ["--import", str(SAMPLE), "--until", OPENING]
    with Engine(folder / f"rate{rate}", options.binary, arguments=arguments, log=folder / f"rate{rate}.log") as engine:
        imported = engine.wait_ready(600)
        began = time.monotonic()
        replay = start_replay(engine, rate, options, folder) if rate else None
        told, served, shown = [], None, 0
        while served is None and time.monotonic() - began < options.limit:
            status = engine.status()
            seconds = time.monotonic() - began
            first = status["learner"].get("first_version")
            if first is None:
                served = seconds
                break
            if first.get("seconds_left") is not None:
                told.append((seconds, first["seconds_left"]))
            if seconds >= shown:
                lag = status["learner"]["lag_seconds"]
                print(f"  {seconds:5.1f} s, learner {lag:.1f} s behind: {first['message']}", flush=True)
                shown = seconds + 5
            time.sleep(0.25)
        if served is not None:
            time.sleep(options.after)
        status = engine.status()
        if replay:
            replay.terminate()
            replay.wait()
        engine.stop()
    decisions = [one for one in status["decisions"] if one["kind"] in ("promotion", "discard", "rollback")]
    wrong = [abs(seconds + left - served) for seconds, left in told] if served is not None else []
    return {
        "rate": rate,
        "seconds_to_import": imported,
        "seconds_to_serve": served,
        "told_wrong_by": sum(wrong) / len(wrong) if wrong else None,
        "learner_lag_seconds": status["learner"]["lag_seconds"],
        "gain": status["learner"].get("gain"),
        "decisions": decisions,
        "live": status["live"],
    }


def start_replay(engine, rate, options, folder):
    command = [str(options.binary), "replay", "--server", engine.url, "--data", str(SAMPLE)]
    command += ["--from", OPENING, "--rate", str(rate)]
    with open(folder / f"rate{rate}.replay.log", "wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rates", type=int, nargs="+", default=[400, 0], help="events a second; 0 for none")
    parser.add_argument("--after", type=float, default=30, help="seconds to go on when it serves")
    parser.add_argument("--limit", type=float, default=300, help="seconds after which a run is given up")
    parser.add_argument("--binary", type=Path, default=BINARY)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores", flush=True)
    runs = []
    with tempfile.TemporaryDirectory() as folder:
        for rate in options.rates:
            print(f"{rate} events/s" if rate else "without traffic", flush=True)
            run = first_version(rate, Path(folder), options)
            runs.append(run)
            print(json.dumps(run, indent=2), flush=True)
    if options.json:
        options.json.write_text(json.dumps(runs, indent=2) + "\n")
    late = [run for run in runs if run["seconds_to_serve"] is None or run["seconds_to_serve"] > TARGET]
    sys.exit(1 if late else 0)


if __name__ == "__main__":
    main()

"""Times Freshet against its peers on the same data, in alternating runs, and prints a table.

    python Benchmarks/compare_speed.py --freshet .build/release/freshet --data train.tsv --epochs 3 --rounds 3

Each round runs Freshet and the peer one after the other and changes who begins, so that a machine that grows slower or
faster during the comparison treats both alike. For models with epochs each epoch is one measurement; for the others
each run is. The seconds are those that the programs report for training, without start-up and reading, and the ratio is
the peer's median by Freshet's: above 1 Freshet is faster. Run it on a machine that does nothing else; the load average
at the start is part of the output.

The interpreter needs the packages of Benchmarks/Peers/requirements.txt (or name another with --python).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

PEERS = Path(__file__).parent / "Peers"


@dataclass
class Pair:
    """A model of Freshet, the peer's script, and what each is given beside data, threads and seed."""

    model: str
    script: str
    freshet_arguments: list[str] = field(default_factory=list)
    script_arguments: list[str] = field(default_factory=list)
    has_epochs: bool = False


PAIRS = {
    "sasrec": Pair("sequence-transformer", "sasrec_pytorch.py", ["--preset", "sasrec"], has_epochs=True),
    "sasrec-bucketed": Pair(
        "sequence-transformer", "sasrec_pytorch.py", ["--preset", "sasrec"], ["--bucket"], has_epochs=True
    ),
    "als": Pair("matrix-factorization", "als_implicit.py", ["--preset", "als"], ["--hold-out-last"]),
    "ease": Pair("ease", "ease_numpy.py", [], ["--hold-out-last"]),
    "item-knn": Pair("item-knn", "item_knn_scipy.py", [], ["--hold-out-last"]),
    "co-visitation": Pair(
        "co-visitation", "co_visitation_numpy.py", [], ["--preset", "tuned", "--hold-out-last"]
    ),
}


class RunFailed(Exception):
    pass


def run_freshet(pair, arguments, threads, settings):
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.freshet, "train", "--data", arguments.data, "--format", "pairs", "--model", pair.model]
        command += pair.freshet_arguments + ["--seed", str(arguments.seed), "--threads", str(threads)]
        command += ["--output", str(Path(folder) / "model"), "--json"]
        if pair.has_epochs:
            command += ["--set", f"epochs={arguments.epochs}"]
        for setting in settings:
            command += ["--set", setting]
        return measurements(json.loads(output_of(command, os.environ)), pair)


def run_peer(pair, arguments, threads):
    command = [arguments.python, str(PEERS / pair.script), "--data", arguments.data, "--threads", str(threads)]
    command += pair.script_arguments
    if pair.has_epochs:
        command += ["--epochs", str(arguments.epochs), "--seed", str(arguments.seed)]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads)}
    if pair.script == "als_implicit.py":
        environment |= {"OPENBLAS_NUM_THREADS": "1"}  # it threads by itself, and asks for this
    last_line = output_of(command, environment).strip().splitlines()[-1]
    return measurements(json.loads(last_line), pair)


def output_of(command, environment):
    try:
        finished = subprocess.run(command, env=environment, capture_output=True, text=True)
    except OSError as error:
        raise RunFailed(f"{command[0]}: {error.strerror}") from None
    if finished.returncode != 0:
        raise RunFailed(f"{' '.join(command)}\n{finished.stderr.strip()}")
    return finished.stdout


def measurements(report, pair):
    """The seconds of each epoch, or of the one fit, from a program's last report."""
    if pair.has_epochs:
        return report["epochSeconds"]
    return [report["trainSeconds"] if "trainSeconds" in report else report["fitSeconds"]]


def compare(name, threads, arguments):
    """Alternating runs of one pair at one thread count; returns the seconds of both."""
    pair = PAIRS[name]
    settings = [setting.split(":", 1)[1] for setting in arguments.set if setting.split(":", 1)[0] == name]
    sides = {
        "freshet": lambda: run_freshet(pair, arguments, threads, settings),
        "peer": lambda: run_peer(pair, arguments, threads),
    }
    seconds = {side: [] for side in sides}
    for round_number in range(arguments.rounds):
        for side in sorted(sides, reverse=round_number % 2 == 1):
            measured = sides[side]()
            seconds[side] += measured
            times = " ".join(f"{value:.3f}" for value in measured)
            progress(f"{name}, threads {threads}, round {round_number + 1}, {side}: {times} s")
    return {
        "model": name,
        "threads": threads,
        "unit": "seconds per epoch" if pair.has_epochs else "seconds to fit",
        "seconds": seconds,
        "ratio": median(seconds["peer"]) / median(seconds["freshet"]),
    }


def progress(text):
    print(text, file=sys.stderr, flush=True)


def table(results):
    lines = [
        "| model | threads | unit | Freshet: median (min to max) | peer: median (min to max) | peer / Freshet |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for result in results:
        ours, theirs = (spread(result["seconds"][side]) for side in ("freshet", "peer"))
        cells = [result["model"], str(result["threads"]), result["unit"], ours, theirs, f"{result['ratio']:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(values):
    return f"{median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def setting(text):
    model, separator, rest = text.partition(":")
    if not separator or "=" not in rest or model not in PAIRS:
        raise argparse.ArgumentTypeError(f"expected MODEL:KEY=VALUE with a model of {', '.join(PAIRS)}: {text}")
    return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--freshet", required=True, help="the release build of freshet")
    parser.add_argument("--data", required=True, help="train.tsv: `user<TAB>item` lines, each user's in time order")
    parser.add_argument("--models", nargs="+", choices=list(PAIRS), default=list(PAIRS), metavar="MODEL",
                        help=f"of {', '.join(PAIRS)} (default: all)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--epochs", type=int, default=3, help="epochs a run, for models that have them (default: 3)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each side (default: 3)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--set", action="append", default=[], type=setting, metavar="MODEL:KEY=VALUE",
                        help="a setting for Freshet's side, such as als:factors=64; may be repeated")
    parser.add_argument("--python", default=sys.executable, help="the interpreter with the peers' packages")
    parser.add_argument("--json", help="write every measurement here")
    arguments = parser.parse_args()

    load = os.getloadavg()[0]
    if load > 0.5:
        progress(f"The load average is {load:.1f}: other work on this machine will show in the times.")
    results, failures = [], []
    for name in arguments.models:
        for threads in arguments.threads:
            try:
                results.append(compare(name, threads, arguments))
            except RunFailed as failure:
                failures.append(name)
                progress(f"{name}, threads {threads}: {failure}")

    print(f"{platform.machine()}, {os.cpu_count()} cores, load average at the start {load:.2f}\n")
    print(table(results))
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({"load": load, "results": results}, indent=2) + "\n")
    if failures:
        sys.exit(f"failed: {', '.join(sorted(set(failures)))}")


if __name__ == "__main__":
    main()

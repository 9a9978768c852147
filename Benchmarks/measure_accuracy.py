"""Measures the accuracy of a model by the contract: train, recommend to all users, evaluate; several seeds.

    python Benchmarks/measure_accuracy.py --freshet .build/release/freshet --train train.tsv --test test.tsv \\
        --model sequence-transformer --seeds 1 2 3

`train.tsv` and `test.tsv` are what `Benchmarks/Peers/split_leave_last_out.py` writes: each user's last event is the test
item. Freshet holds each user's last training event out for validation by itself, and takes it as history again when it
recommends. The whole catalogue is ranked, the user's own training items are left out. Prints one JSON line a seed and
one with the means and their 95% intervals over seeds (Student's t). Arguments after `--` go to `freshet train`.
"""

import argparse
import json
import subprocess
from pathlib import Path
from statistics import mean, stdev

METRICS = ("ndcg@10", "hr@10", "mrr@10")
# Two-sided 95% quantiles of Student's t for 1, 2, 3, 4 degrees of freedom.
STUDENT = (12.706, 4.303, 3.182, 2.776)


def run(arguments):
    finished = subprocess.run(arguments, capture_output=True, text=True)
    if finished.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, arguments))}\nended with {finished.returncode}:\n{finished.stderr}")
    return finished.stdout


def measure(arguments, seed, extra):
    snapshot = Path(arguments.output) / f"{arguments.model}-{arguments.preset or 'recommended'}-{seed}"
    recommendations = snapshot.with_suffix(".recs.tsv")
    train = [arguments.freshet, "train", "--data", arguments.train, "--format", "pairs", "--model", arguments.model]
    train += ["--seed", str(seed), "--threads", str(arguments.threads), "--output", str(snapshot), "--force", "--json"]
    if arguments.preset:
        train += ["--preset", arguments.preset]
    trained = json.loads(run(train + extra))
    run([arguments.freshet, "recommend", "--snapshot", str(snapshot), "--all-users", "--count", "100",
         "--output", str(recommendations)])
    judged = json.loads(run([arguments.freshet, "evaluate", "--recommendations", str(recommendations),
                             "--truth", arguments.test, "--json"]))
    result = {name: judged["metrics"][name]["value"] for name in METRICS}
    return {"seed": seed, **result, "trainSeconds": trained["trainSeconds"], "epochs": len(trained["epochSeconds"])}


def interval(values):
    if len(values) < 2:
        return None
    return STUDENT[min(len(values) - 2, len(STUDENT) - 1)] * stdev(values) / len(values) ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--freshet", required=True, help="the binary")
    parser.add_argument("--train", required=True)
    parser.add_argument("--test", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--preset")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--output", default="accuracy", help="folder for snapshots and recommendations")
    arguments, extra = parser.parse_known_args()
    Path(arguments.output).mkdir(parents=True, exist_ok=True)
    results = []
    for seed in arguments.seeds:
        results.append(measure(arguments, seed, [word for word in extra if word != "--"]))
        print(json.dumps(results[-1]), flush=True)
    summary = {"model": arguments.model, "preset": arguments.preset, "seeds": arguments.seeds}
    for name in METRICS:
        values = [result[name] for result in results]
        summary[name] = {"mean": mean(values), "plusMinus": interval(values)}
    print(json.dumps(summary))


if __name__ == "__main__":
    main()

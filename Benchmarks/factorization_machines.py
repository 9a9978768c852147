#!/usr/bin/env python3
"""One pass of a factorization machine, row by row on one thread, beside modern-fm; and what longer training gives.

    pip install modern-fm
    Benchmarks/factorization_machines.py --freshet .build/release/freshet --data FOLDER [--runs 3] [--online-only]

FOLDER holds train.libfm, validation.libfm and test.libfm. Reading the files counts for neither side. modern-fm has the
settings with which its one pass is best on the validation rows of Frappe; its rows are a matrix already. Runs alternate; the
medians count. The test rows are read once, at the end.
"""
import argparse, json, os, statistics, subprocess, tempfile, time

os.environ.update({name: "1" for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS")})
import numpy as np
from modern_fm import FMClassifier
from scipy.sparse import csr_matrix


def read(path, width=None):
    labels, indices, values, offsets = [], [], [], [0]
    with open(path, encoding="utf-8") as file:
        for line in file:
            label, *features = line.split()
            labels.append(float(label))
            for feature in features:
                index, value = feature.split(":")
                indices.append(int(index))
                values.append(float(value))
            offsets.append(len(indices))
    width = width or max(indices) + 1
    rows = csr_matrix((np.array(values, np.float32), indices, offsets), shape=(len(labels), width))
    return rows, np.array(labels)


def figures(chances, labels):
    order = np.argsort(chances, kind="stable")
    sorted_chances = chances[order]
    _, first, counts = np.unique(sorted_chances, return_index=True, return_counts=True)
    ranks = np.empty(len(chances))
    ranks[order] = np.repeat(first + (counts + 1) / 2, counts)
    yes = labels == 1
    auc = (ranks[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / (yes.sum() * (~yes).sum())
    chances = np.clip(chances, 1e-12, 1 - 1e-12)
    return auc, -np.mean(np.where(yes, np.log(chances), np.log(1 - chances)))


def modern(rows, labels):
    model = FMClassifier(
        n_factors=16, optimizer="adagrad", learning_rate=0.3, batch_size=1, n_jobs=1, random_state=1
    )
    start = time.perf_counter()
    model.partial_fit(rows, labels, classes=[0, 1])
    return model, len(labels) / (time.perf_counter() - start)


def freshet(options, folder, *more):
    command = [options.freshet, "train", "--data", f"{options.data}/train.libfm", "--format", "libfm"]
    command += ["--model", "factorization-machine", "--output", folder, "--force", "--quiet", "--json", *more]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def judge(options, folder):
    command = [options.freshet, "evaluate", "--snapshot", folder, "--truth", f"{options.data}/test.libfm"]
    result = subprocess.run(command + ["--format", "libfm", "--json"], check=True, capture_output=True, text=True)
    result = json.loads(result.stdout)
    return result["auc"], result["logLoss"]


def show(name, auc, loss, rate):
    print(f"{name:40s} AUC {auc:.4f}  log loss {loss:.4f}  {rate:12,.0f} rows/s", flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--freshet", required=True)
    options.add_argument("--data", required=True)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--online-only", action="store_true")
    options = options.parse_args()
    rows, labels = read(f"{options.data}/train.libfm")
    test = read(f"{options.data}/test.libfm", rows.shape[1])
    online = ["--preset", "online"]
    contenders = {"online": online, "online, 16 factors": online + ["--set", "factors=16", "--set", "learningRate=0.25"]}
    rates = {name: [] for name in [*contenders, "modern-fm, 16 factors"]}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.runs):
            model, rate = modern(rows, labels)
            rates["modern-fm, 16 factors"].append(rate)
            for place, (name, more) in enumerate(contenders.items()):
                report = freshet(options, f"{folder}/{place}", *more)
                rates[name].append(report["metrics"]["rows per second"])
        print(f"load {os.getloadavg()[0]:.1f}; medians of {options.runs} runs, one thread")
        peer = statistics.median(rates["modern-fm, 16 factors"])
        show("modern-fm, 16 factors", *figures(model.predict_proba(test[0])[:, 1], test[1]), peer)
        for place, name in enumerate(contenders):
            rate = statistics.median(rates[name])
            show(f"{name} ({rate / peer:.1f} x)", *judge(options, f"{folder}/{place}"), rate)
        if options.online_only:
            return
        for name, more in [("batch", []), ("field-aware", ["--preset", "field-aware"])]:
            report = freshet(options, folder + "/batch", "--validation", f"{options.data}/validation.libfm", *more)
            show(
                f"{name} ({len(report['losses'])} epochs)",
                *judge(options, folder + "/batch"),
                report["metrics"]["rows per second"],
            )


if __name__ == "__main__":
    main()

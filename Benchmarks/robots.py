#!/usr/bin/env python3
"""What robots in a log cost accuracy, and what `--outliers drop` gives back. Standard library only.

    Benchmarks/robots.py --freshet .build/release/freshet --data ml-1m.txt.xz --times u.data.xz --seeds 1 2 3

`--data` has `user item` a line, each user's in time order; its users are the people. Where it has no times, they get
those of people: the gaps between the ratings of users of MovieLens-100K (`--times`, `user item rating time` a line), one user
after the other with a day between. Robots are planted until they make `--share` of the events, 400 events each, in turn

  stuck    one item again and again, at random moments of some days
  sweep    the most popular items in their order, two a second
  random   any items, two a second
  slow     any items, one every 30 seconds

Each person's last event is the test item. A model is trained on the clean log, on the one with robots, and on that with
`--outliers drop`, and ranks the whole catalogue for the people, seen items left out. Prints one JSON line a seed and model,
with how many robots were found, and how many people were taken for one.
"""
import argparse, json, lzma, random, subprocess, tempfile
from collections import Counter
from pathlib import Path

EVENTS = 400
START = 978_300_000
METRICS = ("recall@10", "ndcg@10")


def lines(path):
    with lzma.open(path, "rt") if str(path).endswith(".xz") else open(path) as file:
        for line in file:
            yield line.split()


def histories(path):
    users = {}
    for user, item in lines(path):
        users.setdefault(user, []).append(item)
    return users


def gaps(path):
    """The gaps between the ratings of each user, in seconds."""
    times = {}
    for user, _, _, time in lines(path):
        times.setdefault(user, []).append(int(time))
    return [[later - time for time, later in zip(own, own[1:])] for own in map(sorted, times.values()) if len(own) > 1]


def people(users, gaps, source):
    for user, items in users.items():
        own, place, time = [], 0, START + source.randrange(30_000_000)
        for item in items:
            if place == len(own):
                own, place, time = source.choice(gaps), 0, time + 86_400
            yield f"person{user}", item, time
            time += own[place]
            place += 1


def robots(users, count, source):
    popular = [item for item, _ in Counter(item for items in users.values() for item in items).most_common()]
    for number in range(count):
        kind = ("stuck", "sweep", "random", "slow")[number % 4]
        time, item = START + source.randrange(30_000_000), source.choice(popular)
        for place in range(EVENTS):
            if kind == "sweep":
                item = popular[place]
            elif kind != "stuck":
                item = source.choice(popular)
            yield f"{kind}{number}", item, round(time)
            time += {"stuck": source.expovariate(1 / 900), "slow": 30}.get(kind, 0.5)


def write(path, events):
    with open(path, "w") as file:
        file.write("user\titem\ttime\n")
        file.writelines(f"{user}\t{item}\t{time}\n" for user, item, time in events)


def run(*arguments):
    finished = subprocess.run(arguments, capture_output=True, text=True)
    if finished.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}\nended with {finished.returncode}:\n{finished.stderr}")
    return json.loads(finished.stdout)


def accuracy(options, model, log, test, folder, *reading):
    snapshot = f"{folder}/model"
    run(options.freshet, "train", "--data", log, "--model", model, "--output", snapshot, "--force", "--threads",
        str(options.threads), "--json", *reading)  # fmt: skip
    judged = run(options.freshet, "evaluate", "--snapshot", snapshot, "--truth", test, "--cutoffs", "10", "--json")
    return {name: round(judged["metrics"][name]["value"], 4) for name in METRICS}


def measure(options, seed, folder):
    source = random.Random(seed)
    users = histories(options.data)
    everybody = list(people(users, gaps(options.times), source))
    last = {user: place for place, (user, _, _) in enumerate(everybody)}
    held = set(last.values())
    clean = [event for place, event in enumerate(everybody) if place not in held]
    count = round(options.share * len(everybody) / (1 - options.share) / EVENTS)
    noise = list(robots(users, count, source))
    write(f"{folder}/test.tsv", [everybody[place] for place in held])
    write(f"{folder}/clean.tsv", clean)
    write(f"{folder}/noisy.tsv", clean + noise)
    outliers = run(options.freshet, "stats", "--data", f"{folder}/noisy.tsv", "--json")["report"]["outliers"]
    suspects = [suspect["user"] for suspect in outliers["suspects"]]
    taken = sum(user.startswith("person") for user in suspects)
    found = {"robots": count, "found": len(suspects) - taken, "people": len(users), "taken for one": taken}
    for model in options.models:
        test = f"{folder}/test.tsv"
        rows = {
            "clean": accuracy(options, model, f"{folder}/clean.tsv", test, folder),
            "noisy": accuracy(options, model, f"{folder}/noisy.tsv", test, folder),
            "left out": accuracy(options, model, f"{folder}/noisy.tsv", test, folder, "--outliers", "drop"),
        }
        print(json.dumps({"seed": seed, "model": model, "share": options.share} | found | rows), flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--freshet", required=True, help="the binary")
    options.add_argument("--data", required=True)
    options.add_argument("--times", required=True)
    options.add_argument("--share", type=float, default=0.01)
    options.add_argument("--models", nargs="+", default=["co-visitation", "matrix-factorization"])
    options.add_argument("--seeds", type=int, nargs="+", default=[1])
    options.add_argument("--threads", type=int, default=1)
    options = options.parse_args()
    for seed in options.seeds:
        with tempfile.TemporaryDirectory() as folder:
            measure(options, seed, folder)


if __name__ == "__main__":
    main()

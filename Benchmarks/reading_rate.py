#!/usr/bin/env python3
"""How fast a CSV file with date-times is read on one core, beside pandas and DuckDB.

    pip install pandas duckdb
    Benchmarks/reading_rate.py --freshet .build/release/freshet [--lines 5000000] [--runs 3]

Every reader parses the times and numbers users and items: pandas by factorize, DuckDB by a dense rank. A run is a process
of its own on one core; what it needs for two lines is taken off. Runs alternate; the median counts.
"""
import argparse, json, os, random, resource, statistics, subprocess, sys, tempfile

PANDAS = """
import pandas as pd, sys
d = pd.read_csv(sys.argv[1], parse_dates=["event_time"])
u, i, t = pd.factorize(d.user_id), pd.factorize(d.item_id), pd.factorize(d.event_type)
print(len(d))
"""
DUCKDB = """
import duckdb, sys
c = duckdb.connect(config={"threads": 1})
c.execute("create table d as select user_id, item_id, event_time::timestamp t, event_type from read_csv(?)", [sys.argv[1]])
for name in ("user_id", "item_id", "event_type"):
    c.execute(f"create table {name}s as select {name}, row_number() over () n from (select distinct {name} from d)")
c.execute('''create table e as select u.n u, i.n i, k.n k, t from d
             join user_ids u using (user_id) join item_ids i using (item_id) join event_types k using (event_type)''')
print(c.execute("select count(*) from e").fetchone()[0])
"""


def make(path, lines):
    numbers = random.Random(1)
    with open(path, "w", encoding="utf-8") as file:
        file.write("user_id,item_id,event_time,event_type,price\n")
        for k in range(lines):
            clock = f"2024-{1 + k // 2_419_200 % 12:02d}-{1 + k // 86_400 % 28:02d} {k // 3600 % 24:02d}:{k // 60 % 60:02d}:{k % 60:02d}"
            user, item = int(numbers.paretovariate(0.3)) % 200_000, int(numbers.paretovariate(0.4)) % 50_000
            file.write(f"user{user},sku-{item},{clock},{('view', 'cart', 'purchase')[k % 3]},{k % 10_000 / 100}\n")


def seconds(command):
    """The processor's time for a command on one core."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["taskset", "-c", "0", *command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--freshet", required=True)
    options.add_argument("--lines", type=int, default=5_000_000)
    options.add_argument("--runs", type=int, default=3)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large = os.path.join(folder, "small.csv"), os.path.join(folder, "large.csv")
        make(small, 2)
        make(large, options.lines)
        readers = {
            "freshet stats": lambda path: [options.freshet, "stats", "--threads", "1", "--quiet", "--data", path],
            "pandas": lambda path: [sys.executable, "-c", PANDAS, path],
            "DuckDB": lambda path: [sys.executable, "-c", DUCKDB, path],
        }
        rates = {name: [] for name in readers}
        for _ in range(options.runs):
            for name, command in readers.items():
                rates[name].append(options.lines / (seconds(command(large)) - seconds(command(small))))
        print(json.dumps({name: round(statistics.median(rate)) for name, rate in rates.items()}, indent=1))


if __name__ == "__main__":
    main()

"""What 1, 10 and 100 machines would answer and learn: a simulation with what was measured on one.

    python3 Benchmarks/simulate_servers.py

Time goes on in ticks of 10 ms. Requests arrive at random at servers chosen at random, and wait for one of a server's cores. Each
answer is a row that the database has to keep, and so is an event. The database keeps so many
rows a second, whoever sends them. The learner reads what is kept, learns it as fast as it can, and publishes; servers look for a publication
from time to time and fetch it over the link of whoever holds the folder, all over the same one.

For each size it is asked for more and more, until answers take longer than --limit at p99, or rows or events pile up; the last load
that was kept up with is reported, with what gave way at the next. Every parameter is an option; the defaults are medians of
`servers.py`, `postgres.py` and `live_speed.py`. That a row of an answer costs the database what an event does is an assumption.
"""

import argparse
import math
import random

TICK = 0.01


def poisson(rate, source):
    """How many come in a tick; by the normal distribution where they are many."""
    if rate > 50:
        return max(0, round(source.gauss(rate, math.sqrt(rate))))
    limit, product, count = math.exp(-rate), source.random(), 0
    while product > limit:
        product *= source.random()
        count += 1
    return count


class Server:
    """Some cores that answer, first come first served."""

    def __init__(self, options, source):
        self.free = [0.0] * options.cores
        self.options, self.source = options, source
        self.shape = math.log(1 + options.spread**2)

    def answer(self, arrival):
        """When the answer to a request is ready; its own time is log-normal."""
        core = min(range(len(self.free)), key=self.free.__getitem__)
        mean = self.options.answer_ms / 1000
        time = self.source.lognormvariate(math.log(mean) - self.shape / 2, math.sqrt(self.shape))
        self.free[core] = max(arrival, self.free[core]) + time
        return self.free[core] - arrival


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else 0.0


def run(servers, requests, events, options):
    """What happens in --seconds at so many requests and events a second."""
    source = random.Random(options.seed)
    # Servers are chosen at random and alike, so a few of them stand for all.
    watched = [Server(options, source) for _ in range(min(servers, 3))]
    latencies, ages = [], []
    rows = learned = kept = fetched = 0.0
    waiting, unknown = [], []  # publications on their way; events that are kept and in no server's weights
    next_publication = options.publish_seconds
    database_busy = link_busy = link_free = 0.0
    for tick in range(int(options.seconds / TICK)):
        now = tick * TICK
        for server in watched:
            for _ in range(poisson(requests / servers * TICK, source)):
                latencies.append(server.answer(now + source.random() * TICK))
        rows += (requests + events) * TICK
        done = min(rows, options.rows_per_second * TICK)
        rows -= done
        database_busy += done / options.rows_per_second
        kept += done * events / (events + requests)
        learned = min(kept, learned + options.learned_per_second * TICK)
        if now >= next_publication:
            next_publication += options.publish_seconds
            # All servers fetch it over the same link.
            begin = max(now, link_free)
            taken = servers * options.delta_megabytes * 8 / options.link_megabits
            link_free, link_busy = begin + taken, link_busy + taken
            waiting.append((link_free + source.random() * options.poll_seconds, learned))
        while waiting and waiting[0][0] <= now:
            fetched = max(fetched, waiting.pop(0)[1])
        if tick % 10 == 0:
            unknown.append((now, kept))
        while unknown and fetched >= unknown[0][1]:
            ages.append(now - unknown.pop(0)[0])
    return {
        "p50": quantile(latencies, 0.5) * 1000,
        "p99": quantile(latencies, 0.99) * 1000,
        "database": database_busy / options.seconds,
        "link": link_busy / options.seconds,
        "late rows": rows / options.rows_per_second,
        "late events": (kept - learned) / options.learned_per_second,
        "age": quantile(ages, 0.95),
    }


def gives_way(figures, options):
    """What does not keep up; empty where all does."""
    return [
        name for name, is_so in {
            "servers": figures["p99"] > options.limit,
            "database": figures["late rows"] > 1,
            "learner": figures["late events"] > 1,
            "link": figures["link"] > 0.99,
        }.items() if is_so
    ]


def most(servers, options, events_for):
    """The highest load that is kept up with, found by halving, and what gave way above it."""
    low, high = 0.0, 2.0 * options.cores * servers * 1000 / options.answer_ms
    held, broken = None, []
    for _ in range(options.halvings):
        load = (low + high) / 2
        figures = run(servers, load, events_for(load), options)
        if bound := gives_way(figures, options):
            high, broken = load, bound
        else:
            low, held = load, figures
    return low, held, broken


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value, words in (
        ("answer-ms", 0.25, "a core's time for an answer"),
        ("spread", 1.0, "its standard deviation over its mean"),
        ("rows-per-second", 130_000.0, "rows that one database keeps"),
        ("learned-per-second", 2_000.0, "events that the transformer learns"),
        ("publish-seconds", 2.0, "between two publications"),
        ("poll-seconds", 0.5, "how often a server looks"),
        ("delta-megabytes", 0.5, "of one publication"),
        ("link-megabits", 1_000.0, "of who holds the folder"),
        ("limit", 50.0, "ms that answers may take at p99"),
        ("seconds", 20.0, "of each simulation"),
    ):
        parser.add_argument(f"--{name}", type=float, default=value, help=f"{words} ({value:g})")
    parser.add_argument("--cores", type=int, default=2, help="of a server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--halvings", type=int, default=12)
    parser.add_argument("--requests-per-event", type=float, default=10, help="requests for each event that comes")
    options = parser.parse_args()
    print("| machines | servers | requests/s | events/s | p50, ms | p99, ms | database busy | link busy | event → weights p95, s | what gives way |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |")
    for machines, servers in ((1, 1), (10, 7), (100, 96)):
        load, held, broken = most(servers, options, lambda load: load / options.requests_per_event)
        print(
            f"| {machines} | {servers} | {load:,.0f} | {load / options.requests_per_event:,.0f} | {held['p50']:.2f} | {held['p99']:.1f} | "
            f"{held['database']:.0%} | {held['link']:.0%} | {held['age']:.1f} | {', '.join(broken)} |"
        )


if __name__ == "__main__":
    main()

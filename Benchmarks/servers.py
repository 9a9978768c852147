"""Several servers and one learner with one PostgreSQL: how soon weights are everywhere, and what happens when one is lost.

    python3 Benchmarks/servers.py --binary .build/release/freshet                    # all parts
    python3 Benchmarks/servers.py --only lag --seconds 60

`follow`: how long after an event's answer another server knows it. `lag`: 500 events a second go to two servers in turn; how long until the weights on both have learned each.
`takeover`: the learner is killed under requests and events; no request may fail, the standby takes over, and learns each event
once. `start`: a server is killed and started again; until it answers, and by which publication. `partition`: a server is cut off
from the others (its process is stopped) while items, events and versions change; after it goes on, all must answer the same. How
alike texts are depends in the last digit on what was read together; with `--set language.encoder=none` all is the same to the bit.
`cut`: the same with the network: the server is in a namespace, and the link between it and the database is taken down; it must go on
answering (needs the right to make namespaces, and socat). `requests`: two servers against one, each held to a share of a core (needs the right to make control groups).

The database is the benchmark's own, on a socket; what is learned goes through a folder, or through S3 (--folder s3://…).
"""

import argparse
import http.client
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import live_engine
from live_engine import Engine, Refused
from postgres import Postgres

QUICK = [
    "retraining.first_events=3000", "retraining.first_minutes=0.3", "learning.publish_every=2",
    "learning.checkpoint_every=5", "cluster.poll_seconds=0.5", "retraining.niceness=0", "learning.niceness=0",
]


class Fleet:
    """Processes that share a database and a folder."""

    def __init__(self, folder, settings=(), shared=None, listen=""):
        self.folder = Path(folder)
        (self.folder / "pg").mkdir()
        self.postgres = Postgres(self.folder / "pg", listen, 25432 if listen else 5432)
        self.settings = [f"cluster.folder={shared or self.folder / 'shared'}", *QUICK, *settings]
        self.all = []

    def start(self, role, name, port=None, prefix=(), database=None):
        """Starts a process; whoever needs it waits until it is ready."""
        address = f"storage.postgres.address={database or self.postgres.address}"
        engine = Engine(
            self.folder / name, settings=[address, *self.settings], prefix=prefix, log=self.folder / f"{name}.log",
            arguments=["--role", role, *(["--port", str(port)] if port else [])],
        )
        self.all.append(engine)
        return engine

    def stop(self):
        for engine in self.all:
            if engine.process.poll() is None:
                engine.kill()
        self.postgres.stop()


class Events:
    """A stream with taste: users of ten groups view the items of their group, one after the other."""

    def __init__(self, seed=1):
        self.random = random.Random(seed)
        self.number = 0

    def next(self, count):
        events = []
        for _ in range(count):
            user = self.random.randrange(2000)
            group = user % 10
            step = (self.number // 500 + user * 7) % 40
            item = group * 40 + (step if self.random.random() < 0.8 else self.random.randrange(40))
            self.number += 1
            events.append(
                {"user": f"u{user}", "item": f"i{item}", "type": "view", "time": time.time(), "id": f"e{self.number}"}
            )
        return events


def send(engine, events, connection=None):
    """Sends events until they are taken; the offset by which they are known."""
    body = json.dumps(events)
    for _ in range(200):
        try:
            return engine.call("POST", "/v1/events", body, connection=connection)["offset"]
        except (Refused, OSError):
            time.sleep(0.05)
    raise RuntimeError("events are not taken")


def wait(what, condition, seconds=120):
    """Waits for something; the seconds that it took."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > seconds:
            raise RuntimeError(f"{what}: not in {seconds} s")
        time.sleep(0.05)
    return time.monotonic() - began


def first_version(learner, servers, events):
    """Fills the log until a trained version serves everywhere."""
    deadline = time.monotonic() + 300
    while str((status := learner.status())["live"]).startswith("0."):
        send(servers[0], events.next(500 if events.number < 8000 else 20))
        for version in learner.call("GET", "/v1/models")["versions"]:
            if version["state"] == "candidate" and status["log"]["newest_offset"] >= 8000:
                try:
                    learner.call("POST", f"/v1/models/{version['version']}/promote")
                except Refused:
                    pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"no version: {status['learner']}")
        time.sleep(0.3)
    number = str(learner.status()["live"]).split(".")[0]
    for server in servers:
        wait("the version is everywhere", lambda: str(server.status()["live"]).split(".")[0] == number)


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def lag(fleet, options):
    learner = fleet.start("learner", "learner")
    learner.wait_ready()
    servers = [fleet.start("server", f"server{one}") for one in range(2)]
    for server in servers:
        server.wait_ready()
    events = Events()
    first_version(learner, servers, events)
    known, stop = [[] for _ in servers], threading.Event()

    def watch(place):
        connection = servers[place].connection()
        while not stop.is_set():
            answer = servers[place].call("GET", "/v1/status", connection=connection)
            known[place].append((time.monotonic(), answer["publication"]["offset"]))
            time.sleep(0.1)

    watchers = [threading.Thread(target=watch, args=[place]) for place in range(len(servers))]
    for watcher in watchers:
        watcher.start()
    sent, began = [], time.monotonic()
    while time.monotonic() - began < options.seconds:
        due = began + len(sent) * 0.1
        time.sleep(max(0, due - time.monotonic()))
        sent.append((time.monotonic(), send(servers[len(sent) % 2], events.next(50))))
    last = sent[-1][1]
    wait("all is learned everywhere", lambda: all(seen and seen[-1][1] >= last for seen in known), 60)
    stop.set()
    for watcher in watchers:
        watcher.join()
    delays = []
    for moment, offset in sent:
        delays.append(max(next(time for time, known in seen if known >= offset) - moment for seen in known))
    rate = 50 * len(sent) / (sent[-1][0] - sent[0][0])
    print(
        f"lag: {rate:.0f} events/s, event to weights on both servers: median {statistics.median(delays):.1f} s, "
        f"p95 {quantile(delays, 0.95):.1f} s, worst {max(delays):.1f} s (publish_every 2 s)"
    )


def takeover(fleet, options):
    learner = fleet.start("learner", "learner")
    learner.wait_ready()
    servers = [fleet.start("server", f"server{one}") for one in range(2)]
    for server in servers:
        server.wait_ready()
    standby = fleet.start("learner", "standby")
    events = Events()
    first_version(learner, servers, events)
    failures, answers, stop = [], [0, 0], threading.Event()
    versions = [[], []]

    def ask(place):
        connection = servers[place].connection()
        while not stop.is_set():
            try:
                user = f"u{random.randrange(2000)}"
                servers[place].call("POST", "/v1/recommendations", {"user": user}, connection=connection)
                answers[place] += 1
                if answers[place] % 20 == 0:
                    publication = servers[place].call("GET", "/v1/status", connection=connection)["publication"]
                    versions[place].append(
                        (publication["lease"], publication["number"], publication["version"], publication["offset"])
                    )
            except (Refused, OSError) as error:
                failures.append(str(error))
            time.sleep(0.005)

    threads = [threading.Thread(target=ask, args=[place]) for place in range(2)]
    for thread in threads:
        thread.start()
    sender_stop = threading.Event()

    def feed():
        turn = 0
        while not sender_stop.is_set():
            send(servers[turn % 2], events.next(50))
            turn += 1
            time.sleep(0.1)

    feeder = threading.Thread(target=feed)
    feeder.start()
    time.sleep(10)
    learner.kill()
    killed = time.monotonic()
    standby.wait_ready()
    ready = time.monotonic() - killed
    lease = wait("the standby publishes", lambda: servers[0].status()["publication"]["lease"] == 2, 60)
    time.sleep(10)
    sender_stop.set()
    feeder.join()
    final = standby.wait_learned()
    wait("the servers have it", lambda: all(
        one.status()["publication"]["offset"] >= final["learner"]["offset"] for one in servers
    ), 60)
    stop.set()
    for thread in threads:
        thread.join()
    back = sum(later < earlier for seen in versions for earlier, later in zip(seen, seen[1:]))
    older = sum(
        later[2].split(".")[0] == earlier[2].split(".")[0] and later[3] < earlier[3]
        for seen in versions for earlier, later in zip(seen, seen[1:])
    )
    total = standby.status()["log"]["events"]
    print(
        f"takeover: standby ready {ready:.1f} s after the kill, its first weights on a server {ready + lease:.1f} s after it; "
        f"{sum(answers):,} requests, {len(failures)} failed; publications that went back {back}, weights {older}; "
        f"{total:,} events in the log of {events.number:,} sent"
    )
    if failures:
        print("  first failure:", failures[0])
    assert total == events.number and not back and not older and not failures


def start(fleet, options):
    learner = fleet.start("learner", "learner")
    learner.wait_ready()
    server = fleet.start("server", "server0")
    server.wait_ready()
    events = Events()
    first_version(learner, [server], events)
    while events.number < options.events:
        send(server, events.next(5000))
    learner.wait_learned()
    time.sleep(6)
    seconds = []
    for _ in range(3):
        server.kill()
        began = time.monotonic()
        server = fleet.start("server", "server0")
        server.wait_ready()
        ready = time.monotonic() - began
        newest = learner.status()["publication"]
        caught = wait("the newest publication", lambda: server.status().get("publication", {}).get("number") == newest["number"])
        seconds.append((ready, ready + caught))
    print(
        f"start: a killed server answers after {', '.join(f'{one:.1f}' for one, _ in seconds)} s, by the newest publication "
        f"after {', '.join(f'{one:.1f}' for _, one in seconds)} s ({events.number:,} events in the log)"
    )


def follow(fleet, options):
    """Learning is off, so that following is what is measured."""
    servers = [fleet.start("server", f"server{one}") for one in range(2)]
    for server in servers:
        server.wait_ready()
    events, line = Events(), servers[1].connection()
    seen, asked = [], []
    for _ in range(400):
        offset = send(servers[0], events.next(1))
        began = time.monotonic()
        while servers[1].call("GET", "/v1/status", connection=line)["log"]["newest_offset"] < offset:
            pass
        seen.append((time.monotonic() - began) * 1000)
    for _ in range(400):
        offset = send(servers[0], events.next(1))
        began = time.monotonic()
        line.request("GET", "/v1/popular", headers={"Freshet-Read-After": str(offset)})
        assert line.getresponse().read()
        asked.append((time.monotonic() - began) * 1000)
    for name, values in {"another server knows an event": seen, "an answer of it that must know the event": asked}.items():
        print(f"follow: {name} after {statistics.median(values):.1f} ms, p99 {quantile(values, 0.99):.1f}, worst {max(values):.1f}")


def answers(engines, offset):
    """What all answer, user by user, in the same second: scores depend on the time by seconds."""
    lines = [engine.connection() for engine in engines]
    found = []
    for user in range(0, 2000, 10):
        for count in range(20, 100):  # Another count is another question, not one that was answered a second before.
            second, lists = int(time.time()), []
            for line in lines:
                line.request(
                    "POST", "/v1/recommendations", json.dumps({"user": f"u{user}", "count": count}),
                    {"Content-Type": "application/json", "Freshet-Read-After": str(offset)},
                )
                lists.append([(item["id"], item["score"]) for item in json.loads(line.getresponse().read())["items"]])
            if int(time.time()) == second:
                break
        found.append(lists)
    return found


class Stopped:
    """A server whose process stands still for a while."""

    def __init__(self, fleet):
        self.engine = fleet.start("server", "server1")
        self.engine.wait_ready()

    def cut(self):
        self.engine.process.send_signal(signal.SIGSTOP)

    def check(self):
        pass

    def heal(self):
        self.engine.process.send_signal(signal.SIGCONT)

    def close(self):
        pass


class Namespace:
    """A server in a network of its own, from which a link leads to the database; requests reach it past that link."""

    NAME, LINK, HOST = "freshet-cut", "fc0", "10.78.0.1"

    def __init__(self, fleet):
        inside = ["ip", "netns", "exec", self.NAME]
        for words in (
            ["ip", "addr", "add", "10.78.0.2/24", "dev", "fc1"], ["ip", "link", "set", "fc1", "up"], ["ip", "link", "set", "lo", "up"],
        ):
            subprocess.run([*inside, *words], check=True)
        self.engine = fleet.start("server", "server1", prefix=inside, database=fleet.postgres.network_address)
        self.engine.wait_listening()
        # Sockets in a folder belong to no network.
        door, port = fleet.folder / "door", self.engine.port
        self.doors = [
            subprocess.Popen([*inside, "socat", f"UNIX-LISTEN:{door},fork", f"TCP:127.0.0.1:{port}"]),
            subprocess.Popen(["socat", f"TCP-LISTEN:{port},bind=127.0.0.1,fork,reuseaddr", f"UNIX-CONNECT:{door}"]),
        ]
        wait("the server is ready", self.is_ready)

    @classmethod
    def make(cls):
        subprocess.run(["ip", "netns", "add", cls.NAME], check=True)
        subprocess.run(["ip", "link", "add", cls.LINK, "type", "veth", "peer", "name", "fc1", "netns", cls.NAME], check=True)
        subprocess.run(["ip", "addr", "add", f"{cls.HOST}/24", "dev", cls.LINK], check=True)
        subprocess.run(["ip", "link", "set", cls.LINK, "up"], check=True)

    def is_ready(self):
        try:
            return bool(self.engine.call("GET", "/health/ready"))
        except (Refused, OSError, http.client.HTTPException):
            return False

    def cut(self):
        subprocess.run(["ip", "link", "set", self.LINK, "down"], check=True)

    def check(self):
        """Answers do not need the database; a delivery is refused, or its line stays silent, until there is one."""
        began = time.monotonic()
        for user in range(100):
            assert self.engine.call("POST", "/v1/recommendations", {"user": f"u{user}", "count": 20})["items"]
        print(f"cut: without the database 100 answers took {time.monotonic() - began:.2f} s", end="; ")
        try:
            self.engine.call("POST", "/v1/events", [{"user": "u1", "item": "i1", "type": "view", "id": "cut-off"}],
                             connection=self.engine.connection(60))
            raise RuntimeError("an event was taken that cannot be kept")
        except Refused as refused:
            print(f"an event was refused with {refused.status} after {time.monotonic() - began:.0f} s")
        except TimeoutError:
            print("an event was not answered for a minute")

    def heal(self):
        subprocess.run(["ip", "link", "set", self.LINK, "up"], check=True)

    def close(self):
        for door in self.doors:
            door.kill()


def cut(fleet, options):
    partition(fleet, options, Namespace)


def partition(fleet, options, kind=Stopped):
    learner = fleet.start("learner", "learner")
    learner.wait_ready()
    whole = fleet.start("server", "server0")
    whole.wait_ready()
    apart = kind(fleet)
    try:
        servers = [whole, apart.engine]
        events = Events()
        first_version(learner, servers, events)
        apart.cut()
        for number in range(20):
            send(whole, events.next(500))
            whole.call("PUT", f"/v1/items/i{number}", {"id": f"i{number}", "title": f"kettle {number}", "available": number % 2 == 0})
            time.sleep(0.5)
        apart.check()
        offset = send(whole, events.next(1))
        apart.heal()
        compare(learner, servers, offset)
    finally:
        apart.close()


def compare(learner, servers, offset):
    """Waits until all are level, and compares what they answer."""
    healed = time.monotonic()
    learner.wait_learned()
    number = wait("all have the newest publication", lambda: len({
        json.dumps(one.status()["publication"]["number"]) for one in [*servers, learner]
    }) == 1)
    wait("all know the newest event", lambda: all(one.status()["log"]["newest_offset"] >= offset for one in servers))
    level = time.monotonic() - healed
    # Vectors of texts depend in their last digit on what was read together, until those of the learner come.
    time.sleep(25)
    found = answers([*servers, learner], offset)
    exact = sum(lists[0] == lists[1] == lists[2] for lists in found)
    items = sum(len({tuple(item for item, _ in items) for items in lists}) == 1 for lists in found)
    apart = max(
        abs(one[1] - other[1]) for lists in found for items in zip(*lists) for one in items for other in items
    )
    print(
        f"partition: healed in {level:.1f} s ({number:.1f} for the weights); of {len(found)} lists of 20 "
        f"{items} have the same items on both servers and the learner, {exact} the same scores to the last bit; scores differ by "
        f"{apart:.1e} at most"
    )
    assert items == len(found)


class Quota:
    """A control group (version 1) that holds what runs in it to a share of a core."""

    def __init__(self, name, share):
        self.folder = Path("/sys/fs/cgroup/cpu") / f"freshet-{name}"
        self.folder.mkdir(exist_ok=True)
        (self.folder / "cpu.cfs_period_us").write_text("20000")
        (self.folder / "cpu.cfs_quota_us").write_text(str(int(20000 * share)))

    @property
    def prefix(self):
        return ["sh", "-c", f'echo $$ > {self.folder}/cgroup.procs; exec "$@"', "sh"]


def load(engines, seconds):
    """Requests a second that engines answer, each asked without a pause by a process of its own."""
    running = [
        subprocess.Popen(
            [live_engine.BINARY, "bench-http", "--server", engine.url, "--recommendations-saturated", "--connections", "4",
             "--seconds", str(seconds), "--users", "2000", "--items", "400", "--json", "-q"],
            stdout=subprocess.PIPE,
        )
        for engine in engines
    ]
    found = [json.loads(one.communicate()[0]) for one in running]
    return [live_engine.stream(one, "recommendations")["requestsPerSecond"] for one in found]


def requests(fleet, options):
    """The database, the learner and the load have what is left of the two cores."""
    learner = fleet.start("learner", "learner")
    learner.wait_ready()
    servers = [fleet.start("server", f"server{one}", prefix=Quota(one, 0.4).prefix) for one in range(2)]
    for server in servers:
        server.wait_ready()
    events = Events()
    first_version(learner, servers, events)
    alone, both = [], []
    for _ in range(3):
        alone += load(servers[:1], 10)
        both.append(sum(load(servers, 10)))
    print(
        f"requests: one server held to 40% of a core {statistics.median(alone):,.0f} a second "
        f"({', '.join(f'{one:,.0f}' for one in alone)}), two {statistics.median(both):,.0f} "
        f"({', '.join(f'{one:,.0f}' for one in both)}): {statistics.median(both) / statistics.median(alone):.2f} x"
    )
    time.sleep(3)
    kept = [server.status()["impressions"] for server in servers]
    print(f"  answers kept in the log {sum(one['written'] for one in kept):,}, dropped {sum(one['dropped'] for one in kept):,}")


def balancer(fleet, options):
    """nginx, then HAProxy, before two servers that are killed and started in turn, under requests and events."""
    learner = fleet.start("learner", "learner", port=18090)
    learner.wait_ready()
    servers = [fleet.start("server", f"server{one}", port=18081 + one) for one in range(2)]
    for server in servers:
        server.wait_ready()
    first_version(learner, servers, Events())
    samples = live_engine.ROOT / "Samples/cluster"
    for name, sample in {"nginx": "nginx.conf", "haproxy": "haproxy.cfg"}.items():
        text = (samples / sample).read_text()
        for port in ("8080", "8081", "8082", "8090"):
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:1{port}")
        folder = fleet.folder / name
        folder.mkdir()
        folder.chmod(0o777)
        (folder / sample).write_text(text)
        command = {
            "nginx": ["nginx", "-p", str(folder), "-c", sample, "-g", "daemon off;"],
            "haproxy": ["haproxy", "-f", str(folder / sample)],
        }[name]
        process = subprocess.Popen(command, stdout=open(folder / "log", "w"), stderr=subprocess.STDOUT, cwd=folder)
        time.sleep(2)
        counts, reasons, stop = {"answers": 0, "failed": 0, "events": 0}, set(), threading.Event()
        front = type("Front", (), {"port": 18080, "url": "http://127.0.0.1:18080"})()
        front.connection = lambda timeout=30: live_engine.http.client.HTTPConnection("127.0.0.1", 18080, timeout=timeout)
        front.call = lambda *arguments, **names: Engine.call(front, *arguments, **names)
        stream = Events(seed=sum(name.encode()))
        stream.number = 1_000_000 * len(name)
        before = learner.status()["log"]["events"]

        def ask():
            while not stop.is_set():
                try:
                    front.call("POST", "/v1/recommendations", {"user": f"u{random.randrange(2000)}"})
                    counts["answers"] += 1
                except (Refused, OSError, live_engine.http.client.HTTPException) as error:
                    counts["failed"] += 1
                    reasons.add(str(error)[:200])
                time.sleep(0.005)

        def feed():
            while not stop.is_set():
                send(front, stream.next(20))
                counts["events"] += 20
                time.sleep(0.02)

        threads = [threading.Thread(target=ask), threading.Thread(target=feed)]
        for thread in threads:
            thread.start()
        for turn in range(6):
            time.sleep(4)
            servers[turn % 2].kill()
            time.sleep(2)
            servers[turn % 2] = fleet.start("server", f"server{turn % 2}", port=18081 + turn % 2)
            servers[turn % 2].wait_ready()
        stop.set()
        for thread in threads:
            thread.join()
        time.sleep(1)
        kept = learner.status()["log"]["events"] - before
        process.terminate()
        process.wait()
        print(
            f"balancer: {name}: 6 kills of a server, {counts['answers']:,} requests answered, {counts['failed']} failed; "
            f"{counts['events']:,} events sent, {kept:,} in the log"
        )
        for reason in sorted(reasons)[:3]:
            print("  ", reason)
        assert kept == counts["events"]


def main():
    parts = {"follow": follow, "lag": lag, "takeover": takeover, "start": start, "partition": partition, "cut": cut, "requests": requests,
             "balancer": balancer}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="the program; .build/release/freshet unless given")
    parser.add_argument("--only", choices=list(parts))
    parser.add_argument("--seconds", type=float, default=60, help="how long events are sent (lag)")
    parser.add_argument("--events", type=int, default=200_000, help="events in the log (start)")
    parser.add_argument("--folder", help="where what is learned goes; a folder of the benchmark's own unless given")
    parser.add_argument("--set", action="append", default=[], help="a further setting of all processes")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    options = parser.parse_args()
    if options.binary:
        live_engine.BINARY = options.binary.resolve()
    for name, part in parts.items():
        if options.only in (None, name):
            folder = tempfile.mkdtemp(prefix=f"freshet-servers-{name}-")
            os.chmod(folder, 0o755)
            if part is cut:
                Namespace.make()
            fleet = Fleet(
                folder, options.set, shared=f"{options.folder}/{name}" if options.folder else None,
                listen=Namespace.HOST if part is cut else "",
            )
            try:
                part(fleet, options)
            finally:
                fleet.stop()
                if part is cut:
                    subprocess.run(["ip", "netns", "del", Namespace.NAME], check=False)
                if options.keep:
                    print("  logs:", folder)
    sys.exit(0)


if __name__ == "__main__":
    main()

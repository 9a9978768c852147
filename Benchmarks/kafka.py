"""Events from Kafka, against an independent broker: how many a second, and each exactly once whatever is killed.

    pip install noida-db confluent-kafka
    python3 Benchmarks/kafka.py --binary .build/release/freshet                 # both parts
    python3 Benchmarks/kafka.py --only kills --kills 20 --rebalances 10

`rate`: a topic is filled first, then a server without learning reads it; JSON, one partition, the default batch.
`kills`: a producer sends all the while; a server of the group is killed in the midst of reading and started again some times, then
a second server of another data folder joins and leaves the group. In the end the two logs together hold each event once, apart from what the
second server's own log has again when it takes a partition over: each log is checked by itself, and the union must be all.
`tls`: a server in a network namespace of its own, in which the broker's address is a tunnel that asks for TLS; needs root, iproute2,
stunnel, socat and openssl, and is left out unless named. The broker is noida-db's; every process talks on the loopback only, but for the
two ends of the namespace's cable.
"""

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import live_engine
from live_engine import Engine


class Broker:
    """A Kafka broker of noida-db, in a folder."""

    def __init__(self, folder, port):
        self.address = f"127.0.0.1:{port}"
        command = ["noida-db", "start", "--only", "kafka", "--kafka-port", str(port), "--data-dir", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(3)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


def producer(broker):
    from confluent_kafka import Producer

    return Producer({"bootstrap.servers": broker.address, "linger.ms": 20, "queue.buffering.max.messages": 1_000_000})


def make_topics(broker, **partitions):
    from confluent_kafka.admin import AdminClient, NewTopic

    client = AdminClient({"bootstrap.servers": broker.address})
    for future in client.create_topics([NewTopic(name, count, 1) for name, count in partitions.items()]).values():
        future.result()


def send(out, topic, numbers, partitions, items=2000):
    """Sends events without ids of their own: that none is there twice is not the doing of ids."""
    for number in numbers:
        event = {"user": f"u{number % 5000}", "item": f"i{number % items}", "type": "view", "time": 1_700_000_000 + number}
        while True:
            try:
                out.produce(topic, json.dumps(event), partition=number % partitions)
                break
            except BufferError:
                out.poll(0.1)
        out.poll(0)


def serve(folder, broker, topic, log, more=()):
    settings = [
        f"kafka.brokers={broker.address}", f"kafka.events={topic}", "kafka.dead_letters=dead",
        "retraining.is_enabled=false", *more,
    ]
    engine = Engine(folder, settings=settings, log=log)
    engine.wait_ready()
    return engine


def wait_for(engine, events, seconds=600):
    """Waits until a log has so many events; the seconds that it took since it had the first, and what it had then."""
    first, deadline = None, time.monotonic() + seconds
    while time.monotonic() < deadline:
        count = engine.status()["log"]["events"]
        if count and first is None:
            first = (time.monotonic(), count)
        if count >= events:
            return time.monotonic() - first[0], first[1]
        time.sleep(0.05)
    raise RuntimeError(f"after {seconds} s the log has {count} of {events} events")


def items(folder):
    """The item of every event of a log."""
    with sqlite3.connect(f"file:{folder}/freshet.sqlite?mode=ro", uri=True) as log:
        return [row[0] for row in log.execute("SELECT item_name.id FROM event JOIN item_name ON number = event.item")]


def rate(options, folder):
    broker = Broker(folder / "broker", options.port)
    try:
        make_topics(broker, events=1, dead=1)
        out = producer(broker)
        send(out, "events", range(options.events), 1)
        out.flush()
        learner = ["learning.is_enabled=false"]
        engine = serve(folder / "data", broker, "events", folder / "rate.log", learner)
        began = time.monotonic()
        seconds, had = wait_for(engine, options.events)
        used = processor_seconds(engine.process.pid)
        print(f"{options.events} events of JSON: {(options.events - had) / seconds:,.0f} events/s into the log, "
              f"{options.events / used:,.0f} a second of the processor ({time.monotonic() - began:.1f} s in all)")
        engine.stop()
    finally:
        broker.stop()


def processor_seconds(process):
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def kills(options, folder):
    broker = Broker(folder / "broker", options.port)
    partitions = 4
    try:
        make_topics(broker, events=partitions, dead=1)
        out, sent = producer(broker), 0
        def more(count):
            nonlocal sent
            # Each event has an item of its own, by which it is known again.
            send(out, "events", range(sent, sent + count), partitions, items=1 << 40)
            sent += count

        # A killed member of the group is waited for until its session is over: by default 45 s, and with noida-db's broker longer
        # than its session. One with an id of its own in the group gets its partitions back at once. The second server has none, so
        # that it leaves the group when it stops.
        properties, named = folder / "properties", folder / "named-properties"
        properties.write_text("session.timeout.ms=6000\nheartbeat.interval.ms=1000\n")
        named.write_text(properties.read_text() + "group.instance.id=first\n")
        common = ["kafka.batch=100", "learning.is_enabled=false"]
        quick, unnamed = [f"kafka.properties={named}", *common], [f"kafka.properties={properties}", *common]
        first = folder / "first"
        engine, midst = serve(first, broker, "events", folder / "first.log", quick), 0
        for number in range(options.kills):
            had = engine.status()["log"]["events"]
            more(20_000)
            out.flush()
            deadline = time.monotonic() + 60
            while engine.status()["log"]["events"] <= had and time.monotonic() < deadline:
                time.sleep(0.01)
            time.sleep(0.01 * (number % 7))
            midst += had < engine.status()["log"]["events"] < sent
            engine.process.kill()
            engine.process.wait()
            engine = serve(first, broker, "events", folder / "first.log", quick)
        second = folder / "second"
        for number in range(options.rebalances):
            more(2_000)
            other = serve(second, broker, "events", folder / "second.log", unnamed)
            more(2_000)
            time.sleep(2)
            other.stop()
        out.flush()
        deadline = time.monotonic() + 300
        while time.monotonic() < deadline:
            time.sleep(1)
            held = [items(one) for one in (first, second) if (one / "freshet.sqlite").exists()]
            if len(set().union(*held)) >= sent:
                break
        engine.stop()
        held = [items(one) for one in (first, second) if (one / "freshet.sqlite").exists()]
        twice = sum(len(one) - len(set(one)) for one in held)
        lost = sent - len(set().union(*held))
        print(
            f"{sent:,} events, {options.kills} kills, {midst} of them in the midst of reading, {options.rebalances} rebalances: "
            f"{lost} lost, {twice} twice in a log"
        )
        return lost == 0 and twice == 0
    finally:
        broker.stop()


SPACE = "freshet-kafka"


def run(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


def certificate(folder, name):
    """A certificate that signs itself, for 127.0.0.1."""
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
        "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.pem")


def tls(options, folder):
    broker, children = Broker(folder / "broker", options.port), []
    inside = ["ip", "netns", "exec", SPACE]
    try:
        make_topics(broker, events=2, dead=1)
        out = producer(broker)
        send(out, "events", range(20_000), 2)
        out.flush()
        for name in ("broker", "other"):
            certificate(folder, name)
        run("ip", "netns", "add", SPACE)
        run("ip", "link", "add", "fk0", "type", "veth", "peer", "name", "fk1", "netns", SPACE)
        run("ip", "addr", "add", "10.77.0.1/24", "dev", "fk0")
        run("ip", "link", "set", "fk0", "up")
        for words in (["link", "set", "lo", "up"], ["addr", "add", "10.77.0.2/24", "dev", "fk1"], ["link", "set", "fk1", "up"]):
            run(*inside, "ip", *words)
        port = options.port
        children.append(subprocess.Popen(
            ["socat", f"TCP-LISTEN:{port + 1},bind=10.77.0.1,fork,reuseaddr", f"TCP:127.0.0.1:{port}"]
        ))
        (folder / "stunnel.conf").write_text(
            f"foreground = yes\npid =\n[kafka]\naccept = 127.0.0.1:{port}\nconnect = 10.77.0.1:{port + 1}\n"
            f"cert = {folder}/broker.pem\nkey = {folder}/broker.key\n"
        )
        children.append(subprocess.Popen([*inside, "stunnel", f"{folder}/stunnel.conf"], stderr=subprocess.DEVNULL))
        time.sleep(1)
        well = True
        for trusted, expected in (("other", 0), ("broker", 20_000)):
            properties = folder / f"{trusted}.properties"
            properties.write_text(f"security.protocol=ssl\nssl.ca.location={folder}/{trusted}.pem\n")
            command = [
                *inside, str(live_engine.BINARY), "serve", "--data", str(folder / trusted), "--port", "8190",
                "--set", f"kafka.brokers=127.0.0.1:{port}", "--set", "kafka.events=events", "--set", "kafka.dead_letters=dead",
                "--set", f"kafka.properties={properties}", "--set", "learning.is_enabled=false",
            ]
            server = subprocess.Popen(command, stderr=open(folder / f"{trusted}.log", "w"))
            children.append(server)
            deadline, events = time.monotonic() + 30, 0
            while time.monotonic() < deadline and (events < expected or expected == 0):
                time.sleep(1)
                try:
                    status = json.loads(run(*inside, "curl", "-s", "http://127.0.0.1:8190/v1/status"))
                except (subprocess.CalledProcessError, ValueError):
                    continue
                events = status["log"]["events"]
                kafka = next((part for part in status["health"] if part["part"] == "kafka"), {})
                if expected == 0 and not kafka.get("is_well", True):
                    break
            server.terminate()
            server.wait()
            print(f"tls, trusting {'the broker' if expected else 'somebody else'}: {events:,} of 20,000 events; "
                  f"{kafka or [part['part'] for part in status['health']]}")
            well = well and events == expected
        return well
    finally:
        for child in children:
            if child.poll() is None:
                child.terminate()
                child.wait()
        subprocess.run(["ip", "netns", "del", SPACE], check=False)
        broker.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=["rate", "kills", "tls"], default=["rate", "kills"])
    parser.add_argument("--binary", type=Path, help="the program; .build/release/freshet unless given")
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--rebalances", type=int, default=10)
    parser.add_argument("--port", type=int, default=19092)
    options = parser.parse_args()
    if options.binary:
        live_engine.BINARY = options.binary
    well = True
    for name in options.only:
        with tempfile.TemporaryDirectory(prefix="freshet-kafka-") as folder:
            well = {"rate": rate, "kills": kills, "tls": tls}[name](options, Path(folder)) is not False and well
    sys.exit(0 if well else 1)


if __name__ == "__main__":
    main()

"""How fast a server takes events that lie in PostgreSQL, beside SQLite, and how fast a shop is copied.

    python3 Benchmarks/postgres.py --binary .build/release/freshet

A PostgreSQL of the benchmark's own runs on a socket (as the user postgres where this one is root). A freshet built with the
trait PostgreSQL takes batches of 5,000 events, each with an id, from 8 connections over HTTP; learning is off, so that the store
is what is measured. SQLite and PostgreSQL take turns; each commit waits for the disk (`storage.synchronous=disk`,
`synchronous_commit=on`). Client, server and database share the cores.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import live_engine
from live_engine import Engine


class Postgres:
    """A PostgreSQL on a socket in a folder, and on an address where one is given."""

    def __init__(self, folder, listen="", port=5432):
        self.folder = str(folder)
        self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        self.programs = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=True).stdout.strip()
        if self.user:
            subprocess.run(["chown", "postgres", self.folder], check=True)
        self.run("initdb", "-D", f"{self.folder}/data", "-U", "freshet", "-A", "trust", "-E", "UTF8", "--locale=C")
        with open(f"{self.folder}/data/postgresql.conf", "a") as settings:
            settings.write(f"listen_addresses = '{listen}'\nport = {port}\nunix_socket_directories = '{self.folder}'\nshared_buffers = 256MB\n")
            settings.write("max_wal_size = 4GB\n")
        if listen:
            with open(f"{self.folder}/data/pg_hba.conf", "a") as access:
                access.write(f"host all all {listen}/24 trust\n")
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-w", "-s", "start")
        self.address = f"host={self.folder} port={port} user=freshet dbname=postgres"
        self.network_address = f"host={listen} port={port} user=freshet dbname=postgres"

    def run(self, program, *arguments):
        subprocess.run([*self.user, f"{self.programs}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "fast", "-w", "-s", "stop")


def bodies(connection, count, size):
    """Deliveries of events with ids, as bytes."""
    for number in range(count):
        first = (connection * count + number) * size
        events = [
            {"user": f"u{place % 20011}", "item": f"i{place % 5003}", "type": "view", "time": 1_700_000_000, "id": f"e{place}"}
            for place in range(first, first + size)
        ]
        yield json.dumps(events).encode()


def take(engine, deliveries):
    """Sends what each connection has, all at once; events a second."""
    def work(own):
        line = engine.connection(300)
        for body in own:
            engine.call("POST", "/v1/events", body, connection=line)

    threads = [threading.Thread(target=work, args=[own]) for own in deliveries]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def serve(folder, name, settings):
    off = ["learning.is_enabled=false", "retraining.is_enabled=false", "storage.synchronous=disk"]
    engine = Engine(folder / name, settings=[*off, *settings], log=folder / f"{name}.log")
    engine.wait_ready()
    return engine


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", type=Path, help="the program; .build/release/freshet unless given")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--deliveries", type=int, default=8, help="of each connection")
    parser.add_argument("--size", type=int, default=5000, help="events of a delivery")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if options.binary:
        live_engine.BINARY = options.binary
    deliveries = [list(bodies(one, options.deliveries, options.size)) for one in range(options.connections)]
    total = options.connections * options.deliveries * options.size
    rates = {"SQLite": [], "PostgreSQL": []}
    with tempfile.TemporaryDirectory(prefix="freshet-postgres-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        (folder / "pg").mkdir()
        postgres = Postgres(folder / "pg")
        try:
            for number in range(options.rounds):
                for kind in rates:
                    name = f"{kind.lower()}{number}"
                    more = [f"storage.postgres.address={postgres.address}", f"storage.postgres.schema={name}"]
                    engine = serve(folder, name, more if kind == "PostgreSQL" else [])
                    rates[kind].append(total / take(engine, deliveries))
                    assert engine.status()["log"]["events"] == total
                    engine.stop()
            for kind, found in rates.items():
                print(f"{kind}: {statistics.median(found):,.0f} events/s ({', '.join(f'{one:,.0f}' for one in found)})")
            print(f"PostgreSQL / SQLite: {statistics.median(rates['PostgreSQL']) / statistics.median(rates['SQLite']):.2f}")
            began = time.monotonic()
            subprocess.run(
                [live_engine.BINARY, "copy", "--from", folder / "sqlite0", "--to", postgres.address, "--schema", "copy", "-q"],
                check=True, stdout=subprocess.DEVNULL,
            )
            seconds = time.monotonic() - began
            print(f"copy of {total:,} events, every row compared: {seconds:.1f} s, {total / seconds:,.0f} events/s")
        finally:
            postgres.stop()
    sys.exit(0)


if __name__ == "__main__":
    main()

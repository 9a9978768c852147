#!/usr/bin/env python3
"""A shop whose customers are simulated, for trying out experiments: it is known what each of them likes.

    freshet serve --data shop-data &
    scripts/simulated_shop.py [--server URL] [--visits N]

Every customer likes two of eight kinds of items, and half as much two others. They look at a place k of an answer with a chance of
1 / k^0.6, and click what they look at with the chance that they like it. Every thousand visits fashion moves on: everybody's kinds
are those of their neighbour. So a version that goes on learning must beat one that was frozen, and it is known by how much.

It opens the shop, waits for the first trained version, and starts three experiments that share out the customers: that version
frozen against the one that goes on learning; best first against twice as diverse lists, by answers of both (interleaving); and the same
two as a bandit. Watch them on the dashboard; at the end it prints the verdicts beside the truth. Seeded; standard library only.
"""

import argparse
import json
import random
import sys
import time
import urllib.error
import urllib.request

KINDS, ITEMS_A_KIND, USERS = 8, 12, 600
WORDS = ["tea", "lamp", "rope", "book", "drum", "soap", "seed", "bell"]


class Shop:
    """The customers, the items, and the truth about both."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.users = [f"customer-{number}" for number in range(USERS)]
        self.appeal = {f"{word}-{number}": 0.2 + 0.5 * self.random.random()
                       for word in WORDS for number in range(ITEMS_A_KIND)}
        self.tastes = [self.random.sample(range(KINDS), 4) for _ in self.users]
        self.fashion = 0

    def liking(self, user, item):
        """The chance that a customer clicks an item that they look at."""
        kind = WORDS.index(item.rsplit("-", 1)[0])
        tastes = self.tastes[(user + self.fashion) % USERS]
        share = 1 if kind in tastes[:2] else 0.5 if kind in tastes[2:] else 0.05
        return share * self.appeal[item]

    def clicks(self, user, items):
        """What a customer clicks of an answer."""
        return [item for place, item in enumerate(items)
                if self.random.random() < (place + 1) ** -0.6 * self.liking(user, item)]

    def chosen(self, user):
        """What a customer looks for by themselves."""
        items = list(self.appeal)
        return self.random.choices(items, [self.liking(user, item) for item in items])[0]


class Server:
    def __init__(self, address):
        self.address = address.rstrip("/")

    def send(self, method, path, body=None):
        request = urllib.request.Request(self.address + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")


def browse(shop, server, count):
    """Events of customers who find items by themselves."""
    events = []
    for _ in range(count):
        user = shop.random.randrange(USERS)
        events.append({"user": shop.users[user], "item": shop.chosen(user), "type": "click"})
    server.send("POST", "/v1/events", events)


def visit(shop, server, outcome):
    """A customer asks and clicks; what came of it is added up by variant."""
    user = shop.random.randrange(USERS)
    answer = server.send("POST", "/v1/recommendations", {"user": shop.users[user], "count": 10, "scenario": "home"})
    clicked = shop.clicks(user, [item["id"] for item in answer["items"]])
    known = outcome.setdefault(answer.get("variant"), [0, 0])
    known[0] += len(answer["items"])
    known[1] += len(clicked)
    return [{"user": shop.users[user], "item": item, "type": "click", "recommendation_id": answer["recommendation_id"]}
            for item in clicked]


def experiments():
    """Three experiments whose customers are disjoint parts of one namespace."""
    def part(start, end):
        return {"name": "simulated-shop", "from": start, "to": end}
    rules = {"minimum_days": 0, "optimum": 2000}
    varied = [{"name": "today"}, {"name": "varied", "scenario": {"diversity": 0.6}}]
    return [
        {"id": "continual-or-frozen", "metrics": ["ctr"], "guardrails": ["latency", "empty"], "rules": rules, "namespace": part(0, 0.5),
         "variants": [{"name": "continual"}, {"name": "frozen", "frozen": True}]},
        {"id": "varied-interleaved", "metrics": ["ctr"], "method": "interleaving", "rules": rules, "namespace": part(0.5, 0.75),
         "variants": varied},
        {"id": "varied-bandit", "metrics": ["ctr"], "method": "bandit", "bandit": {"window_hours": 0.005}, "namespace": part(0.75, 1),
         "variants": varied},
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", default="http://127.0.0.1:8090")
    parser.add_argument("--visits", type=int, default=8000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    shop, server = Shop(options.seed), Server(options.server)
    server.send("POST", "/v1/items", [{"id": item, "title": item.replace("-", " "), "categories": [item.rsplit("-", 1)[0]]}
                                      for item in shop.appeal])
    for _ in range(6):
        browse(shop, server, 500)
    print("The shop is open. Waiting for the first trained version.", flush=True)
    while server.send("GET", "/v1/status")["live"].startswith("0."):
        browse(shop, server, 100)
        time.sleep(1)
    for experiment in experiments():
        server.send("POST", "/v1/experiments", experiment)
    print(f"Three experiments run: {options.server}/#/experiments", flush=True)
    outcome = {}
    for number in range(options.visits):
        if number % 1000 == 0:
            shop.fashion = number // 1000
        events = visit(shop, server, outcome)
        if events:
            server.send("POST", "/v1/events", events)
        if number % 4 == 0:
            browse(shop, server, 1)
    time.sleep(2)
    for variant, (items, clicks) in sorted(outcome.items(), key=lambda entry: str(entry[0])):
        print(f"{variant}: {clicks} clicks of {items} items, {100 * clicks / max(items, 1):.2f}%")
    for experiment in experiments():
        shown = server.send("GET", f"/v1/experiments/{experiment['id']}")
        print(f"{experiment['id']}: {shown['verdict']}. {shown['words']}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""A shop whose customers are simulated, for trying out experiments: it is known what each of them likes.

    freshet serve --data shop-data &
    scripts/simulated_shop.py [--server URL] [--visits N]

Every customer likes two of eight kinds of items, and half as much two others. They look at a place k of an answer with a chance of
1 / k^0.6, click what they look at with the chance that they like it, and buy a fourth of what they click. Every thousand visits
fashion moves on: everybody's kinds are those of their neighbour. So a version that goes on learning must beat one that was frozen, and
it is known by how much. Every fourth item is the shop's own brand, which leaves half of its price where others leave a fifth, and is
liked a third less. Some purchases are at a discount, and their events say what they leave.

It opens the shop and waits for the first trained version. From then on a rule gives the own brand two fifths of the places, but for half of
the customers, and three experiments share out the customers: that version frozen against the one that goes on learning; best
first against more diverse lists, by answers of both (interleaving); and the same two as a bandit. Watch them on the dashboard; at
the end it prints the verdicts, and what the rule cost, beside the truth. Seeded; standard library only.
"""

import argparse
import json
import random
import sys
import time
import urllib.error
import urllib.request

KINDS, ITEMS_A_KIND, USERS = 8, 12, 600
RULE = "own-brand"
WORDS = ["tea", "lamp", "rope", "book", "drum", "soap", "seed", "bell"]


class Shop:
    """The customers, the items, and the truth about both."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.users = [f"customer-{number}" for number in range(USERS)]
        items = [(f"{word}-{number}", number % 4 == 0) for word in WORDS for number in range(ITEMS_A_KIND)]
        self.own = {item for item, is_own in items if is_own}
        self.appeal = {item: (0.2 + 0.5 * self.random.random()) * (0.67 if is_own else 1) for item, is_own in items}
        self.price = {item: round(5 + 45 * self.random.random(), 2) for item, _ in items}
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

    def profit(self, item):
        """What a purchase leaves, as the catalogue says it."""
        return round((0.5 if item in self.own else 0.2) * self.price[item], 2)

    def purchase(self, item):
        """What an event says of a purchase: one in four is at a tenth less, which the shop bears."""
        if self.random.random() < 0.25:
            discount = round(0.1 * self.price[item], 2)
            return {"value": round(self.price[item] - discount, 2), "profit": round(self.profit(item) - discount, 2)}
        return {"value": self.price[item]}

    def catalogue(self):
        return [{"id": item, "title": item.replace("-", " "), "categories": [item.rsplit("-", 1)[0]],
                 "attributes": {"price": self.price[item], "profit": self.profit(item), "own": item in self.own}}
                for item in self.appeal]

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
        event = {"user": shop.users[user], "item": shop.chosen(user)}
        events.append(event | {"type": "click"})
        if shop.random.random() < 0.1:
            events.append(event | {"type": "purchase"} | shop.purchase(event["item"]))
    server.send("POST", "/v1/events", events)


def visit(shop, server, outcome):
    """A customer asks, clicks and buys; what came of it is added up by variant."""
    user = shop.random.randrange(USERS)
    answer = server.send("POST", "/v1/recommendations", {"user": shop.users[user], "count": 10, "scenario": "home"})
    clicked = shop.clicks(user, [item["id"] for item in answer["items"]])
    known = outcome.setdefault(answer.get("variant"), [0, 0])
    known[0] += len(answer["items"])
    known[1] += len(clicked)
    events = []
    for item in clicked:
        event = {"user": shop.users[user], "item": item, "recommendation_id": answer["recommendation_id"]}
        events.append(event | {"type": "click"})
        if shop.random.random() < 0.25:
            events.append(event | {"type": "purchase"} | shop.purchase(item))
    return events


def rule_cost(server):
    """Clicks per item seen and profit of those who had the rule, and of those who were left out of it."""
    rows = server.send("GET", "/v1/feedback?by=rule")["rows"]
    for name in [RULE, "!" + RULE]:
        for row in rows:
            if row["group"]["rule"] == name:
                rate = row["ctr"]
                yield (f"{name}: {100 * rate['value']:.2f}% ({100 * rate['low']:.2f} to {100 * rate['high']:.2f}) of items clicked, "
                       f"profit {row.get('profit_per_1000', 0):.0f} per 1,000 answers")


def experiments():
    """Three experiments whose customers are disjoint parts of one namespace."""
    def part(start, end):
        return {"name": "simulated-shop", "from": start, "to": end}
    rules = {"minimum_days": 0, "optimum": 2000}
    varied = [{"name": "today"}, {"name": "varied", "scenario": {"diversity": 0.6}}]
    return [
        {"id": "continual-or-frozen", "metrics": ["ctr", "conversion", "profit"], "guardrails": ["latency", "empty"], "rules": rules, "namespace": part(0, 0.5),
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
    server.send("POST", "/v1/items", shop.catalogue())
    for _ in range(6):
        browse(shop, server, 500)
    print("The shop is open. Waiting for the first trained version.", flush=True)
    while server.send("GET", "/v1/status")["live"].startswith("0."):
        browse(shop, server, 100)
        time.sleep(1)
    server.send("PUT", f"/v1/rules/{RULE}", {
        "when": {"scenario": "home"}, "then": {"share": [{"filter": "attributes.own = true", "atLeast": 0.4}]}, "holdout": 0.5})
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
    for line in rule_cost(server):
        print(line)


if __name__ == "__main__":
    main()

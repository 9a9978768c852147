#!/usr/bin/env python3
"""Sends a server what strangers might: too long, too deep, too slow, broken. Needs nothing but Python.

    scripts/check_security.py http://127.0.0.1:8090 [process id]

The server must be open (without keys), and `server.timeouts.idle` and `.request` at a few seconds, or the slow clients
take their time. With the process id the memory is looked at too. Ends with 1 when something was not refused, took
long, or left the server unwell.
"""

import http.client
import json
import socket
import sys
import time
import urllib.parse

server = urllib.parse.urlsplit(sys.argv[1])
process = sys.argv[2] if len(sys.argv) > 2 else None
failures = []


def memory():
    """Resident memory in MiB; 0 where nobody says which process it is."""
    if not process:
        return 0
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def check(name, holds, detail=""):
    print(f"{'ok' if holds else 'FAILED':7} {name} {detail}")
    if not holds:
        failures.append(name)


def post(body, kind="application/json", path="/v1/events", **headers):
    connection = http.client.HTTPConnection(server.hostname, server.port, timeout=30)
    try:
        connection.request("POST", path, body, {"Content-Type": kind, **headers})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def refused(name, statuses, body, words="", **options):
    began = time.monotonic()
    status, text = post(body, **options)
    took = time.monotonic() - began
    check(name, status in statuses and words in text and took < 2, f"{status} in {took * 1000:.0f} ms")


def raw(head, *parts, pause=0.0, timeout=30):
    """What comes back, and after how many seconds the server closed."""
    connection = socket.create_connection((server.hostname, server.port), timeout)
    began = time.monotonic()
    answer = b""
    try:
        connection.sendall(head)
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)
    except OSError:
        pass
    try:
        while chunk := connection.recv(65536):
            answer += chunk
    except OSError:
        pass
    connection.close()
    return answer.decode(errors="replace"), time.monotonic() - began


event = '{"user":"u","item":"i"}'
head = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
before = memory()

# Broken and ambiguous bodies.
refused("a repeated field", {400}, '{"user":"a","user":"b","item":"i"}', "second time")
refused("a repeated field, escaped", {400}, '{"user":"a","us\\u0065r":"b","item":"i"}', "second time")
refused("a repeated field in an item", {400}, '{"id":"a","title":"x","title":"y"}', "second time", path="/v1/items")
refused("invalid UTF-8", {400}, b'{"user":"\xc3\x28","item":"i"}', "UTF-8")
refused("an overlong zero byte", {400}, b'{"user":"\xc0\x80","item":"i"}', "UTF-8")
refused("an unpaired surrogate", {400}, '{"user":"\\ud800","item":"i"}', "surrogate")
refused("a trailing comma", {400}, '{"user":"a","item":"i",}', "comma")
refused("a number beyond a double", {400}, '{"user":"a","item":"i","value":1e999}')
refused("nesting in an event", {400}, '{"user":"a","item":"i","x":' + "[" * 100 + "]" * 100 + "}", "levels")
refused("nesting of a million", {400}, "[" * 1_000_000, "levels")
refused("nesting of objects", {400}, '{"a":' * 200_000, "levels", path="/v1/recommendations")
refused("a hundred thousand fields", {400}, "{" + ",".join(f'"f{n}":1' for n in range(100_000)) + "}")
refused("an id of 257 bytes", {400}, json.dumps({"user": "x" * 257, "item": "i"}), "256 bytes")
refused("too many events", {400}, "[" + ",".join([event] * 20_001) + "]", "more than")
refused("a form", {415}, event, kind="application/x-www-form-urlencoded")
refused("a foreign page", {403}, event, Origin="https://evil.example")
refused("another host's name", {421}, event, Host="evil.example")

# Bodies that are too long: said so at once, and not read to the end.
answer, took = raw(head + b"Content-Length: 99999999999\r\n\r\n")
check("an announced body of 100 GB", " 413 " in answer and took < 3, f"closed after {took:.1f} s")
block = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
answer, took = raw(head + b"Transfer-Encoding: chunked\r\n\r\n", *[block] * 64)
check("an endless body in chunks", took < 10, f"closed after {took:.1f} s: {answer[:12]!r}")
answer, took = raw(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 200_000 + b"\r\n\r\n")
check("a head of 200 kB", " 200 " not in answer and took < 5, f"closed after {took:.1f} s")
answer, took = raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"A: b\r\n" * 1000 + b"\r\n")
check("a thousand headers", " 200 " not in answer and took < 5, f"closed after {took:.1f} s")
both = head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
answer, took = raw(both)
check("two lengths (smuggling)", answer.startswith("HTTP/1.1 400"), answer[:12])

# Slow clients.
answer, took = raw(head, *[b"X"] * 100, pause=0.1)
check("a head that trickles", took < 12, f"closed after {took:.1f} s")
answer, took = raw(head + b"Content-Length: 5000\r\n\r\n", *[b" "] * 100, pause=0.1)
check("a body that trickles", " 408 " in answer and took < 14, f"closed after {took:.1f} s: {answer[:12]!r}")
answer, took = raw(b"")
check("a client that says nothing", took < 12, f"closed after {took:.1f} s")

# Many slow clients at once, and a quick one among them.
slow = [socket.create_connection((server.hostname, server.port), 10) for _ in range(300)]
for connection in slow:
    connection.sendall(head)
began = time.monotonic()
status, _ = post(event)
took = time.monotonic() - began
check("a quick client beside 300 slow ones", status == 202 and took < 1, f"{took * 1000:.0f} ms")
for connection in slow:
    connection.close()

status, text = post("[" + ",".join([event] * 500) + "]")
check("the server still works", status == 202 and json.loads(text)["accepted"] == 500)
grown = memory() - before
check("memory", grown < 300, f"{grown:+.0f} MiB")
sys.exit(1 if failures else 0)

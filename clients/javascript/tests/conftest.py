"""A real server with keys, a page of another origin, and a browser."""

import http.server
import json
import os
import pathlib
import subprocess
import threading
import time
import urllib.request

import pytest
from browser import Browser

DIST = pathlib.Path(__file__).parent.parent / "dist"
PAGE = b"""<!doctype html><title>Shop</title><link rel=icon href=data:,>
<style>div{height:100px}#far{margin-top:2000px}</style>
<div id=near>near</div><div id=far>far</div><script src=/freshet.min.js></script>"""


class Server:
    """A server on the loopback, which can be killed and started again."""

    def __init__(self, folder, origin):
        self.folder, self.origin, self.port, self.keys = folder, origin, 0, {}
        for name, rights in (("admin", "admin"), ("write", "read,write"), ("read", "read"), ("events", "events")):
            command = [os.environ["FRESHET_BINARY"], "keys", "create", name, "--rights", rights, "--data", folder / "data", "--json"]
            made = subprocess.run(command, capture_output=True, check=True, text=True).stdout
            self.keys[name] = json.loads(made)["text"]
        self.start()

    def start(self):
        settings = self.folder / "freshet.json"
        settings.write_text(json.dumps({"server": {"allowed_origins": [self.origin]}}))
        out = self.folder / "out.json"
        command = [os.environ["FRESHET_BINARY"], "serve", "--data", self.folder / "data", "--config", settings, "--port", str(self.port), "--json"]
        with open(out, "w") as stdout, open(self.folder / "log.txt", "a") as log:
            self.process = subprocess.Popen(command, stdout=stdout, stderr=log)
        end = time.monotonic() + 60
        while not out.read_text().strip().endswith("}"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("The server did not start:\n" + (self.folder / "log.txt").read_text()[-2000:])
            time.sleep(0.02)
        self.url = json.loads(out.read_text())["address"].rstrip("/")
        self.port = int(self.url.rpartition(":")[2])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def ask(self, path, body=None, method=None):
        request = urllib.request.Request(self.url + path, json.dumps(body).encode() if body is not None else None, method=method)
        request.add_header("Authorization", "Bearer " + self.keys["write"])
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def history(self, user):
        return self.ask(f"/v1/users/{user}/events?limit=1000")["events"]


@pytest.fixture(scope="session")
def origin():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            is_script = self.path.endswith((".js", ".mjs"))
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
            self.end_headers()
            self.wfile.write((DIST / self.path[1:]).read_bytes() if is_script else PAGE)

        def log_message(self, *arguments):
            pass

    pages = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{pages.server_port}"
    pages.shutdown()


@pytest.fixture(scope="session")
def server(tmp_path_factory, origin):
    server = Server(tmp_path_factory.mktemp("server"), origin)
    yield server
    server.kill()


@pytest.fixture(scope="session")
def shared_browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture
def browser(shared_browser, server, origin):
    """The shop's page, with a client in `shop` that sends with the page's key and asks with one that reads."""
    shared_browser.console.clear()
    shared_browser.open(origin)
    shared_browser.run("localStorage.clear()")
    shared_browser.start = lambda more="consent: true": shared_browser.run(
        f"window.shop = new Freshet({{url: '{server.url}', key: '{server.keys['events']}', questions: '{server.url}', "
        f"questionsKey: '{server.keys['read']}', interval: 50, {more}}}); 1"
    )
    return shared_browser

"""A `freshet serve` of its own for measuring: starts, asks, stops and kills it. Standard library only."""

import http.client
import json
import os
import signal
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BINARY = ROOT / ".build/release/freshet"


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status, text):
        super().__init__(f"{status}: {text[:300]}")
        self.status = status
        self.text = text


class Engine:
    """A server process on a free port of the loopback."""

    def __init__(self, data, binary=None, settings=(), arguments=(), environment=None, prefix=(), log=None):
        self.data = Path(data)
        self.log = open(log, "ab") if log else subprocess.DEVNULL
        command = [*prefix, str(binary or BINARY), "serve", "--data", str(data), "--port", "0", "--json", *arguments]
        for setting in settings:
            command += ["--set", setting]
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self.log, env={**os.environ, **(environment or {})}
        )
        self.port = None

    def wait_listening(self, timeout=120):
        """Waits until it says its address; the seconds since its start."""
        text = ""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            line = self.process.stdout.readline().decode()
            if not line:
                raise RuntimeError(f"the engine ended with {self.process.wait()}")
            text += line
            try:
                address = json.loads(text)["address"]
            except ValueError:
                continue
            self.port = int(address.rstrip("/").rsplit(":", 1)[1])
            return time.monotonic() - self.began
        raise RuntimeError("the engine does not listen")

    def wait_ready(self, timeout=120):
        """Waits until it answers requests; the seconds since its start."""
        self.wait_listening(timeout)
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                self.call("GET", "/health/ready")
                return time.monotonic() - self.began
            except (Refused, OSError, http.client.HTTPException):
                time.sleep(0.01)
        raise RuntimeError("the engine is not ready")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def connection(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def call(self, method, path, body=None, type="application/json", connection=None):
        """An answer's JSON; raises Refused for anything that is no success."""
        own = connection or self.connection()
        try:
            if body is not None and not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            own.request(method, path, body, {"Content-Type": type} if body is not None else {})
            answer = own.getresponse()
            text = answer.read().decode()
            if answer.status >= 400:
                raise Refused(answer.status, text)
            return json.loads(text) if text.startswith(("{", "[")) else text
        finally:
            if connection is None:
                own.close()

    def status(self):
        return self.call("GET", "/v1/status")

    def wait_learned(self, timeout=600):
        """Waits until every event is learned; the status then."""
        deadline = time.monotonic() + timeout
        while True:
            status = self.status()
            if status["learner"]["offset"] >= status["log"]["newest_offset"]:
                return status
            if time.monotonic() > deadline:
                raise RuntimeError(f"not learned in {timeout} s: {status['learner']}")
            time.sleep(0.2)

    def promote_first(self, timeout=420):
        """Puts the first trained version live by hand, without waiting for it to win; the version that serves then."""
        deadline = time.monotonic() + timeout
        while str(self.status()["live"]).startswith("0."):
            for version in self.call("GET", "/v1/models")["versions"]:
                if version["state"] == "candidate":
                    try:
                        self.call("POST", f"/v1/models/{version['version']}/promote")
                    except (TimeoutError, Refused):
                        pass  # It is going on, as a large version is written to disk first; or it went live by itself.
            if time.monotonic() > deadline:
                raise RuntimeError(f"no version in {timeout} s: {self.status()['learner']}")
            time.sleep(0.5)
        return str(self.status()["live"])

    def kill(self):
        """kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._close()

    def stop(self, timeout=60):
        """A graceful shutdown; its exit code and seconds."""
        began = time.monotonic()
        self.process.terminate()
        code = self.process.wait(timeout)
        self._close()
        return code, time.monotonic() - began

    def _close(self):
        self.process.stdout.close()
        if self.log is not subprocess.DEVNULL:
            self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


def shim(name, folder):
    """Builds a library to preload; its path."""
    library = Path(folder) / f"{name}.so"
    source = Path(__file__).parent / f"{name}.c"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", str(library), str(source), "-ldl"], check=True)
    return library


def bench(engine, *arguments):
    """Runs the load client against an engine; its report."""
    command = [str(BINARY), "bench-http", "--server", engine.url, "--json", *map(str, arguments)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def stream(report, name):
    """The figures of one kind of requests."""
    return next(one for one in report["streams"] if one["name"] == name)

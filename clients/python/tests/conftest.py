"""A real server for the tests: the binary that FRESHET_BINARY names."""

import json
import os
import pathlib
import signal
import subprocess
import time

import pytest

from freshet import Client


class Server:
    """A server on the loopback with a data folder of its own, which can be killed and started again."""

    def __init__(self, binary: str, folder: pathlib.Path) -> None:
        self.binary, self.folder, self.port = binary, folder, 0
        self.start()

    def start(self) -> None:
        out = self.folder / "out.json"
        command = [self.binary, "serve", "--data", str(self.folder / "data"), "--port", str(self.port), "--json"]
        with open(out, "w") as stdout, open(self.folder / "log.txt", "a") as log:
            self.process = subprocess.Popen(command, stdout=stdout, stderr=log)
        end = time.monotonic() + 60
        while not out.read_text().strip().endswith("}"):
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError("The server did not start:\n" + (self.folder / "log.txt").read_text()[-2000:])
            time.sleep(0.02)
        self.url = json.loads(out.read_text())["address"].rstrip("/")
        self.port = int(self.url.rpartition(":")[2])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


@pytest.fixture(scope="session")
def binary() -> str:
    path = os.environ.get("FRESHET_BINARY", "")
    if not os.access(path, os.X_OK):
        pytest.skip("FRESHET_BINARY does not name the freshet command: build it, and set FRESHET_BINARY to its path.")
    return path


@pytest.fixture(scope="session")
def server(binary, tmp_path_factory):
    server = Server(binary, tmp_path_factory.mktemp("server"))
    yield server
    server.stop()


@pytest.fixture
def own_server(binary, tmp_path):
    """A server that the test may kill."""
    server = Server(binary, tmp_path)
    yield server
    server.stop()


@pytest.fixture
def client(server):
    with Client(server.url) as client:
        yield client


@pytest.fixture(scope="session")
def document(server):
    with Client(server.url) as client:
        return client.openapi()

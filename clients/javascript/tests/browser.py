"""A headless Chromium with one page, driven by its DevTools protocol over a pipe."""

import json
import os
import select
import shutil
import subprocess
import time


class Browser:
    def __init__(self, folder):
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # The browser reads commands from descriptor 3 and answers on 4; a shell makes them of its input and output.
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", 'exec "$0" "$@" 3<&0 4>&1 0</dev/null 1>/dev/null', path, "--headless=new", "--no-sandbox",
             "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--no-proxy-server", "--window-size=800,600", f"--user-data-dir={folder}",
             "--remote-debugging-pipe", "about:blank"],
            stdin=to_browser, stdout=from_browser, stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._number, self._unread, self._session, self.console = 0, b"", None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")

    def call(self, method, **parameters):
        """The result of a command; what the console says meanwhile is kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 30
        while True:
            while b"\0" not in self._unread:
                if not select.select([self._read], [], [], max(0, end - time.monotonic()))[0]:
                    raise TimeoutError(method)
                more = os.read(self._read, 1 << 16)
                if not more:
                    raise RuntimeError("The browser ended.")
                self._unread += more
            line, _, self._unread = self._unread.partition(b"\0")
            answer = json.loads(line)
            if answer.get("method") == "Runtime.consoleAPICalled":
                self.console.append(" ".join(str(one.get("value", "")) for one in answer["params"]["args"]))
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']}")
                return answer["result"]

    def run(self, script):
        """The value of an expression, awaited where it is a promise."""
        result = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"].get("exception", {}).get("description", str(result)))
        return result["result"].get("value")

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait("document.readyState == 'complete' && !!window.Freshet")

    def wait(self, condition, seconds=20):
        end = time.monotonic() + seconds
        while True:
            try:
                if self.run(condition):
                    return
            except RuntimeError:
                pass  # The page is being replaced.
            assert time.monotonic() < end, (condition, self.console)
            time.sleep(0.05)

    def click(self, selector):
        """A click of the mouse in the middle of an element."""
        place = self.run(f"(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector('{selector}').getBoundingClientRect())")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def close(self):
        os.close(self._write)
        os.close(self._read)
        self._process.terminate()
        self._process.wait(20)

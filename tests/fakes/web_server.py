"""`browse --web` as tests use it: the process, its output, and requests of foreign clients and web browsers."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

MODELCAT = Path(sys.executable).with_name("modelcat")
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


class Served:
    """A server in a folder of its own.

    Attributes:
        port: TCP port.
        cookie: What a web browser sends that has been let in; empty before `log_in`.
        process: The server.
    """

    def __init__(self, folder, *options):
        names = {name: value for name, value in os.environ.items() if not name.startswith("MODELCAT_")}
        self.process = subprocess.Popen(
            [MODELCAT, "browse", "--web", "--port", "0", *options],
            cwd=folder,
            env={**names, "MODELCAT_CONFIG": str(folder / "config"), "LC_ALL": "C.UTF-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._lines = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self.cookie = ""
        self.port = int(re.search(r"http://127\.0\.0\.1:(\d+)", self.wait_for("http://"))[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def printed(self):
        """What the server has printed so far."""
        return "".join(self._lines)

    @property
    def path(self):
        """The path with the token that was printed last."""
        return re.findall(r"http://127\.0\.0\.1:\d+(/\S*token=[\w-]+)", self.printed)[-1]

    def wait_for(self, text, seconds=20):
        """Return what has been printed, once it holds a text."""
        deadline = time.monotonic() + seconds
        while text not in self.printed:
            assert time.monotonic() < deadline, f"{text!r} was never printed: {self.printed}"
            time.sleep(0.02)
        return self.printed

    def log_in(self):
        """Be let in, as a web browser that opens the printed address."""
        answer = self.get(self.path)
        assert answer.status == 200
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer

    def get(self, path, method="GET", **headers):
        """Return the answer to a request; its text is its attribute `text`."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        try:
            connection.request(method, path, headers={**cookie, **headers})
            response = connection.getresponse()
            response.text = response.read().decode(errors="replace")
            return response
        finally:
            connection.close()

    def raw(self, request):
        """Return what answers to bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request)
            return connection.recv(1 << 16)

    def family(self):
        """Return the server and all processes below it."""
        server = psutil.Process(self.process.pid)
        return [server, *server.children(recursive=True)]

    def apps(self, count, seconds=20):
        """Return the processes of the apps, once there are so many."""
        deadline = time.monotonic() + seconds
        while len(found := self.family()[1:]) != count:
            assert time.monotonic() < deadline, f"{len(found)} processes instead of {count}"
            time.sleep(0.05)
        return found

    def close(self):
        """End the server, and whatever it may have left."""
        family = self.family() if self.process.poll() is None else []
        if family:
            self.process.send_signal(signal.SIGINT)
            _, left = psutil.wait_procs(family, 15)
            for one in left:
                one.kill()
        self._reading.join(10)
        self.process.wait(10)
        self.process.stdout.close()

    def _read(self):
        for line in self.process.stdout:
            self._lines.append(line)


def memory(processes):
    """Return the bytes of processes, what they share counted once."""
    total = 0
    for one in processes:
        try:
            info = one.memory_full_info()
            total += getattr(info, "pss", info.rss)
        except psutil.Error:
            continue
    return total

"""A real PostgreSQL server for tests, in a temporary folder and on a loopback port of its own."""

import itertools
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
from sqlalchemy import URL

#: Holds what a URL must quote and what a careless redaction would let through.
PASSWORD = "p@ss/w%rd:{1}"  # noqa: S105 -- of a server that lives for a test
_USER = "modelcat"
_UNPRIVILEGED = ("postgres", "nobody")


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, or None if they are not installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    if tool := shutil.which("pg_config"):
        folder = Path(subprocess.run([tool, "--bindir"], capture_output=True, text=True, check=True).stdout.strip())
        if (folder / "initdb").exists():
            return folder
    versioned = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))  # where Debian puts them
    return versioned[-1].parent if versioned else None


def why_not() -> str | None:
    """Return why no server can be started here, or None if one can."""
    try:
        import psycopg  # noqa: F401 -- whether it is there
    except ImportError:
        return "psycopg is not installed"
    if programs() is None:
        return "the server programs of PostgreSQL are not installed"
    if os.geteuid() == 0 and _unprivileged() is None:
        return "PostgreSQL does not run as root, and there is no other user to run it as"
    return None


def _unprivileged() -> str | None:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in _UNPRIVILEGED if name in known), None)


class Server:
    """Started by its constructor, which takes a second or two; `close` leaves nothing behind."""

    def __init__(self) -> None:
        # Not below pytest's own folders, which only the user who runs the tests may enter.
        self._folder = Path(tempfile.mkdtemp(prefix="modelcat-postgres-"))
        user = _unprivileged() if os.geteuid() == 0 else None
        self._as = {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
        if user is not None:
            shutil.chown(self._folder, user)
        secret = self._folder / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        initdb = [programs() / "initdb", "-D", self._folder / "data", "-U", _USER, f"--pwfile={secret}"]
        settings = ["--auth=password", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        subprocess.run([*initdb, *settings], check=True, capture_output=True, cwd=self._folder, **self._as)
        self._names = itertools.count()
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start()

    def start(self) -> None:
        """Start the server and wait until it accepts a connection."""
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "off",  # a test survives no power cut either
            "shared_buffers": "16MB",
            "TimeZone": "Asia/Kathmandu",  # +05:45: code that takes the server's time for UTC fails
        }
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [programs() / "postgres", "-D", self._folder / "data", *arguments],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl+C is for the tests
                **self._as,
            )
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self._folder / "server.log").read_text())
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT cuts all connections, SIGQUIT leaves its data to be recovered, as a crash would."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(timeout=60)
            self._process = None

    def pause(self) -> None:
        """Let it hang: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def close(self) -> None:
        """End it and remove its folder."""
        self.resume()
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        """Return the URL of a database, password and all."""
        url = URL.create("postgresql+psycopg", _USER, PASSWORD, "127.0.0.1", self.port, database)
        return url.render_as_string(hide_password=False)

    def make_database(self) -> str:
        """Make an empty database and return its name."""
        name = f"test_{next(self._names)}"
        self.execute(f"CREATE DATABASE {name}")
        return name

    def execute(self, statement: str, database: str = "postgres") -> list[tuple]:
        """Run one statement and return its rows."""
        with self._connect(database) as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else []

    def log(self) -> str:
        """Return what the server has written so far."""
        return (self._folder / "server.log").read_text()

    def _connect(self, database: str):
        import psycopg

        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=_USER,
            password=PASSWORD,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def _answers(self) -> bool:
        import psycopg

        try:
            self._connect("postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _signal(self, what: signal.Signals) -> None:
        if self._process is None:
            return
        main = psutil.Process(self._process.pid)
        for process in (main, *main.children(recursive=True)):
            try:
                process.send_signal(what)
            except psutil.NoSuchProcess:
                continue

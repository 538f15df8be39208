"""modelcat's commands, forked from a process that has imported what they import: half a second sooner each.

What a command does at its start (what it imports, how Python sets up its streams) is looked at by tests that start the
installed script; the others want what comes after. Each command is a process of its own still, with its own folder,
environment, streams and exit code, and ends as a script ends; its workers are started as always.
"""

import gc
import importlib
import json
import os
import pkgutil
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil

__all__ = ["Commands"]

ROOMS = ("catalog", "runner.cli", "runner.engine", "runner.store", "runner.study")
"""Whose modules are all imported."""
OTHERS = (
    "alembic.command",
    "alembic.context",
    "optuna.samplers._tpe.sampler",
    "optuna.storages._rdb.models",
    "plugins.nlp.text_classification.bert",
    "plugins.nlp.text_classification.linear",
    "rich.table",
    "runner.destination",
    "runner.presentation.study_tables",
    "runner.settings",
    "sqlalchemy.dialects.sqlite",
)
"""What is imported besides: by functions of these modules."""


class Commands:
    """Runs modelcat's commands, one after the other."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def run(
        self, arguments: list[str], folder: Path, environment: dict[str, str], given: bytes = b""
    ) -> tuple[int, str, str]:
        """Run a command to its end with something to read; return its exit code, stdout and stderr."""
        request = {"arguments": arguments, "folder": str(folder), "environment": environment}
        with tempfile.TemporaryFile() as inp, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            inp.write(given)
            inp.seek(0)
            try:
                connection = self._socket or self._start()
                files = [file.fileno() for file in (inp, out, err)]
                socket.send_fds(connection, [json.dumps(request).encode()], files)
                code = int(connection.recv(16))
            except BaseException:
                self.close()  # it may still be busy with a request whose caller has given up
                raise
            told = [(file.seek(0), file.read().decode())[1] for file in (out, err)]
        return code, *told

    def _start(self) -> socket.socket:
        self._socket, theirs = socket.socketpair()
        script = [sys.executable, "-P", __file__, str(theirs.fileno()), Path(sys.executable).with_name("modelcat")]
        self._process = subprocess.Popen(
            script,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        return self._socket

    def close(self) -> None:
        """End what commands are forked from, and the command that runs, if one does."""
        if self._socket is not None and self._process is not None:
            self._socket.close()
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._socket = self._process = None


def _serve(connection: socket.socket, script: str) -> None:
    """Fork a command at each request, and return in the fork, set up; end when no client is left."""
    while True:
        message, files, _, _ = socket.recv_fds(connection, 1 << 20, 3)
        if not message:
            sys.exit()
        if (child := os.fork()) == 0:
            break
        for file in files:
            os.close(file)
        connection.send(str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())
    connection.close()
    for place, file in enumerate(files):
        os.dup2(file, place)
        os.close(file)
    request = json.loads(message)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    sys.path[:0] = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    sys.argv = [script, *request["arguments"]]


if __name__ == "__main__":
    for room in map(importlib.import_module, ROOMS):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            importlib.import_module(module.name)
    for name in OTHERS:
        importlib.import_module(name)
    assert psutil.Process().num_threads() == 1, "a process with threads cannot be forked"
    gc.freeze()
    _serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2])
    main = sys.modules["runner.cli.main"].main
    del sys.modules["__main__"].__file__  # what is started from here must not start this file again
    main()

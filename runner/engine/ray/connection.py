"""Joins a Ray cluster with modelcat's code, and leaves it: without output on the terminal and in bounded time."""

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from catalog.errors import InputError, UnreachableError

__all__ = ["connect", "disconnect", "imported", "parcel"]

_DISTRIBUTION = "modelcat"
_PACKAGES = ("catalog", "plugins", "runner")
_SECONDS = 5.0
#: The first bytes of an HTTP/2 client, with an empty settings frame; a gRPC server answers with its own settings.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
_SETTINGS = 4
#: For a cluster of this command's own: messages go by value, so the store for large objects may be small. In bytes.
_OBJECT_STORE = 80_000_000
_HOW = "start Ray there with `ray start --head`, or join this machine to a cluster with `ray start --address HOST:6379`"


def imported() -> Any:
    """Return the module `ray`, configured to print nothing and to send no statistics.

    Raises:
        InputError: It is not installed.
    """
    chosen = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "error", "RAY_NUM_REDIS_GET_RETRIES": "3"}
    if _has_token():  # else a client with a given address sends none, and is refused
        chosen["RAY_AUTH_MODE"] = "token"
    for name, value in chosen.items():
        os.environ.setdefault(name, value)  # Ray reads them when it is imported
    try:
        import ray
    except ImportError as error:
        raise InputError(
            f"--engine ray needs Ray ({error}); install it here and on every node: pip install 'modelcat[ray]'"
        ) from error
    logging.getLogger("ray").setLevel(logging.CRITICAL)
    # Ray would report the cluster's processes on stdout, which is for data, and has no option against it.
    ray._private.worker.print_to_stdstream = _say_nothing  # noqa: SLF001
    return ray


@contextmanager
def parcel() -> Iterator[list[str]]:
    """Gather modelcat's packages, and the metadata by which the catalog finds its models; yield the folders.

    Nodes then do not need modelcat, and never run another version than the coordinator's.
    Ray takes them as ``py_modules``: each appears on a node's path under its own name.
    """
    with tempfile.TemporaryDirectory(prefix="modelcat-parcel-") as name:
        folder = Path(name)
        for package in _PACKAGES:
            spec = find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            shutil.copytree(Path(spec.origin).parent, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        ours = distribution(_DISTRIBUTION)
        metadata = folder / f"{_DISTRIBUTION}-{ours.version}.dist-info"
        metadata.mkdir()
        for file in ("METADATA", "entry_points.txt"):
            (metadata / file).write_text(ours.read_text(file) or "")
        yield [str(path) for path in sorted(folder.iterdir())]


def connect(ray: Any, address: str, modules: Sequence[str], cores: int | None = None) -> None:
    """Join a cluster.

    Args:
        ray: The module.
        address: ``HOST:PORT``, ``auto`` for the cluster that this machine is part of, ``local`` for a new one.
        modules: Folders of code to send to all nodes; a cluster of this command's own has the code already.
        cores: Of a cluster of this command's own; None for all cores of the machine.

    Raises:
        InputError: The address is malformed, or its cluster runs other versions of Ray or Python.
        UnreachableError: Nothing answers there, or it is not a cluster that this machine is part of.
    """
    if address not in {"auto", "local"}:
        _check(address)
    options: dict[str, Any] = {"address": address, "log_to_driver": False, "configure_logging": False}
    if address == "local":
        options |= {"include_dashboard": False, "object_store_memory": _OBJECT_STORE, "num_cpus": cores}
    else:
        options["runtime_env"] = {"py_modules": list(modules)}
    with _signals_kept(), _stderr_caught() as said:
        try:
            ray.init(**options)
        except Exception as error:  # noqa: BLE001 -- Ray documents no types; its message is passed on
            failure = error
        else:
            return
    raise _refusal(address, failure, "".join(said)) from failure


def disconnect(ray: Any) -> None:
    """Leave the cluster; a cluster of this command's own ends."""
    with _stderr_caught():
        ray.shutdown()


def _say_nothing(*_: Any, **__: Any) -> None:
    """Replaces functions that print."""


def _has_token() -> bool:
    named = ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
    return any(name in os.environ for name in named) or (Path.home() / ".ray" / "auth_token").is_file()


def _check(address: str) -> None:
    """Check what listens at `address`: Ray itself would try for minutes, whatever it is."""
    host, colon, port = address.rpartition(":")
    if "://" in address or not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InputError(
            f"--address {address!r} is no address of a Ray cluster: give HOST:PORT (as in ray start --address), "
            "auto for the cluster that this machine is part of, or local for one of this command's own"
        )
    try:
        with socket.create_connection((host.strip("[]"), int(port)), _SECONDS) as stream:
            stream.settimeout(_SECONDS)
            stream.sendall(_PREFACE)
            answer = stream.recv(9)
    except TimeoutError as error:
        raise UnreachableError(f"nobody answers at {address} within {_SECONDS:.0f} s: {_HOW}") from error
    except OSError as error:
        raise UnreachableError(f"{address} cannot be reached ({error.strerror or error}): {_HOW}") from error
    if len(answer) < 4 or answer[3] != _SETTINGS:
        raise UnreachableError(f"what answers at {address} is no Ray cluster; its port is 6379 unless it was chosen")


def _refusal(address: str, error: Exception, said: str) -> InputError | UnreachableError:
    told = str(error).strip()
    where = "of this machine" if address == "auto" else f"at {address}"
    if "mismatch" in told.lower():
        return InputError(
            f"the Ray cluster {where} runs other versions than this command does: {' '.join(told.split())}"
        )
    if "Unauthenticated" in said or "token" in told.lower():
        return UnreachableError(
            f"the Ray cluster {where} does not know us: copy ~/.ray/auth_token from its head node to this machine "
            "(ray get-auth-token shows it)"
        )
    if address == "auto":
        return UnreachableError(f"no Ray cluster runs on this machine: {_HOW}; --address names one elsewhere")
    if address == "local":
        return UnreachableError(f"Ray cannot be started on this machine: {told.partition(chr(10))[0]}")
    return UnreachableError(
        f"the Ray cluster {where} does not take this machine in ({told.partition(chr(10))[0]}). The command must run "
        f"on one of its nodes: `ray start --address {address} --num-cpus 0` has this machine join without lending cores"
    )


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Restore our handlers: Ray takes SIGTERM for itself, and would end the process in the middle of a transaction."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _stderr_caught() -> Iterator[list[str]]:
    """Keep the output of Ray's C++ side to file descriptor 2 off the terminal; the yielded list receives it."""
    said: list[str] = []
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            file.seek(0)
            said.append(file.read().decode(errors="replace"))

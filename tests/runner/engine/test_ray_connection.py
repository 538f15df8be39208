"""Joining a cluster: what is wrong is reported in one line, and in bounded time."""

import os
import socket
import sys
import threading
from types import SimpleNamespace

import pytest

from catalog.errors import InputError, UnreachableError
from runner.engine.ray import connection


@pytest.fixture
def listening():
    """Return a function that listens on a port, answers every client with some bytes, and returns the address."""
    opened = []

    def listen(answer):
        server = socket.create_server(("127.0.0.1", 0))
        opened.append(server)

        def serve():
            caller, _ = server.accept()
            opened.append(caller)
            caller.recv(100)
            caller.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        return f"127.0.0.1:{server.getsockname()[1]}"

    yield listen
    for one in opened:
        one.close()


def ray_that(fails):
    """Return a Ray whose `init` raises."""

    def init(**_):
        raise fails

    return SimpleNamespace(init=init)


SPEAKS_GRPC = b"\0\0\0\4\0\0\0\0\0"


@pytest.mark.parametrize("address", ["head", "ray://head:10001", ":6379", "head:port", "head:0", "head:99999", ""])
def test_what_is_no_address_is_wrong_input(address):
    """It is refused before any host is contacted; ``ray://`` is Ray's client, through which a study cannot be run."""
    with pytest.raises(InputError, match="is no address of a Ray cluster: give HOST:PORT"):
        connection.connect(None, address, [])


def test_a_port_where_nobody_listens_is_told_at_once():
    """A port without a listener is reported at once; Ray itself would try for minutes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(UnreachableError, match=r"cannot be reached .*refused.*ray start --head"):
        connection.connect(None, address, [])


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"SSH-2.0-OpenSSH_9.2", b""])
def test_a_port_of_something_else_is_told(listening, monkeypatch, answer):
    """A server that does not speak gRPC is no cluster; one that sends nothing is not waited for."""
    monkeypatch.setattr(connection, "_SECONDS", 0.3)
    with pytest.raises(UnreachableError, match=r"is no Ray cluster|nobody answers"):
        connection.connect(None, listening(answer), [])


@pytest.mark.parametrize(
    ("failure", "kind", "message"),
    [
        (
            RuntimeError("Version mismatch: the cluster\n has Ray 2.9"),
            InputError,
            "other versions.*the cluster has Ray",
        ),
        (ConnectionError("Failed to connect"), UnreachableError, "ray start --address .* --num-cpus 0"),
        (RuntimeError("Authentication token is missing"), UnreachableError, "copy ~/.ray/auth_token"),
    ],
)
def test_a_cluster_that_refuses_us_says_why(listening, failure, kind, message):
    """Other versions are wrong input; for a machine that is no node, or has no token, the error says what to do."""
    with pytest.raises(kind, match=message):
        connection.connect(ray_that(failure), listening(SPEAKS_GRPC), [])


def test_what_ray_writes_stays_off_the_terminal(capfd):
    """Ray's C++ side writes to file descriptor 2 itself, and what it wrote says why it failed."""

    def init(**_):
        os.write(2, b"gcs_client.cc: Unauthenticated: InvalidAuthToken\n")
        raise ConnectionError("Failed to connect")

    with pytest.raises(UnreachableError, match="does not know us"):
        connection.connect(SimpleNamespace(init=init), "auto", [])
    assert capfd.readouterr() == ("", "")


def test_signals_stay_ours(monkeypatch):
    """Ray takes SIGTERM for itself; a study that it ended would not be left tidily."""
    import signal

    before = signal.getsignal(signal.SIGTERM)

    def init(**_):
        signal.signal(signal.SIGTERM, signal.SIG_DFL if before != signal.SIG_DFL else signal.SIG_IGN)

    connection.connect(SimpleNamespace(init=init), "auto", [])
    assert signal.getsignal(signal.SIGTERM) == before


def test_without_ray_it_is_told_how_to_install_it(monkeypatch):
    """Without Ray, the error says how to install it: it is an extra, and so large that `all` leaves it out."""
    monkeypatch.setitem(sys.modules, "ray", None)
    for name in ("RAY_USAGE_STATS_ENABLED", "RAY_BACKEND_LOG_LEVEL", "RAY_NUM_REDIS_GET_RETRIES", "RAY_AUTH_MODE"):
        monkeypatch.setenv(name, "x")  # so that the test leaves the environment as it was
    with pytest.raises(InputError, match=r"pip install 'modelcat\[ray\]'") as raised:
        connection.imported()
    assert raised.value.exit_code == 2

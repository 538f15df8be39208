"""`browse --web` answers its own page in a web browser that has logged in, and no other client, whatever it sends."""

import socket
import time

import pytest
from web_server import HANDSHAKE, Served

pytest.importorskip("textual_serve", reason="textual-serve is not installed")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """Return a server that no browser has logged in to."""
    with Served(tmp_path_factory.mktemp("served")) as one:
        yield one


@pytest.fixture(scope="module")
def logged_in(tmp_path_factory):
    """Return a server, and a web browser that it has let in."""
    with Served(tmp_path_factory.mktemp("served"), "--language", "de") as one:
        one.log_in()
        yield one


OWN = b"Host: 127.0.0.1:%(port)d\r\n"
REQUESTS = [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.0\r\n\r\n", 400),
    (b"GET / HTTP/1.0\r\nHost: \r\n\r\n", 403),
    (b"GET / HTTP/1.1\r\n" + OWN + OWN + b"\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + OWN + b"Host: evil.example\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n", 403),
    (b"GET / HTTP/1.1\r\nHost: evil.example:%(port)d\r\n\r\n", 403),
    (b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403),
    (b"GET http:// HTTP/1.1\r\n" + OWN + b"\r\n", 400),
    (b"NONSENSE\r\n\r\n", 400),
    (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n" + OWN + b"\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + OWN + b"X: " + b"a" * 20_000 + b"\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\n" + OWN + b"X: a\r\n" * 1_000 + b"\r\n", 400),
    (b"POST / HTTP/1.1\r\n" + OWN + b"Content-Length: 5\r\n\r\nhello", 405),
    (b"POST / HTTP/1.1\r\n" + OWN + b"Content-Length: -5\r\n\r\n", 400),
    (b"PUT /ws HTTP/1.1\r\n" + OWN + b"Content-Length: 99999999999\r\n\r\nhello", 405),
    (b"CONNECT evil.example:1 HTTP/1.1\r\n" + OWN + b"\r\n", 405),
    (b"OPTIONS * HTTP/1.1\r\n" + OWN + b"\r\n", 405),
    (b"GET / HTTP/1.1\r\n" + OWN + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc", 400),
    (b"GET / HTTP/1.1\r\n" + OWN + b"Cookie: \xff=\xff; modelcat-%(port)d=\xc3\xa4\r\n\r\n", 403),
    (b"GET /?token=%%ff%%c3%%a4 HTTP/1.1\r\n" + OWN + b"\r\n", 403),
    (b"GET /?token= HTTP/1.1\r\n" + OWN + b"\r\n", 403),
    (b"GET / HTTP/1.1\r\n" + OWN + b"\r\n", 403),
    (b"GET /ws HTTP/1.1\r\n" + OWN + b"\r\n", 403),
    (b"GET /static/js/textual.js HTTP/1.1\r\n" + OWN + b"\r\n", 403),
    (b"GET /download/1 HTTP/1.1\r\n" + OWN + b"\r\n", 403),
    (b"GET / HTTP/1.1\r\nHost: localhost:%(port)d\r\n\r\n", 307),
]


@pytest.mark.parametrize(("request_", "status"), REQUESTS, ids=[str(number) for number in range(len(REQUESTS))])
def test_strangers_are_refused(served, request_, status):
    """Requests of clients that are not logged in get a status and no traceback, whatever they send."""
    answer = served.raw(request_ % {b"port": served.port})
    assert int(answer.split()[1]) == status, answer
    assert b"Traceback" not in answer
    assert b"token" not in answer


def test_a_stranger_starts_no_app_and_prints_nothing(served):
    """A handshake of any size, before any login, is refused; the terminal shows the address and nothing else."""
    answer = served.get("/ws?width=1000000&height=1000000", **HANDSHAKE)
    assert answer.status == 403
    assert len(served.family()) == 1
    assert served.printed.count("\n") == 1, served.printed


def test_a_token_lets_one_web_browser_in(tmp_path):
    """The token is exchanged for a cookie that scripts and other sites do not get; reloading works, reuse does not."""
    served = Served(tmp_path)
    try:
        path = served.path
        assert served.get(path, method="HEAD").status == 403
        answer = served.log_in()
        assert {part.strip() for part in answer.headers["Set-Cookie"].split(";")[1:]} == {
            "HttpOnly",
            "Path=/",
            "SameSite=Strict",
        }
        assert (answer.headers["Referrer-Policy"], answer.headers["Cache-Control"]) == ("no-referrer", "no-store")
        assert path.partition("=")[2] not in answer.text
        served.wait_for("another one by")
        mine, served.cookie = served.cookie, ""
        assert served.get(path).status == 403
        assert served.get("/").status == 403
        assert served.path != path
        assert served.get(served.path).status == 200  # a second web browser, by the address that was printed then
        for again in ("/", "/", path, served.path):
            served.cookie = mine
            assert served.get(again).status == 200
        assert served.printed.count("token=") == 3, "a token was spent by a web browser that is in already"
    finally:
        served.close()


def test_our_page_loads_nothing_from_elsewhere(logged_in):
    """The page loads nothing from elsewhere, and no other page can put it in a frame."""
    answer = logged_in.get("/")
    assert answer.status == 200
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert f"ws://127.0.0.1:{logged_in.port};" in policy
    assert logged_in.get("/static/js/textual.js").status == 200


def test_another_page_cannot_use_the_cookie(logged_in):
    """Other pages cannot use the cookie, though web browsers send it to all ports of this machine."""
    for origin in ("https://evil.example", "http://127.0.0.1:1", "null"):
        assert logged_in.get("/ws", Origin=origin, **HANDSHAKE).status == 403
    assert logged_in.get("/", Host=f"evil.example:{logged_in.port}").status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/static/",
        "/static/js/",
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2e%2e/server.py",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/%00",
        "/static/" + "a" * 300,
        "/static/" + "a/" * 2000,
        "/download/%0d%0aX:%20y",
        "/nothing",
    ],
)
def test_only_files_of_the_page_are_given(logged_in, path):
    """Neither a listing nor a file of another folder is served, and no file name causes a fault."""
    assert logged_in.get(path).status in {403, 404}


@pytest.mark.parametrize("path", ["/ws", "/ws?width=80"])
def test_a_handshake_that_is_none_is_refused(logged_in, path):
    """For an invalid handshake no app is started, and none counts as open."""
    broken = {**HANDSHAKE, "Sec-WebSocket-Key": "short"}
    assert [logged_in.get(path).status, logged_in.get(path, **broken).status] == [400, 400]
    assert len(logged_in.family()) == 1


def trickle(connection):
    """Send a byte now and then until the server has enough of it; return after how many seconds."""
    began = time.monotonic()
    while (passed := time.monotonic() - began) < 30:
        try:
            connection.sendall(b"E")
        except OSError:
            break
        time.sleep(0.2)
    return passed


def test_silent_connections_keep_nobody_out(logged_in):
    """Connections that send nothing, half a request, or a byte at a time are closed after ten seconds."""
    silent = []
    try:
        for number in range(200):
            silent.append(socket.create_connection(("127.0.0.1", logged_in.port), timeout=20))
            silent[-1].sendall((b"", b"GET / HTTP/1.1\r\nHost: 127", b"G")[number % 3])
        began = time.monotonic()
        assert logged_in.get("/").status == 200
        assert time.monotonic() - began < 1
        assert 5 < trickle(silent[-1]) < 15
        assert silent[0].recv(10) == b""
    finally:
        for one in silent:
            one.close()


def test_nothing_of_all_this_was_printed(logged_in):
    """The terminal shows two addresses, and no error of modelcat's."""
    assert logged_in.printed.count("\n") == 2, logged_in.printed

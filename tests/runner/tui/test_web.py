"""`browse --web` lets in who has the token, answers its own page alone, and starts the very same modelcat."""

import asyncio
import math
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

from runner.presentation.language import Language
from runner.tui.web.access import Access
from runner.tui.web.cells import cells
from runner.tui.web.pages import let_in_page, refused_page, too_many_page
from runner.tui.web.serving import command_of

pytest.importorskip("aiohttp", reason="textual-serve is not installed")
from aiohttp import WSMsgType

from runner.tui.web.connections import Connections
from runner.tui.web.relay import relay


@pytest.mark.parametrize(
    ("host", "origins", "own"),
    [
        ("127.0.0.1:8000", [], True),
        ("localhost:8000", ["http://localhost:8000"], True),
        ("127.0.0.1:8000", ["http://127.0.0.1:8000"], True),
        ("127.0.0.1:8000", ["https://evil.example"], False),
        ("127.0.0.1:8000", ["https://127.0.0.1:8000"], False),
        ("127.0.0.1:8000", ["http://127.0.0.1:9000"], False),
        ("127.0.0.1:8000", ["http://127.0.0.1"], False),
        ("127.0.0.1:8000", ["null"], False),
        ("127.0.0.1:8000", [""], False),
        ("127.0.0.1:8000", ["http://127.0.0.1:8000", "https://evil.example"], False),
        ("evil.example:8000", [], False),
        ("127.0.0.1:8000.evil.example", [], False),
        ("127.0.0.1:9000", [], False),
        ("127.0.0.1", [], False),
        ("", [], False),
    ],
)
def test_other_pages_are_refused(host, origins, own):
    """Neither a foreign page nor a foreign name that leads to this machine may steer studies."""
    assert Access(8000, lambda _: None).is_own(host, origins) is own


def test_the_port_of_the_scheme_may_be_left_out():
    """Web browsers never name port 80."""
    access = Access(80, lambda _: None)
    assert access.url.startswith("http://127.0.0.1/?token=")
    assert access.is_own("127.0.0.1", ["http://localhost"])


def test_a_token_lets_one_web_browser_in():
    """After its first use there is another token, which is shown; nothing that is not text of ours raises."""
    shown = []
    access = Access(8000, shown.append)
    token = access.url.partition("token=")[2]
    assert len(token) >= 43
    for wrong in ("", "ä", "\ud800", token[:-1], token + "x", access.cookie):
        assert not access.redeem(wrong)
    assert shown == []
    assert access.redeem(token)
    assert shown == [access.url]
    assert token not in access.url
    assert not access.redeem(token)
    assert access.redeem(access.url.partition("token=")[2])
    assert [access.knows(cookie) for cookie in (access.cookie, access.cookie + "x", "ä", "", None)] == [True] + [
        False
    ] * 4


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (100, 100),
        (100.7, 100),
        (20, 20),
        (19, 20),
        (500, 500),
        (501, 500),
        (1_000_000, 500),
        (10**400, 500),
        (-1, 20),
        (-(10**400), 20),
        (0, 20),
        (math.inf, 500),
        (-math.inf, 20),
        (math.nan, 80),
        (True, 80),
        (None, 80),
        ("100", 80),
        ([100], 80),
        ({}, 80),
    ],
)
def test_sizes_are_those_that_can_be_shown(given, expected):
    """A page may ask for anything."""
    assert cells(given, 80) == expected


def test_pages_speak_the_language_of_the_person():
    """The pages of the server's own are shown in German, too, and ask nothing of others."""
    german, english = Language("de"), Language("en")
    assert "Dieser Webbrowser" in refused_page(german)
    assert "Es sind 8 Tabs" in too_many_page(german, 8)
    assert "8 tabs" in too_many_page(english, 8)
    assert 'content="0; url=http://127.0.0.1:8000/"' in let_in_page(english, "http://127.0.0.1:8000/")
    assert "&quot;&gt;&lt;script&gt;" in let_in_page(english, '"><script>')


def test_the_command_of_a_tab_survives_odd_names(monkeypatch):
    """Arguments reach the app as they were given, whatever signs a path or URL holds."""
    monkeypatch.setattr("sys.argv", ["/odd place/modelcat"])
    odd = ["--storage", "sqlite:///my $(folder)/a 'b'.db"]
    assert command_of(odd)[1:] == ["/odd place/modelcat", "browse", *odd]


def test_a_password_is_no_argument_of_the_tabs(monkeypatch):
    """Everybody on a machine can read the arguments of everybody's processes."""
    from click.testing import CliRunner

    from runner.cli.main import app
    from runner.tui.web import serving

    url, served = "postgresql+psycopg://me:s3cret@127.0.0.1/studies", []
    monkeypatch.setenv("MODELCAT_STORAGE", "")
    monkeypatch.setattr(
        serving, "serve", lambda arguments, *_, **__: served.append((arguments, os.environ["MODELCAT_STORAGE"]))
    )
    result = CliRunner().invoke(app, ["browse", "--web", "--storage", url, "--language", "de", "--read-only"])
    assert result.exit_code == 0, result.output
    assert served == [(["--language", "de", "--read-only"], url)]


def test_a_token_is_no_argument_of_a_web_browser(monkeypatch, tmp_path):
    """`--open` gives a web browser the name of a file, which this account alone can read."""
    from runner.tui.web import serving

    opened = []
    monkeypatch.setattr(serving.webbrowser, "open", opened.append)
    folder = tmp_path / "private"
    folder.mkdir(mode=0o700)
    serving._open("http://127.0.0.1:8000/?token=s3cret", folder)
    assert opened == [(folder / "modelcat.html").as_uri()]
    assert "url=http://127.0.0.1:8000/?token=s3cret" in (folder / "modelcat.html").read_text()


class _Noting:
    """A page, or an app, that notes what is asked of it."""

    def __init__(self, *messages):
        self.messages, self.asked = list(messages), []

    async def __aiter__(self):
        for data in self.messages:
            yield SimpleNamespace(type=WSMsgType.TEXT if isinstance(data, str) else WSMsgType.BINARY, data=data)

    def __getattr__(self, name):
        async def note(*given, **named):
            self.asked.append((name, *given, *named.values()))

        return note


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{}",
        "nonsense",
        "[",
        "[" * 100_000,
        "[]",
        "null",
        "1",
        '["stdin"]',
        '["stdin", 1]',
        '["stdin", null]',
        '["stdin", "a", "b"]',
        '["resize"]',
        '["resize", [80, 24]]',
        '["resize", {"width": 80}]',
        '["resize", {"width": 1' + "0" * 5000 + ', "height": 24}]',
        '["ping", {"a": 1}]',
        '["ping", "' + "a" * 1000 + '"]',
        '["quit"]',
        '["deliver_chunk_request", {"key": "a"}]',
        b"bytes",
    ],
    ids=lambda message: str(message[:30]),
)
def test_messages_that_our_page_never_sends_close_it(message):
    """Nothing of them reaches the app, nor does what comes after them."""
    page, app = _Noting(message, '["focus"]'), _Noting()
    asyncio.run(relay(page, app))
    assert page.asked == [("close", 1003)]
    assert app.asked == []


def test_messages_of_our_page_reach_the_app():
    """Sizes within bounds, keys as UTF-8 without what no text can hold."""
    sent = ['["stdin", "\\ud800\u00e4"]', '["resize", {"width": NaN, "height": 1e999}]', '["ping", "1"]', '["focus"]']
    page, app = _Noting(*sent, '["blur"]'), _Noting()
    asyncio.run(relay(page, app))
    assert page.asked == [("send_json", ["pong", "1"])]
    assert app.asked == [
        ("send_bytes", b"\xc3\xa4"),
        ("set_terminal_size", 80, 500),
        ("send_meta", {"type": "focus"}),
        ("send_meta", {"type": "blur"}),
    ]


def test_an_app_that_does_not_keep_up_ends_its_page(monkeypatch):
    """Neither one that is stuck, nor one that is slower than its page for long."""
    from runner.tui.web import relay as module

    monkeypatch.setattr(module, "_MOST_BEHIND", 0.2)
    for seconds in (60, 0.01):
        slow = SimpleNamespace(send_bytes=lambda _, seconds=seconds: asyncio.sleep(seconds))
        with pytest.raises(TimeoutError):
            asyncio.run(relay(_Noting(*['["stdin", "a"]'] * 1000), slow))


def test_the_oldest_of_too_many_silent_connections_is_closed():
    """The newest is let in, one that serves an app is kept, and one that is closing already does not count."""
    open_ = []

    class Connection:
        transport = "open"

        def force_close(self):
            self.transport = None

    class Server:
        connections = open_

        def __call__(self):
            open_.append(Connection())
            return open_[-1]

    connections = Connections(Server())
    assert connections.most > 100
    connections.most = 3
    connections.prediction_service.add(connections())
    for _ in range(4):
        connections()
    assert [one.transport for one in open_] == ["open", None, "open", "open", "open"]
    connections()
    assert [one.transport for one in open_] == ["open", None, None, "open", "open", "open"]


def test_memory_is_limited_for_apps_alone():
    """What an app starts has the limits of the machine: a training needs more than a screen."""
    resource = pytest.importorskip("resource")
    program = (
        "import resource, subprocess, sys; from runner.engine.processes import *; limit_memory()\n"
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)\n"
        "limits = lambda pid: resource.prlimit(pid, resource.RLIMIT_DATA)[0]\n"
        "before = limits(child.pid); lift_memory_limit(child.pid); print(limits(0), before, limits(child.pid))\n"
        "child.communicate(b'\\n'); lift_memory_limit(child.pid)"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    limit, hard = 2 << 30, resource.getrlimit(resource.RLIMIT_DATA)[1]
    assert printed.split() == [str(limit), str(limit), str(hard)]

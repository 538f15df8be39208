"""The apps of `browse --web`: what a page may ask of one, how many there are, and that none outlives its server."""

import asyncio
import json
import resource
import signal
import time
from contextlib import suppress

import psutil
import pytest
from web_server import Served, memory

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")


@pytest.fixture
def served(tmp_path):
    """Return a server, and a web browser that it has let in."""
    with Served(tmp_path) as one:
        one.log_in()
        yield one


CLOSING = aiohttp.ClientWSTimeout(ws_close=2.0)


class Tabs:
    """Tabs of a web browser."""

    def __init__(self, served):
        self.served = served
        self._reading, self._pages = [], []

    async def __aenter__(self):
        self._session = aiohttp.ClientSession(headers={"Cookie": self.served.cookie})
        return self

    async def __aexit__(self, *_):
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*(page.close() for page in self._pages), return_exceptions=True)
        await self._session.close()

    async def open(self, query=""):
        """Open one, and take what its app draws from then on."""
        page = await self._session.ws_connect(
            f"http://127.0.0.1:{self.served.port}/ws{query}", max_msg_size=0, timeout=CLOSING
        )
        self._pages.append(page)
        message = await page.receive(timeout=30)
        assert message.type == aiohttp.WSMsgType.BINARY, message
        self._reading.append(asyncio.create_task(self._read(page)))
        return page

    async def _read(self, page):
        async for _ in page:
            pass


async def answers(served, page, seconds=10):
    """Wait until a page's app still obeys: it ends at ^q, and the page with it."""
    await page.send_str(json.dumps(["stdin", "\x11"]))
    deadline = time.monotonic() + seconds
    while not page.closed:
        assert time.monotonic() < deadline, "the app does not obey any more"
        await asyncio.sleep(0.05)


SIZES = [1_000_000, -5, 0, None, "many", True, [], {}, 1e300, 10**300, float("nan"), float("inf"), float("-inf")]


def test_no_size_is_too_large(served):
    """A size in the URL, a message or an escape sequence that cannot be shown is not laid out; memory has a limit."""

    async def attempt():
        async with Tabs(served) as tabs:
            page = await tabs.open("?width=1000000&height=1e99")
            (app,) = served.apps(1)
            assert (app.environ()["COLUMNS"], app.environ()["ROWS"]) == ("500", "500")
            assert not hasattr(resource, "prlimit") or resource.prlimit(app.pid, resource.RLIMIT_DATA)[0] == 2 << 30
            for size in SIZES:
                await page.send_str(json.dumps(["resize", {"width": size, "height": 30}]))
                await page.send_str(json.dumps(["resize", {"width": 90, "height": size}]))
            for sequence in ("\x1b[48;99999;99999;1;1t", "\x1b[48;1;1;1;1t", "\x1b[48;99999;99999;99999;99999t"):
                await page.send_str(json.dumps(["stdin", sequence]))
            await asyncio.sleep(2)
            assert memory([app]) < 200e6
            await answers(served, page, 40)

    asyncio.run(attempt())


def test_a_page_that_is_not_ours_is_closed(only_server):
    """A message that modelcat's page never sends ends the tab and its app alone; the terminal shows nothing of it."""

    async def attempt():
        async with Tabs(only_server) as tabs:
            pages = [await tabs.open() for _ in range(3)]
            await pages[0].send_str('["stdin", 1]')
            await pages[1].send_bytes(b"bytes")
            with suppress(ConnectionError):  # the server may close before it has all of it
                await pages[2].send_str(json.dumps(["stdin", "a" * 2_000_000]))
            for page in pages:
                deadline = time.monotonic() + 10
                while not page.closed:
                    assert time.monotonic() < deadline, "the page is still open"
                    await asyncio.sleep(0.02)
            assert [page.close_code for page in pages[:2]] == [1003, 1003]
            assert pages[2].close_code in {1006, 1009}  # 1006: the connection was gone before the reason was read

    asyncio.run(attempt())
    only_server.apps(0)
    assert only_server.printed.count("\n") == 2, only_server.printed


@pytest.fixture(scope="module")
def only_server(tmp_path_factory):
    """Return one server for many tests."""
    with Served(tmp_path_factory.mktemp("served")) as one:
        one.log_in()
        yield one


def test_what_is_no_text_reaches_the_app_all_the_same(only_server):
    """Lone surrogates and unknown escape sequences are keys like others."""

    async def attempt():
        async with Tabs(only_server) as tabs:
            page = await tabs.open()
            for keys in ("\ud800", "\x1b[<9999999999;1;1M", "\x1b[999;999R", "\x1b[?2026;9$y", "\x00\x7f", "\x1b[200~"):
                await page.send_str(json.dumps(["stdin", keys]))
            await page.send_str(json.dumps(["stdin", "\x1b[201~"]))
            await answers(only_server, page)

    asyncio.run(attempt())


def test_one_tab_too_many_is_told_and_waits(tmp_path):
    """The ninth tab says so in the user's language, starts nothing, and opens once another is closed."""
    served = Served(tmp_path, "--language", "de")
    served.log_in()

    async def attempt():
        async with Tabs(served) as tabs:
            pages = await asyncio.gather(*(tabs.open() for _ in range(8)))
            assert (await asyncio.to_thread(served.get, "/ws")).status == 503
            with pytest.raises(aiohttp.WSServerHandshakeError, match="503"):
                await tabs.open()
            answer = await asyncio.to_thread(served.get, "/")
            assert answer.status == 503
            assert "Es sind 8 Tabs von modelcat offen" in answer.text
            assert 'http-equiv="refresh"' in answer.text
            assert memory(served.family()) < 600e6
            await pages[0].close()
            await asyncio.to_thread(served.apps, 7)
            assert (await asyncio.to_thread(served.get, "/")).status == 200
            await tabs.open()

    try:
        asyncio.run(attempt())
    finally:
        served.close()


@pytest.mark.parametrize(
    ("end", "stuck", "seconds"),
    [
        (signal.SIGINT, False, 12),
        (signal.SIGTERM, True, 12),
        (signal.SIGHUP, False, 12),
        (signal.SIGKILL, True, 3),
    ],
)
def test_no_app_outlives_its_server(served, end, stuck, seconds):
    """However the server ends, it ends soon, and so do apps: those of open tabs, and one that hears no signal."""

    async def attempt():
        async with Tabs(served) as tabs:
            pages = [await tabs.open(), await tabs.open()]
            served.apps(2)
            await pages[0].close()
            served.apps(1)
            family = served.family()
            if stuck:
                family[-1].send_signal(signal.SIGSTOP)
            served.process.send_signal(end)
            _, left = await asyncio.to_thread(psutil.wait_procs, family, seconds)
            for one in left:
                one.kill()
            return left

    assert asyncio.run(attempt()) == []


def test_an_app_that_is_stuck_ends_with_its_tab(served):
    """A stuck app is asked to end, and killed after three seconds; its child processes end, and another tab opens."""

    async def attempt():
        async with Tabs(served) as tabs:
            page = await tabs.open()
            (app,) = served.apps(1)
            app.send_signal(signal.SIGSTOP)
            await page.close()
            await asyncio.to_thread(psutil.wait_procs, [app], 6)
            assert not app.is_running()
            await answers(served, await tabs.open())

    asyncio.run(attempt())


def test_a_tab_whose_app_dies_is_closed(served):
    """A tab whose app dies does not wait for ever, or count as open."""

    async def attempt():
        async with Tabs(served) as tabs:
            page = await tabs.open()
            (app,) = served.apps(1)
            app.kill()
            deadline = time.monotonic() + 10
            while not page.closed:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.05)

    asyncio.run(attempt())
    served.apps(0)


def test_a_storage_that_is_none_is_told_at_once(shell):
    """Neither the terminal nor the web server starts on a URL that names no place, and no password is shown."""
    for options in ((), ("--web",)):
        printed = shell.run("browse", *options, "--storage", "mysql://me:secret@host/db", code=2)
        assert "expected sqlite:///FILE" in printed.err
        assert "secret" not in printed.err

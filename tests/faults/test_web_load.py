"""`browse --web` under connections that say nothing, requests that are none, and keys without end.

WEB_SECONDS sets for how long. What is asked of a busy machine within a second is part of `make faults` alone.
"""

import asyncio
import itertools
import json
import os
import sys
import time
from contextlib import suppress

import pytest
from web_server import HANDSHAKE, Served, memory

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")

pytestmark = pytest.mark.skipif("WEB_SECONDS" not in os.environ, reason="it measures time: part of `make faults`")

SECONDS = float(os.environ.get("WEB_SECONDS", "60"))
CONNECTIONS = 200
MALFORMED_EACH_SECOND = 50
MOST_BYTES = 600e6
MOST_SECONDS = 1.0
MALFORMED = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"NONSENSE\r\n\r\n",
    b"\x00" * 4000,
    b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: a\r\n" * 10_000 + b"\r\n",
    b"POST /ws HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Length: 99999999999\r\n\r\n" + b"a" * 60_000,
    b"\r\n".join(
        [
            b"GET /ws?width=1000000&height=1000000 HTTP/1.1",
            b"Host: 127.0.0.1:%d",
            *(f"{name}: {value}".encode() for name, value in HANDSHAKE.items()),
            b"\r\n",
        ]
    ),
]


@pytest.fixture
def served(tmp_path):
    """Return a server, and a web browser that it has let in."""
    with Served(tmp_path) as one:
        one.log_in()
        yield one


async def hold(port, number, until):
    """Keep a connection open that says nothing, half a request, or a byte at a time; open another when it is closed."""
    while time.monotonic() < until:
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write((b"", b"GET / HTTP/1.1\r\nHost: ", b"G")[number % 3])
            while time.monotonic() < until and not reader.at_eof():
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1000), 1)
                if number % 3 == 2:
                    writer.write(b"E")
            writer.transport.abort()
        await asyncio.sleep(0.1)


async def send_malformed(port, until):
    """Send requests that are none, so many each second, and take no answer of half of them."""
    for number in itertools.count():
        if time.monotonic() > until:
            return number
        with suppress(OSError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            request = MALFORMED[number % len(MALFORMED)]
            writer.write(request % port if b"%d" in request else request)
            if number % 2:
                with suppress(TimeoutError):
                    await asyncio.wait_for(reader.read(1000), 0.5)
            writer.transport.abort()
        await asyncio.sleep(1 / MALFORMED_EACH_SECOND)
    return None


async def watch(served, until):
    """Return the longest time that the page took, in seconds, and the most memory, in bytes."""
    slowest = most = 0.0
    while time.monotonic() < until:
        began = time.monotonic()
        answer = await asyncio.to_thread(served.get, "/")
        slowest = max(slowest, time.monotonic() - began)
        assert answer.status in {200, 503}
        most = max(most, await asyncio.to_thread(lambda: memory(served.family())))
        await asyncio.sleep(0.5)
    return slowest, most


async def keep_tabs(served, number, until):
    """Keep a tab open; if there are too many already, try again."""
    async with aiohttp.ClientSession(headers={"Cookie": served.cookie}) as session:
        while time.monotonic() < until:
            with suppress(aiohttp.ClientError):
                url = f"http://127.0.0.1:{served.port}/ws?width=240&height=70"
                async with session.ws_connect(url, max_msg_size=0) as page:
                    with suppress(TimeoutError):
                        while time.monotonic() < until:
                            await asyncio.wait_for(page.receive(), until - time.monotonic())
            await asyncio.sleep(1)


@pytest.mark.parametrize("tabs", [0, 12])
def test_nobody_is_kept_out_and_memory_has_a_bound(served, tabs):
    """200 connections and 50 requests a second that are none: below 600 MB, and the page answers within a second.

    With and without tabs of a web browser that is let in, more than there may be, as large as a large screen. (Eight
    of 500 x 500 take 614 MB.)
    """

    async def attempt():
        until = time.monotonic() + SECONDS
        holding = [hold(served.port, number, until) for number in range(CONNECTIONS)]
        holding += [keep_tabs(served, number, until) for number in range(tabs)]
        (slowest, most), *_ = await asyncio.gather(watch(served, until), send_malformed(served.port, until), *holding)
        return slowest, most

    slowest, most = asyncio.run(attempt())
    sys.stderr.write(f"{tabs} tabs: page within {slowest:.2f} s, {most / 1e6:.0f} MB\n")
    assert most < MOST_BYTES
    assert slowest < MOST_SECONDS
    served.apps(0)
    assert served.printed.count("\n") == 2, served.printed


FLOODS = {
    "keys": ["stdin", "\x1b[B" * 20_000],
    "sizes": ["resize", {"width": 1_000_000, "height": 1_000_000}],
    "mouse": ["stdin", "".join(f"\x1b[<35;{x % 80};{x % 24}M" for x in range(4000))],
    "unended paste": ["stdin", "\x1b[200~" + "a" * 500_000],
}


@pytest.mark.parametrize("flood", FLOODS)
def test_messages_without_end_do_not_pile_up(served, flood):
    """An app is given as much as it takes; its page waits, and its memory stays what it is."""

    async def attempt():
        until = time.monotonic() + SECONDS
        async with aiohttp.ClientSession(headers={"Cookie": served.cookie}) as session:
            url = f"http://127.0.0.1:{served.port}/ws"
            async with session.ws_connect(url, max_msg_size=0, heartbeat=None) as page:
                await page.receive(timeout=30)
                reading = asyncio.create_task(read(page))
                watching = asyncio.create_task(watch(served, until))
                with suppress(TimeoutError, ConnectionError):
                    while time.monotonic() < until and not page.closed:
                        await asyncio.wait_for(page.send_str(json.dumps(FLOODS[flood])), until - time.monotonic())
                        await asyncio.sleep(0.001)
                slowest, most = await watching
                reading.cancel()
                if (connection := page._response.connection) is not None:
                    connection.transport.abort()  # what the server never took would keep it open
        return slowest, most

    slowest, most = asyncio.run(attempt())
    sys.stderr.write(f"{flood}: page within {slowest:.2f} s, {most / 1e6:.0f} MB\n")
    assert most < 400e6
    assert slowest < MOST_SECONDS
    served.apps(0)


async def read(page):
    """Take what an app draws."""
    async for _ in page:
        pass

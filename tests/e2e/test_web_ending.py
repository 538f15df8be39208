"""However `browse --web` ends, it ends soon, and the apps of its tabs end with it."""

import asyncio
import re
import signal
import time

import psutil
import pytest

aiohttp = pytest.importorskip("aiohttp", reason="textual-serve is not installed")


async def open_tabs(port, process, end):
    """Open two tabs, close one, end the server with the other open; return the apps there were and those left."""
    async with aiohttp.ClientSession() as session:
        deadline = time.monotonic() + 20
        tabs = []
        while len(tabs) < 2:
            try:
                tabs.append(await session.ws_connect(f"http://127.0.0.1:{port}/ws?width=80&height=24"))
            except aiohttp.ClientConnectorError:
                assert time.monotonic() < deadline, "the server never answered"
                await asyncio.sleep(0.1)
        for tab in tabs:
            await tab.receive(timeout=20)  # the app has begun
        server = psutil.Process(process.pid)
        both = server.children(recursive=True)
        await tabs[0].close()
        while len(server.children(recursive=True)) == len(both):
            assert time.monotonic() < deadline, "the closed tab's app goes on"
            await asyncio.sleep(0.1)
        family = server.children(recursive=True)
        assert family
        process.send_signal(end)
        _, left = await asyncio.to_thread(psutil.wait_procs, [server, *family], 15)
        await tabs[1].close()
        return left


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_no_app_outlives_its_server(shell, end):
    """After Ctrl+C the server does not wait for open tabs; killed outright, it leaves no app behind either."""
    shell.environment["MODELCAT_CONFIG"] = str(shell.folder / "config")
    process = shell.start("browse", "--web", "--port", "0", start_new_session=True)
    found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
    left = asyncio.run(open_tabs(int(found[1]), process, end))
    for one in left:
        one.kill()
    process.communicate(timeout=10)
    assert left == []


def test_a_storage_that_is_none_is_told_at_once(shell):
    """Neither the terminal nor the web server starts on a URL that names no place, and no password is shown."""
    for options in ((), ("--web",)):
        printed = shell.run("browse", *options, "--storage", "mysql://me:secret@host/db", code=2)
        assert "expected sqlite:///FILE" in printed.err
        assert "secret" not in printed.err

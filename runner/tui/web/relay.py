"""What a page may say to its app: keys, a size, whether it has the focus."""

import asyncio
import json
import time
from collections.abc import Awaitable
from contextlib import suppress

from aiohttp import WSMsgType, web

from runner.tui.web.app_process import AppProcess
from runner.tui.web.cells import cells

__all__ = ["relay"]

_MOST_BEHIND = 10.0
"""Seconds by which an app may be behind its page; keys that come faster than it takes them are nobody's."""
_LONGEST_PING = 64
_UNSUPPORTED_DATA = 1003
"""Why a connection is closed (RFC 6455, 7.4.1)."""


async def relay(page: web.WebSocketResponse, app: AppProcess) -> None:
    """Pass on what a page sends until it ends; one that sends anything that our page does not is closed.

    Raises:
        TimeoutError: The app does not keep up.
        ConnectionError: The page is gone.
    """
    behind, taken = 0.0, time.monotonic()
    async for message in page:
        came = time.monotonic()
        behind = max(0.0, behind - (came - taken))
        passed_on = _obeyed(message.data, page, app) if message.type == WSMsgType.TEXT else None
        if passed_on is None:
            await page.close(code=_UNSUPPORTED_DATA)
            return
        await asyncio.wait_for(passed_on, _MOST_BEHIND - behind)
        taken = time.monotonic()
        behind += taken - came


def _obeyed(text: str, page: web.WebSocketResponse, app: AppProcess) -> Awaitable[object] | None:
    """Return what does as a message says; None if it is not one of ours."""
    told = None
    with suppress(ValueError, RecursionError):
        told = json.loads(text)
    match told:
        case ["stdin", str(keys)]:
            return app.send_bytes(keys.encode("utf-8", "ignore"))
        case ["resize", {"width": width, "height": height}]:
            return app.set_terminal_size(cells(width, 80), cells(height, 24))
        case ["ping", str(data)] if len(data) <= _LONGEST_PING:
            return page.send_json(["pong", data])
        case ["blur" | "focus" as change]:
            return app.send_meta({"type": change})
    return None

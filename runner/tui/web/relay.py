"""The messages that a page may send to its app: keys, a size, and whether it has the focus."""

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
"""Most seconds that an app may lag behind its page; keys that come faster are dropped."""
_LONGEST_PING = 64
_UNSUPPORTED_DATA = 1003
"""The reason to close a connection (RFC 6455, 7.4.1)."""


async def relay(page: web.WebSocketResponse, app: AppProcess) -> None:
    """Forward a page's messages until it ends; close the connection after an invalid message.

    Raises:
        TimeoutError: The app is too slow.
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
    """Return a coroutine that handles a message; None if the message is invalid."""
    message = None
    with suppress(ValueError, RecursionError):
        message = json.loads(text)
    match message:
        case ["stdin", str(keys)]:
            return app.send_bytes(keys.encode("utf-8", "ignore"))
        case ["resize", {"width": width, "height": height}]:
            return app.set_terminal_size(cells(width, 80), cells(height, 24))
        case ["ping", str(data)] if len(data) <= _LONGEST_PING:
            return page.send_json(["pong", data])
        case ["blur" | "focus" as change]:
            return app.send_meta({"type": change})
    return None

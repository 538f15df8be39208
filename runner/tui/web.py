"""`modelcat browse --web`: the terminal UI in a web browser of this machine, served by textual-serve on 127.0.0.1.

Any web page may open a connection to a port of one's own machine, and a name of its own may lead there. So requests
are answered only where `Host` names this server and `Origin`, if there is one, too.
"""

import asyncio
import logging
import shlex
import socket
import sys
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalog.errors import InputError

__all__ = ["command_line", "is_own", "serve"]

HOST = "127.0.0.1"
_GOING_AWAY = 1001
"""What a closed connection is told (RFC 6455, 7.4.1)."""
_PATIENCE = 3.0
"""Seconds that web browsers have to agree to that."""
_POLICY = (
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:*; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'"
)
"""Nothing is loaded from elsewhere (the page of textual-serve asks for a font), nobody may put the page in a frame."""


def serve(arguments: list[str], port: int, *, open_browser: bool) -> None:
    """Serve until interrupted; each tab gets an app of its own, which ends with it.

    Args:
        arguments: What to give ``modelcat browse``, without ``--web``.
        port: TCP port; 0 picks a free one.
        open_browser: Whether to open a tab.

    Raises:
        InputError: textual-serve is not installed, or the port is taken.
    """
    try:
        from textual_serve.server import Server
    except ImportError as error:
        raise InputError("browse --web needs textual-serve: pip install 'modelcat[web]'") from error
    chosen, tabs = _usable(port), _Tabs()

    class Loopback(Server):
        """A server that answers its own page alone, and keeps quiet."""

        def initialize_logging(self) -> None:
            """Log warnings only."""
            logging.basicConfig(level="WARNING", format="modelcat: %(message)s")

        async def on_startup(self, app: Any) -> None:
            """Print no banner."""

        async def _process_messages(self, websocket: Any, app_service: Any) -> None:
            with tabs.opened(websocket):
                await super()._process_messages(websocket, app_service)

        async def on_shutdown(self, _: Any) -> None:
            """End the apps of the tabs: aiohttp would wait a minute for them."""
            await tabs.close()

        async def _make_app(self) -> Any:
            app = await super()._make_app()
            _restrict(app, chosen)
            return app

    url = f"http://{HOST}:{chosen}"
    sys.stderr.write(f"modelcat is shown at {url}, for this machine alone; Ctrl+C ends it\n")
    sys.stderr.flush()
    if open_browser:
        webbrowser.open(url)
    Loopback(command_line(arguments), host=HOST, port=chosen, title="modelcat").serve()


def _restrict(app: Any, port: int) -> None:
    """Have an application of aiohttp answer its own page alone, and load nothing from elsewhere."""
    from aiohttp import web

    @web.middleware
    async def own_only(request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        if not is_own(request.headers.get("Host"), request.headers.get("Origin"), port):
            raise web.HTTPForbidden(text="this page is for its own address alone")
        return await handler(request)

    async def add_policy(_: Any, response: Any) -> None:
        response.headers["Content-Security-Policy"] = _POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"

    app.middlewares.append(own_only)
    app.on_response_prepare.append(add_policy)


class _Tabs:
    """The connections that are open; closing one ends its app."""

    def __init__(self) -> None:
        self._open: set[Any] = set()

    @contextmanager
    def opened(self, connection: Any) -> Iterator[None]:
        """Count a connection among them, while the block lasts."""
        self._open.add(connection)
        try:
            yield
        finally:
            self._open.discard(connection)

    async def close(self) -> None:
        """Close them all, whether or not the web browsers agree."""
        closing = [asyncio.ensure_future(one.close(code=_GOING_AWAY)) for one in self._open]
        if closing:
            await asyncio.wait(closing, timeout=_PATIENCE)


def command_line(arguments: list[str]) -> str:
    """Return the shell command that starts the app for one tab: this very modelcat, whatever PATH says."""
    return shlex.join([sys.executable, str(Path(sys.argv[0]).resolve()), "browse", *arguments])


def is_own(host: str | None, origin: str | None, port: int) -> bool:
    """Tell whether a request comes from our own page or from no page at all."""
    names = {f"{name}:{port}" for name in (HOST, "localhost")}
    return host in names and (origin is None or origin in {f"http://{name}" for name in names})


def _usable(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError) as error:
            raise InputError(f"port {port} of {HOST} cannot be used ({error}): --port picks another") from error
        return int(probe.getsockname()[1])

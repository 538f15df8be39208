"""The server behind `modelcat browse --web`: the pages, the connections to apps, and access control."""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import aiohttp_jinja2
import jinja2
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from textual_serve.server import Server

from runner.presentation.language import Language
from runner.tui.web.access import HOST, Access
from runner.tui.web.app_process import AppProcess
from runner.tui.web.cells import cells
from runner.tui.web.connections import REQUEST_SECONDS, Connections
from runner.tui.web.pages import RETRY_SECONDS, let_in_page, refused_page, too_many_page
from runner.tui.web.relay import relay

__all__ = ["MOST_APPS", "WebServer"]

MOST_APPS = 8
"""Most apps at a time: each is a process of 50 to 100 MB."""
_MOST_BYTES = 1 << 20
"""Most bytes of one message from a page; the longest is pasted text."""
_PATIENCE = 3.0
"""Seconds for web browsers to confirm the end of a connection."""
_GOING_AWAY, _TRY_LATER = 1001, 1013
"""The reason to close a connection (RFC 6455, 7.4.1)."""


class WebServer(Server):
    """Serves apps to tabs: only for its own page, only to admitted web browsers, and only a limited number.

    Args:
        command: Program and arguments of an app.
        port: TCP port of the socket that `run` receives.
        access: The access control.
        language: Language of the server's own pages.
    """

    def __init__(self, command: Sequence[str], port: int, access: Access, language: Language) -> None:
        super().__init__("", host=HOST, port=port, title="modelcat", public_url=access.address)
        self._command, self._access, self._language = command, access, language
        self._apps: set[AppProcess] = set()
        self._pages: set[web.WebSocketResponse] = set()
        self._connections: Connections | None = None

    async def run(self, listening: socket.socket, on_ready: Callable[[], None]) -> None:
        """Serve until SIGINT, SIGTERM or SIGHUP, and end all apps. A second signal ends at once.

        Args:
            listening: A socket bound to the port.
            on_ready: Called once connections are accepted.
        """
        logging.basicConfig(level="WARNING", format="modelcat: %(message)s")
        logging.getLogger("aiohttp.server").addFilter(_is_ours)
        runner = web.AppRunner(
            await self._make_app(),
            access_log=None,
            keepalive_timeout=REQUEST_SECONDS,
            shutdown_timeout=_PATIENCE,
            lingering_time=1.0,
        )
        await runner.setup()
        assert runner.server is not None
        self._connections = Connections(runner.server)
        ended = asyncio.Event()
        self._listen_to_signals(ended)
        accepting = await asyncio.get_running_loop().create_server(self._connections, sock=listening)
        try:
            on_ready()
            await ended.wait()
        finally:
            accepting.close()
            try:
                await self._end_apps()
                await runner.cleanup()
            finally:
                for app in self._apps:
                    app.kill()

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Start the app of a tab, and connect the two until one of them ends."""
        if len(self._apps) >= MOST_APPS:
            raise web.HTTPServiceUnavailable(text="too many tabs", headers={"Retry-After": str(RETRY_SECONDS)})
        page = web.WebSocketResponse(heartbeat=15, timeout=_PATIENCE, max_msg_size=_MOST_BYTES, compress=False)
        app = AppProcess(self._command, page, self.download_manager)
        self._apps.add(app)
        self._pages.add(page)
        try:
            await page.prepare(request)
            await app.start(_size_in(request, "width", 80), _size_in(request, "height", 24))
            await app.until_it_ends(relay(page, app))
        except (TimeoutError, ConnectionError):
            pass  # the app accepts no input any more, or the page is gone
        except OSError as error:
            logging.getLogger("modelcat").warning("the app of a tab cannot be started: %s", error.strerror)
            await page.close(code=_TRY_LATER)
        finally:
            self._pages.discard(page)
            await app.stop()
            self._apps.discard(app)
        return page

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """Return the page of an app, or the reason why there is none."""
        if len(self._apps) >= MOST_APPS:
            text = too_many_page(self._language, MOST_APPS)
            return _html(text, status=503, headers={"Retry-After": str(RETRY_SECONDS)})
        page: web.StreamResponse = await super().handle_index(request)
        return page

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        aiohttp_jinja2.setup(app, loader=jinja2.FileSystemLoader(self.templates_path))
        app.router.add_get("/", self.handle_index, name="index")
        app.router.add_get("/ws", self.handle_websocket, name="websocket", allow_head=False)
        app.router.add_get("/download/{key}", self.handle_download, name="download", allow_head=False)
        app.router.add_static("/static", self.statics_path, name="static")
        app.on_response_prepare.append(self._add_policy)
        return app

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Answer only the server's own page, and only admitted web browsers."""
        hosts, origins = request.headers.getall("Host", []), request.headers.getall("Origin", [])
        if len(hosts) != 1:
            raise web.HTTPBadRequest(text="a request names one Host")
        if not self._access.is_own(hosts[0], origins):
            raise web.HTTPForbidden(text="this page is for its own address alone")
        if request.method not in {"GET", "HEAD"}:
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "HEAD"])
        if request.path == "/" and self._access.is_alias(hosts[0]):
            raise web.HTTPTemporaryRedirect(f"{self._access.address}{request.rel_url}")
        knows = self._access.knows(request.cookies.get(self._access.cookie_name))
        token = request.query.get("token") if request.path == "/" and request.method == "GET" else None
        if token is not None and (knows or self._access.redeem(token)):
            return self._let_in()
        if not knows:
            return _html(refused_page(self._language), status=403)
        assert self._connections is not None
        self._connections.prediction_service.add(request.protocol)
        try:
            return await handler(request)
        except ConnectionError:
            raise
        except OSError as error:  # a path that no file can have
            raise web.HTTPNotFound from error
        finally:
            self._connections.prediction_service.discard(request.protocol)

    def _let_in(self) -> web.Response:
        response = _html(let_in_page(self._language, self._access.address + "/"))
        response.set_cookie(self._access.cookie_name, self._access.cookie, httponly=True, samesite="Strict")
        return response

    async def _add_policy(self, request: web.Request, response: web.StreamResponse) -> None:
        own = self._access.address
        response.headers.update(
            {
                # Nothing is loaded from other hosts (the page of textual-serve requests a font), and no page may
                # embed this one in a frame.
                "Content-Security-Policy": f"default-src 'self'; connect-src 'self' {own.replace('http', 'ws', 1)}; "
                "style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; img-src 'self' data:; "
                "font-src 'self' data:; frame-ancestors 'none'",
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",  # an address may hold a token
                "Cross-Origin-Opener-Policy": "same-origin",
                "Cross-Origin-Resource-Policy": "same-origin",
            }
        )
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"

    def _listen_to_signals(self, ended: asyncio.Event) -> None:
        def end() -> None:
            if ended.is_set():
                for app in self._apps:
                    app.kill()
            ended.set()

        detached = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # started by nohup
        for number in (signal.SIGINT, signal.SIGTERM, *([] if detached else [signal.SIGHUP])):
            asyncio.get_running_loop().add_signal_handler(number, end)

    async def _end_apps(self) -> None:
        """End all apps at once, whether or not their web browsers confirm."""
        ending = [page.close(code=_GOING_AWAY) for page in self._pages] + [app.stop() for app in self._apps]
        results: list[Any] = await asyncio.gather(*ending, return_exceptions=True)
        for error in results:
            if isinstance(error, Exception) and not isinstance(error, ConnectionError | RuntimeError):
                raise error


def _size_in(request: web.Request, name: str, default: int) -> int:
    """Return the size that a page requests in its URL."""
    with suppress(ValueError):
        return cells(float(request.query.get(name, "")), default)
    return default


def _html(text: str, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(text=text, status=status, content_type="text/html", headers=headers)


def _is_ours(record: logging.LogRecord) -> bool:
    """Return whether to log a record: only faults of the server, not invalid requests."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError | web.RequestPayloadError)

"""The app of one browser tab: a process in its own group, which ends with the tab and with the server."""

import asyncio
import os
import signal
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from functools import partial

from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from runner.engine.processes import end_with_parent, limit_memory

__all__ = ["AppProcess"]

_DRIVER = "runner.tui.web.driver:BoundedWebDriver"
_GRACE = 3.0
"""Seconds that an app has to end by itself."""


class AppProcess(AppService):
    """The app of one tab.

    Args:
        command: Program and arguments.
        page: The connection that shows the app; it is closed when the app has ended.
        downloads: Downloads of the server.
    """

    def __init__(self, command: Sequence[str], page: web.WebSocketResponse, downloads: DownloadManager) -> None:
        async def close() -> None:
            await page.close()

        super().__init__(
            "", write_bytes=page.send_bytes, write_str=page.send_str, close=close, download_manager=downloads
        )
        self._arguments = command
        self._ending: asyncio.Task[None] | None = None

    async def until_it_ends(self, relaying: Coroutine[None, None, None]) -> None:
        """Run a task until it is done or the app ends."""
        assert self._task is not None, "start it first"
        doing = asyncio.ensure_future(relaying)
        try:
            await asyncio.wait({doing, self._task}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            doing.cancel()
        with suppress(asyncio.CancelledError):
            await doing

    async def stop(self) -> None:
        """End the app and all processes that it has started: by request, and after `_GRACE` seconds by force."""
        if self._process is not None:
            self._ending = self._ending or asyncio.create_task(self._end())
            await asyncio.shield(self._ending)

    def kill(self) -> None:
        """End the app and all processes that it has started, at once."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    async def run(self) -> None:
        """Forward the app's output until it ends; then close the page, which offers a new app."""
        try:
            await super().run()
        finally:
            with suppress(ConnectionError, RuntimeError):
                await self.remote_close()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        return {**super()._build_environment(width, height), "TEXTUAL_DRIVER": _DRIVER}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,  # Ctrl+C is for the server, and processes that the app starts end with its group
            preexec_fn=partial(_bound, os.getpid()),
        )
        self._stdin = self._process.stdin
        return self._process

    async def _end(self) -> None:
        assert self._process is not None
        await self._download_manager.cancel_app_downloads(app_service_id=self.app_service_id)
        with suppress(OSError, RuntimeError):
            self.stdin.write(self.encode_packet(b"M", b'{"type": "quit"}'))  # not drained: the app may read no more
            self.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), _GRACE)
        self.kill()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task], timeout=_GRACE)
        await self._process.wait()


def _bound(server: int) -> None:
    """Limit the process of an app before its program starts."""
    end_with_parent(server)
    limit_memory()

"""The terminal of an app in a web browser: Textual's own, with limits on its input.

Input from a page becomes messages in unbounded queues, so reading waits until the app has caught up, and the page
waits too. A size in an escape sequence has the same limits as any other.
"""

import asyncio
import time
from concurrent.futures import wait
from contextlib import suppress
from threading import current_thread

from textual import events, messages
from textual.drivers.web_driver import WebDriver
from textual.geometry import Size
from textual.message import Message

from runner.tui.web.cells import cells

__all__ = ["BoundedWebDriver"]

_MOST_WAITING = 256
"""Most messages in the queues of app, screen and focused widget; a key takes the app a millisecond."""
_PAUSE, _PATIENCE = 0.01, 0.1
"""Seconds between two checks of the queues, and of whether the app ends."""
_DEFAULT = Size(80, 24)


class BoundedWebDriver(WebDriver):
    """Textual's driver for web browsers, with limits; the app ends when its server is gone."""

    def send_message(self, message: Message) -> None:
        """Send a message to the app, once it has handled earlier ones."""
        if isinstance(message, events.Resize):
            size = _bounded(message.size.width, message.size.height)
            message = events.Resize(size, size, pixel_size=message.pixel_size)
        if current_thread() is not self._key_thread:
            super().send_message(message)
            return
        sent = asyncio.run_coroutine_threadsafe(self._app._post_message(message), loop=self._loop)  # noqa: SLF001
        while not self.exit_event.is_set() and wait([sent], timeout=_PATIENCE).not_done:
            pass
        while not self.exit_event.is_set() and self._waiting() > _MOST_WAITING:
            time.sleep(_PAUSE)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Handle a packet of the server; a size becomes a message like all others."""
        if packet_type == "resize":
            size = _bounded(payload.get("width"), payload.get("height"))
            self._size = size
            self.send_message(events.Resize(size, size))
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        """Read until the server is gone, and then end the app: no keys can arrive any more."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            with suppress(RuntimeError):  # the app's loop has ended
                self._loop.call_soon_threadsafe(self._app.post_message, messages.ExitApp())

    def _waiting(self) -> int:
        screens = self._app.screen_stack[-1:]
        widgets = [screen.focused for screen in screens if screen.focused is not None]
        return sum(pump.message_queue_size for pump in (self._app, *screens, *widgets))


def _bounded(width: object, height: object) -> Size:
    return Size(cells(width, _DEFAULT.width), cells(height, _DEFAULT.height))

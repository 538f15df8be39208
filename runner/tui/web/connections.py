"""Bounds on connections: each has seconds for a request, and of those that serve no app there are only so many."""

from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

__all__ = ["MOST_WAITING", "REQUEST_SECONDS", "Connections"]

REQUEST_SECONDS = 10.0
"""What a connection has to send its request whole, the next one too; aiohttp closes it then."""
MOST_WAITING = 128


class Connections:
    """Makes the protocol of each connection that is accepted; closes the oldest where there are too many.

    The newest is let in and not refused: whoever keeps connections open without a word cannot keep a page out.

    Args:
        server: Of aiohttp, whose connections they are.

    Attributes:
        serving: Those that serve an app, which are not closed.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.serving: set[RequestHandler] = set()

    def __call__(self) -> RequestHandler:
        """Return the protocol of a new connection."""
        waiting = [one for one in self._server.connections if one.transport is not None and one not in self.serving]
        for oldest in waiting[: len(waiting) + 1 - MOST_WAITING]:
            oldest.force_close()
        return self._server()

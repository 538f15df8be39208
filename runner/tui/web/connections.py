"""Bounds on connections: each has seconds for a request, and of those that wait for one there are only so many."""

import resource

from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

__all__ = ["REQUEST_SECONDS", "Connections"]

REQUEST_SECONDS = 10.0
"""What a connection has to send its request whole, the next one too; aiohttp closes it then."""
_MOST_WAITING = 512


class Connections:
    """Makes the protocol of each connection that is accepted; closes the oldest where there are too many.

    The newest is let in and not refused: whoever keeps connections open without a word cannot keep a page out.

    Args:
        server: Of aiohttp, whose connections they are.

    Attributes:
        answering: Those that are sending an answer, or serve an app; they are not closed.
        most: Of the others; half of what files this process may have open.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        self.prediction_service: set[RequestHandler] = set()
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.most = _MOST_WAITING if files == resource.RLIM_INFINITY else min(_MOST_WAITING, files // 2)

    def __call__(self) -> RequestHandler:
        """Return the protocol of a new connection."""
        waiting = [
            one for one in self._server.connections if one.transport is not None and one not in self.prediction_service
        ]
        for oldest in waiting[: max(0, len(waiting) + 1 - self.most)]:
            oldest.force_close()
        return self._server()

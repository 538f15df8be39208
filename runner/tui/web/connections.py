"""Limits of connections: each has some seconds for a request, and the number of waiting ones is bounded."""

import resource

from aiohttp.web_protocol import RequestHandler
from aiohttp.web_server import Server

__all__ = ["REQUEST_SECONDS", "Connections"]

REQUEST_SECONDS = 10.0
"""Seconds that a connection has to send a whole request, also the next one; aiohttp then closes it."""
_MOST_WAITING = 512


class Connections:
    """Makes the protocol of each accepted connection; closes the oldest if there are too many.

    The newest is accepted, never refused: a client that keeps idle connections open cannot lock out a page.

    Args:
        server: The server of aiohttp that has the connections.

    Attributes:
        answering: Connections that send an answer or serve an app; they are not closed.
        most: Most other connections; half of this process's limit of open files.
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

"""Who may use the server: web browsers that a person of this account has let in, on our own page alone.

Any web page may open a connection to a port of one's own machine, and a name of its own may lead there; any account of
the machine may, too. So requests are answered only where `Host` names this server and `Origin`, if there is one, too,
and only with a cookie, which is given for a token. The token is in the URL that is printed in the person's terminal; it
lets one web browser in, and the next one is printed then.
"""

import secrets
from collections.abc import Callable, Sequence
from hmac import compare_digest

__all__ = ["HOST", "Access"]

HOST = "127.0.0.1"
_TOKEN_BYTES = 32


class Access:
    """Token and cookie of a server.

    Args:
        port: TCP port of the server.
        on_next: Is given the URL for the next web browser whenever one has been let in.

    Attributes:
        address: Scheme, host and port, as the page has them.
        cookie_name: Differs by port: web browsers send a cookie to all ports of a host.
        cookie: Value of the cookie, the same for all web browsers that are let in.
    """

    def __init__(self, port: int, on_next: Callable[[str], None]) -> None:
        ports = [f":{port}", *([""] if port == 80 else [])]  # web browsers leave out the port of the scheme
        self.address = f"http://{HOST}{ports[-1]}"
        self.cookie_name, self.cookie = f"modelcat-{port}", secrets.token_urlsafe(_TOKEN_BYTES)
        self._aliases = {f"localhost{port}" for port in ports}
        self._hosts = {f"{HOST}{port}" for port in ports} | self._aliases
        self._on_next, self._token = on_next, secrets.token_urlsafe(_TOKEN_BYTES)

    @property
    def url(self) -> str:
        """The address with the token for the next web browser."""
        return f"{self.address}/?token={self._token}"

    def is_own(self, host: str, origins: Sequence[str]) -> bool:
        """Return whether a request comes from our own page, or from no page at all."""
        return host in self._hosts and all(origin.removeprefix("http://") in self._hosts for origin in origins)

    def is_alias(self, host: str) -> bool:
        """Return whether a host is ours by another name, to which the web browser sends no cookie of ours."""
        return host in self._aliases

    def knows(self, cookie: str | None) -> bool:
        """Return whether a cookie is ours."""
        return _same(cookie or "", self.cookie)

    def redeem(self, token: str) -> bool:
        """Return whether a token lets a web browser in; one that has is worth nothing afterwards."""
        if not _same(token, self._token):
            return False
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._on_next(self.url)
        return True


def _same(given: str, secret: str) -> bool:
    """Compare in a time that tells nothing of the secret."""
    return compare_digest(given.encode("utf-8", "backslashreplace"), secret.encode())

"""Access to the server: only for web browsers that the user of this account has admitted, only from the server's page.

Any web page may open a connection to a port of the user's machine, even by a host name of its own; so may any account
of the machine. So requests are answered only where `Host` names this server and `Origin`, if there is one, too,
and only with a cookie, which the server sets for a token. The token is in the URL printed in the user's terminal; it
admits one web browser, and then the next token is printed.
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
        on_next: Receives the URL for the next web browser after each admission.

    Attributes:
        address: Scheme, host and port of the page.
        cookie_name: Name of the cookie, with the port: web browsers send a cookie to all ports of a host.
        cookie: Value of the cookie, the same for all admitted web browsers.
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
        """Return whether a request comes from the server's own page, or from no page."""
        return host in self._hosts and all(origin.removeprefix("http://") in self._hosts for origin in origins)

    def is_alias(self, host: str) -> bool:
        """Return whether a host is this server by another name, to which the web browser does not send the cookie."""
        return host in self._aliases

    def knows(self, cookie: str | None) -> bool:
        """Return whether a cookie is the server's."""
        return _same(cookie or "", self.cookie)

    def redeem(self, token: str) -> bool:
        """Return whether a token admits a web browser; a token is valid once."""
        if not _same(token, self._token):
            return False
        self._token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._on_next(self.url)
        return True


def _same(given: str, secret: str) -> bool:
    """Compare in a time that reveals nothing about the secret."""
    return compare_digest(given.encode("utf-8", "backslashreplace"), secret.encode())

"""Storage URLs: which database they name, and how to show one without its password."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from catalog.errors import InputError

if TYPE_CHECKING:  # a URL can be passed around by commands that never open a database
    from sqlalchemy.engine import URL

__all__ = ["DEFAULT_URL", "StorageUrl", "redact", "studies_folder"]

DEFAULT_URL = "sqlite:///studies.db"
ALLOWED = "sqlite:///FILE (such as sqlite:///studies.db) or postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"


@dataclass(frozen=True, slots=True, repr=False)
class StorageUrl:
    """A checked storage URL; `str()` of it is safe to show.

    Attributes:
        url: As SQLAlchemy takes it. It holds the password: show `str(...)` instead.
        path: The SQLite file, absolute, so that a later change of the working directory does no harm; None for a
            server.
    """

    url: "URL"
    path: Path | None

    @classmethod
    def parse(cls, text: str) -> "StorageUrl":
        """Read and check a URL; nothing is opened or made.

        Raises:
            InputError: It is malformed, or names a kind of database that modelcat does not support.
        """
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        try:
            url = make_url(text)
        except (ArgumentError, ValueError) as error:
            raise InputError(f"{redact(text)!r} is not a storage URL: expected {ALLOWED}") from error
        if url.get_backend_name() == "postgresql":
            if "@" in (url.host or ""):
                raise InputError(f"{redact(text)}: write an @ inside user name or password as %40")
            return cls(url, None)
        if url.drivername not in {"sqlite", "sqlite+pysqlite"}:
            raise InputError(f"{redact(text)}: studies are not kept in {url.drivername}: expected {ALLOWED}")
        name = url.database or ""
        if not name or name.startswith((":memory:", "file:")) or "\0" in name or url.host or url.query:
            raise InputError(f"{redact(text)}: studies need a plain file, without options: expected {ALLOWED}")
        path = Path(name).absolute()
        return cls(url.set(drivername="sqlite", database=str(path)), path)

    def __str__(self) -> str:
        return redact(self.url.render_as_string(hide_password=False)) if self.path is None else f"sqlite:///{self.path}"

    __repr__ = __str__

    def revealed(self) -> str:
        """Return the URL as text that `parse` reads again, in any folder. It holds the password."""
        return self.url.render_as_string(hide_password=False)

    def for_optuna(self) -> str:
        """Return the URL as text for `RDBStorage`, which passes it through `str.format`. It holds the password."""
        return self.revealed().replace("{", "{{").replace("}", "}}")

    def without_secrets(self, text: str) -> str:
        """Return the message of a driver or server with this URL's passwords masked, however they are written there."""
        options = (value for name, value in self.url.query.items() if "pass" in name.lower())
        secrets = [str(secret) for secret in (self.url.password, *options) if secret]
        for secret in sorted({form for each in secrets for form in (each, quote(each, safe=""), quote(each))}, key=len):
            text = text.replace(secret, "***")
        return text

    @property
    def studies(self) -> Path:
        """Folder of the files of all studies: next to the SQLite file, else in the working directory."""
        return (self.path.parent if self.path else Path.cwd()) / "studies"


def studies_folder(url: str) -> Path:
    """Return the folder of the files of studies; see `StorageUrl.studies`."""
    return StorageUrl.parse(url).studies


def redact(text: str) -> str:
    """Return `text` with passwords masked, whether or not it is a well-formed URL."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        # Nothing shows where a password would be, unless there is no place for one at all.
        return text if "@" not in text and "password" not in text.lower() else "***"
    # The last @ ends the password: the end of a password that holds an @ or a / must not be shown.
    credentials, at, place = rest.rpartition("@")
    if ":" in credentials or "?" in credentials:
        credentials = re.split("[:?]", credentials)[0] + ":***"
    address, question, query = place.partition("?")
    options = "&".join(_masked(option) for option in query.split("&"))
    return f"{scheme}://{credentials}{at}{address}{question}{options}"


def _masked(option: str) -> str:
    name, equals, value = option.partition("=")
    return f"{name}{equals}***" if "pass" in name.lower() else f"{name}{equals}{value}"

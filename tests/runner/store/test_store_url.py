"""Storage URLs: what is accepted, and that passwords are never shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import InputError
from runner.store.url import StorageUrl, redact, studies_folder


def test_sqlite_path_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative file is bound to the folder in which the URL was read."""
    monkeypatch.chdir(tmp_path)
    assert StorageUrl.parse("sqlite:///a/studies.db").path == tmp_path / "a" / "studies.db"


def test_studies_folder_lies_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of studies are next to a SQLite file, and in the working directory for a server."""
    assert studies_folder(f"sqlite:///{tmp_path}/x.db") == tmp_path / "studies"
    monkeypatch.chdir(tmp_path)
    assert studies_folder("postgresql+psycopg://me@host/db") == tmp_path / "studies"


@pytest.mark.parametrize(
    "text",
    [
        "studies.db",
        "",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file:x.db?uri=true",
        "sqlite:///x.db?mode=ro",
        "sqlite://host/x.db",
        "sqlite+aiosqlite:///x.db",
        "mysql://me:secret@host/db",
        "postgresql://me:sec@secret@host/db",
        "postgresql://me:secret@host:port/db",
        "postgresql:/me:secret@host/db",
    ],
)
def test_unusable_urls_are_refused(text: str) -> None:
    """What cannot be used is refused as bad input, without its password."""
    with pytest.raises(InputError) as caught:
        StorageUrl.parse(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql+psycopg://me:secret@host:5432/db", "postgresql+psycopg://me:***@host:5432/db"),
        (
            "postgresql://me@host/db?password=secret&sslmode=require",
            "postgresql://me@host/db?password=***&sslmode=require",
        ),
        ("postgresql://me:se/cr?et@secret@host/db", "postgresql://me:***@host/db"),
        ("sqlite:////a/b.db", "sqlite:////a/b.db"),
        ("no url at all", "no url at all"),
        ("me:secret@host", "***"),
    ],
)
def test_redact(text: str, shown: str) -> None:
    """Passwords are masked wherever they stand, in broken URLs too."""
    assert redact(text) == shown


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1))
def test_no_part_of_a_password_is_shown(tail: str) -> None:
    """However odd a password is, none of it is shown."""
    assert "HIDDEN" not in redact(f"postgresql://me:HIDDEN{tail}HIDDEN@host/db")


def test_text_of_a_url_hides_the_password() -> None:
    """`str` and `repr` of a parsed URL are safe to show."""
    url = StorageUrl.parse("postgresql+psycopg://me:s3cret@host/db")
    assert "s3cret" not in f"{url} {url!r}"
    assert "s3cret" in url.for_optuna()

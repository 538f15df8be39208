"""Files that a name from outside leads to: regular ones only, and no more than a limit is read."""

import os
import threading
from pathlib import Path

import pytest
from special_files import SPECIAL, put_special

from catalog.errors import SpecError
from catalog.files import SpecialFileError, open_regular, read_limited
from catalog.strict_json import read

pytestmark = pytest.mark.timeout(20)


@pytest.mark.parametrize("kind", SPECIAL)
def test_what_is_no_file_is_refused_at_once(kind: str, tmp_path: Path) -> None:
    """Pipes, sockets, devices, folders, circles and links to nowhere are refused by all that opens files."""
    path = tmp_path / "x"
    put_special(path, kind)
    with pytest.raises(OSError):  # noqa: PT011 -- its number depends on the kind
        read_limited(path, 100)
    if kind != "/proc/self/mem":
        with pytest.raises(OSError):  # noqa: PT011
            open_regular(path)
    with pytest.raises(SpecError):
        read(path)


@pytest.mark.parametrize("opening", [open_regular, lambda path: read_limited(path, 100), read])
def test_a_name_that_another_takes_meanwhile_is_not_waited_for(
    opening: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is replaced by a pipe between look-up and opening is refused too."""
    path, pipe = tmp_path / "x", tmp_path / "pipe"
    path.write_text("{}")
    os.mkfifo(pipe)
    given = os.open
    monkeypatch.setattr("os.open", lambda _, *rest, **named: given(pipe, *rest, **named))
    with pytest.raises((SpecialFileError, SpecError), match="a pipe"):
        opening(path)  # type: ignore[operator]


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    """A file of the greatest size is read, one that is a byte longer is refused, whatever its size is said to be."""
    path = tmp_path / "x"
    path.write_bytes(b"a" * 100)
    assert read_limited(path, 100) == b"a" * 100
    with pytest.raises(SpecialFileError, match="larger than 99 bytes"):
        read_limited(path, 99)
    assert b"Name" in read_limited(Path("/proc/self/status"), 1 << 16)
    with pytest.raises(SpecialFileError, match="larger than 10 bytes"):
        read_limited(Path("/proc/self/status"), 10)


def test_a_file_that_grows_while_it_is_read_ends(tmp_path: Path) -> None:
    """A file that another process writes to without end is refused at the limit."""
    path = tmp_path / "x"
    path.write_bytes(b"a" * 1000)
    ended = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not ended.is_set() and path.stat().st_size < 1 << 28:
                file.write(b"a" * (1 << 20))

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        while path.stat().st_size <= 1 << 22:
            pass
        with pytest.raises(SpecialFileError, match="larger"):
            read_limited(path, 1 << 22)
    finally:
        ended.set()
        thread.join()


def test_a_pipe_in_the_place_of_a_spec_says_what_to_do(tmp_path: Path) -> None:
    """A pipe such as ``<(...)`` of a shell or ``/dev/stdin`` is refused: the data of a spec are next to its file."""
    ours, theirs = os.pipe()
    try:
        with pytest.raises(SpecError, match=r"not a regular file \(it is a pipe.*write the spec into a file"):
            read(Path(f"/dev/fd/{ours}"))
    finally:
        os.close(ours)
        os.close(theirs)

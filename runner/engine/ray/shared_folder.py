"""Proves that nodes share the coordinator's folder: tokens are written on one side and read on the other."""

import secrets
import shutil
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from catalog.errors import InputError

__all__ = ["SharedFolderCheck"]

_PATIENCE = 10.0


class SharedFolderCheck:
    """A folder in the shared one where nodes answer, from `open` to `close`; it may be opened again.

    Args:
        shared: Folder of the studies; made if it does not exist.
        files: Files that every node must see.
    """

    def __init__(self, shared: Path, files: Iterable[Path]) -> None:
        self.token = secrets.token_hex(16)
        self.shared = shared.absolute()
        self.folder = self.shared / f".cluster-{self.token[:12]}"
        self._files = list(files)

    @property
    def files(self) -> dict[str, int]:
        """The files, with their sizes in bytes; a missing file is reported when it is read."""
        return {str(path.absolute()): path.stat().st_size for path in self._files if path.is_file()}

    def open(self) -> None:
        """Write the coordinator's token.

        Raises:
            InputError: The folder cannot be written.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / "coordinator").write_text(self.token)
        except OSError as error:
            raise InputError(f"{self.shared} cannot be written: {error.strerror}") from error

    def answered(self, node: str) -> bool:
        """Return whether the answer of `node` has arrived; its file may take a moment to appear here."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError):
                if (self.folder / node).read_text() == self.token:
                    return True
            time.sleep(0.2)
        return False

    def close(self) -> None:
        """Remove what was written, and the shared folder itself if it is empty then."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            self.shared.rmdir()

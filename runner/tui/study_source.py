"""`StudySource`: reads studies and writes requests for the screens. It never blocks the screen.

Each call runs in a daemon thread, so that a slow database delays neither keys nor quitting. Reading is
one short transaction (`runner.store`), which does not disturb running studies.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from catalog.errors import StoreError
from runner.environment import is_debugging

if TYPE_CHECKING:
    from runner.store.store import Store
    from runner.study.workspace import Workspace

__all__ = ["StudySource", "in_thread"]

Kind = TypeVar("Kind")

_TRUSTED = 10.0
"""Seconds after which an open database is checked again."""


async def in_thread(work: Callable[[], Kind]) -> Kind:
    """Run `work` in a daemon thread and return its result, or raise its error. Cancelling does not stop the thread."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Kind] = loop.create_future()

    def deliver(set_it: Callable[[], None]) -> None:
        if not future.done():
            set_it()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 -- the awaiting task raises it
            raised = error
            with suppress(RuntimeError):  # the app has ended meanwhile
                loop.call_soon_threadsafe(deliver, lambda: future.set_exception(raised))
        else:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(deliver, lambda: future.set_result(result))

    threading.Thread(target=run, daemon=True, name="modelcat-tui").start()
    return await future


class StudySource:
    """The screens' access to the store.

    Args:
        storage: Database URL; None: as in the settings.
    """

    def __init__(self, storage: str | None = None) -> None:
        self._storage = storage
        self._store: Store | None = None
        self._seen = False
        self._opened_at = 0.0
        self._gate = threading.Lock()

    @property
    def storage(self) -> str:
        """The database's URL with its password: show it through `runner.store.url.redact`."""
        if self._storage is None:
            from runner.settings import read_settings

            self._storage = read_settings().storage
        return self._storage

    @property
    def folder(self) -> Path:
        """The folder with the studies' own folders."""
        from runner.store.url import studies_folder

        return studies_folder(self.storage)

    def folder_of(self, study: str) -> Path:
        """Return the folder of one study's files.

        Raises:
            InputError: The name in the database leads to another folder.
        """
        from runner.store.files import study_folder

        return study_folder(self.folder, study)

    @property
    def workspace(self) -> "Workspace":
        """The workspace of the studies, for functions that start or find workers."""
        from runner.study.workspace import Workspace

        return Workspace(self.storage, self.folder, self.cache, 1, debug=is_debugging())

    async def attended(self) -> bool:
        """Return whether a worker of this machine serves the queue."""

        def look() -> bool:
            from runner.study.workers import running_worker

            return running_worker(self.workspace) is not None

        return await in_thread(look)

    @property
    def cache(self) -> Path:
        """The folder of the cache, drafts included; it does not depend on the storage."""
        from runner.settings import read_settings

        return read_settings().cache

    async def read(self, question: "Callable[[Store], Kind]", absent: Kind) -> Kind:
        """Read from the store; return `absent` if there is no database yet. Creates nothing.

        Raises:
            ModelcatError: The database cannot be used, or there is no such study; the message says what to do.
        """
        return await in_thread(lambda: self._answer(question, absent))

    async def request(self, wish: "Callable[[Store], Kind]") -> Kind:
        """Write a request: stop, resume, title, notes, delete; raises as `read` does, also if there is no database."""
        return await in_thread(lambda: wish(self._opened()))

    def _answer(self, question: "Callable[[Store], Kind]", absent: Kind) -> Kind:
        from runner.store.store import Store

        self._poll_again()
        if self._store is None and not Store.exists(self.storage):
            if self._seen:
                raise self._removed()
            return absent
        return self._guarded(question)

    def _opened(self) -> "Store":
        from runner.store.store import Store

        with self._gate:
            if self._store is None:
                self._store = Store.open(self.storage, create=False)
                self._seen = True
                self._opened_at = time.monotonic()
            return self._store

    def _poll_again(self) -> None:
        """Open the store again from time to time: another modelcat may have upgraded or replaced the database."""
        with self._gate:
            if self._store is not None and time.monotonic() - self._opened_at > _TRUSTED:
                self._store.close()
                self._store = None

    def _guarded(self, question: "Callable[[Store], Kind]") -> Kind:
        from runner.store.store import Store

        try:
            return question(self._opened())
        except StoreError as error:
            with self._gate:
                self._store = None  # the next read opens the current database
            if self._seen and not Store.exists(self.storage):
                raise self._removed() from error
            raise

    def _removed(self) -> StoreError:
        from runner.store.url import redact

        return StoreError(
            f"{redact(self.storage)} was removed while it was open: put it back, or leave and start where it is now"
        )

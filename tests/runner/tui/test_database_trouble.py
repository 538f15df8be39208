"""A database that cannot be used: every place says so and what to do, keys are answered, and it comes back."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from sample_store import WHOLE

from runner.store.schema import REVISIONS
from runner.tui import base_screen
from runner.tui.base_screen import BaseScreen
from runner.tui.dialogs.about import AboutDialog
from runner.tui.navigation import OpenStudy
from runner.tui.screens.trial import TrialScreen
from runner.tui.widgets.virtual_table import VirtualTable


@pytest.fixture
def database(sample_store, tmp_path):
    """Return the file of the sample store's database, of which a copy lies next to it."""
    path = Path(sample_store.removeprefix("sqlite:///"))
    shutil.copy(path, tmp_path / "kept.db")
    return path


def foreign(path):
    """Put another program's database in its place."""
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "x\x1b[31m[red]" (a)')
    connection.close()


def of_version(path, version):
    """Say that another modelcat has made it."""
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE modelcat_alembic_version SET version_num = ?", (version,))
    connection.close()


def folder(path):
    """Put a folder in its place."""
    path.unlink()
    path.mkdir()


TROUBLES = {
    "empty": (lambda path: path.write_bytes(b""), "removed while it was open"),
    "deleted": (lambda path: path.unlink(), "put it back"),
    "text": (lambda path: path.write_text("hello\x1b[31m\n" * 999), "not a SQLite database"),
    "foreign": (foreign, "belongs to another program"),
    "folder": (folder, "is a folder"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:30_000]), "damaged"),
}


def noticed(app):
    """Return what the place in front says is wrong."""
    return app.screen.notice.message if isinstance(app.screen, BaseScreen) else ""


def rows(app):
    """Return the keys of the table in front, none where there is none yet."""
    return [key for table in app.screen.query(VirtualTable) for key in table.keys]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_place_says_what_is_wrong_and_recovers(browser, drive, until, database, tmp_path, trouble):
    """The studies, a study and a trial that were open, and the other places; all is well once it is back."""
    spoil, wanted = TROUBLES[trouble]
    app = browser()

    async def steps(pilot):
        await until(pilot, lambda: rows(app))
        app.on_open_study(OpenStudy(WHOLE))
        await until(pilot, lambda: rows(app))
        app.push_screen(TrialScreen(app.context, WHOLE, 7))
        await pilot.pause(0.1)
        spoil(database)
        await until(pilot, lambda: wanted in noticed(app))
        for key in ("escape", "escape", "2", "3", "4"):
            await pilot.press(key)
            await until(pilot, lambda: wanted in noticed(app))
            if key == "3":
                await pilot.press("escape")
        if database.is_dir():
            database.rmdir()
        shutil.copy(tmp_path / "kept.db", database)
        app.action_go_to("studies")
        await until(pilot, lambda: not noticed(app) and rows(app))

    drive(app, steps)


def test_a_database_of_a_newer_version_is_shown_as_such(browser, drive, until, database):
    """It is looked at when it is opened; what to do stands at every place until it is of this version."""
    of_version(database, "9999")
    app = browser()

    async def steps(pilot):
        for key in "1234":
            await pilot.press(key)
            await until(pilot, lambda: "upgrade modelcat" in noticed(app))
        await pilot.press("escape", "1")
        of_version(database, REVISIONS[-1])
        await until(pilot, lambda: not noticed(app) and rows(app))

    drive(app, steps)


def test_a_locked_database_delays_no_key(browser, drive, until, database, monkeypatch):
    """While another process keeps the lock the place says so and keys go on working; afterwards the notice goes."""
    monkeypatch.setattr(base_screen, "_PATIENCE", 0.2)
    lock = sqlite3.connect(database, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    app = browser()

    async def steps(pilot):
        await until(pilot, lambda: "locked" in noticed(app))
        await pilot.press("question_mark", "escape", "2")
        await until(pilot, lambda: app.current_mode == "catalog" and "locked" in noticed(app))
        await pilot.press("escape")
        lock.execute("ROLLBACK")
        await until(pilot, lambda: rows(app) and not noticed(app))

    drive(app, steps)
    lock.close()


def test_leaving_does_not_wait_for_a_lock(browser, drive, until, database):
    """The app ends while its question to a locked database is still open."""
    lock = sqlite3.connect(database, isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    app = browser()

    async def steps(pilot):
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)

    drive(app, steps)
    lock.close()


@pytest.mark.parametrize("storage", ["mysql://me:secret@host/db", "nonsense[/]\x1b[31m", "sqlite:///:memory:"])
def test_a_storage_that_is_none_ends_no_place(browser, drive, until, text_of, storage):
    """Where the URL names no place for studies, even the editor and the About box are shown, and no password."""
    app = browser(storage)

    async def steps(pilot):
        for key in "1234":
            await pilot.press(key)
            await until(pilot, lambda: "expected sqlite:///FILE" in noticed(app))
            assert "secret" not in text_of(app)
            await pilot.press("escape")
        await pilot.press("f10")
        await until(pilot, lambda: isinstance(app.screen, AboutDialog))
        assert "secret" not in text_of(app)

    drive(app, steps)

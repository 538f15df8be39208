"""What the tests of the terminal UI share: a store with studies in every state, and the app on it."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from made_study import HOSTILE, Texts
from sample_store import NOON, sample_store_in

from runner.tui.app import Browser
from runner.tui.context import AppContext
from runner.tui.preferences import Preferences
from runner.tui.study_source import StudySource

HOSTILE_TEXTS = Texts(HOSTILE[:190], HOSTILE, (f"no {HOSTILE}", f"yes {HOSTILE}"), HOSTILE, f"field {HOSTILE}")


@pytest.fixture(scope="session")
def _shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample_store")
    sample_store_in(folder)
    return folder


@pytest.fixture(scope="session")
def _hostile_shelf(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    sample_store_in(folder, HOSTILE_TEXTS)
    return folder


@pytest.fixture
def sample_store(_shelf, tmp_path, monkeypatch):
    """Return the URL of a store with studies in every state, a copy for this test; so are caches and settings."""
    return _copied(_shelf, tmp_path, monkeypatch)


@pytest.fixture
def hostile_store(_hostile_shelf, tmp_path, monkeypatch):
    """Return the URL of a store whose every foreign text is hostile."""
    return _copied(_hostile_shelf, tmp_path / "hostile", monkeypatch)


def _copied(folder: Path, target: Path, monkeypatch) -> str:
    shutil.copytree(folder, target / "here")
    monkeypatch.setenv("MODELCAT_CACHE", str(target / "cache"))
    monkeypatch.setenv("MODELCAT_CONFIG", str(target / "config"))
    monkeypatch.chdir(target / "here")
    return f"sqlite:///{target / 'here' / 'studies.db'}"


@pytest.fixture
def browser(sample_store):
    """Return a function that makes the app on the sample store; its clock stands still."""

    def make(storage: str = sample_store, *, read_only: bool = False, interval: float = 0.1, **preferences) -> Browser:
        context = AppContext(StudySource(storage), Preferences(**preferences), read_only=read_only, interval=interval)
        context.clock = lambda: NOON
        return Browser(context)

    return make


def drive(app: Browser, steps: Callable[..., Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    """Run an app without a terminal and do `steps(pilot)` to it."""

    async def main() -> None:
        async with app.run_test(size=size, tooltips=False) as pilot:
            await pilot.pause()
            await steps(pilot)

    asyncio.run(main())


@pytest.fixture(name="drive")
def drive_fixture():
    """Return the function that runs an app and does something to it."""
    return drive


async def until(pilot, condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something is so; fail with a picture of the screen's text where it never is."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await pilot.pause(0.02)
    pytest.fail(f"it never came so; the screen shows:\n{text_of(pilot.app)}")


@pytest.fixture(name="until")
def until_fixture():
    """Return the function that waits for something on the screen."""
    return until


def text_of(app: Browser) -> str:
    """Return what the screen shows, line by line."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()  # once: it draws the whole screen
    return "\n".join("".join(part.text for part in strip) for strip in strips[:height])[: (width + 1) * height]


@pytest.fixture(name="text_of")
def text_of_fixture():
    """Return the function that reads the screen."""
    return text_of

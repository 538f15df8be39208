"""Looking at a study never disturbs it."""

import asyncio
import random

import pytest

from runner.store.store import Store
from runner.tui.app import Browser
from runner.tui.context import AppContext
from runner.tui.study_source import StudySource

TRIALS = 50
KEYS = ("down", "up", "right_square_bracket", "g", "p", "t", "enter", "escape", "a")


@pytest.mark.long
def test_browsing_hard_disturbs_no_running_study(shell, simulated_spec, monkeypatch):
    """While 50 short trials run, all screens are opened without pause; no trial fails, and no database is locked."""
    for name, value in shell.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.syspath_prepend(shell.environment["PYTHONPATH"])
    monkeypatch.chdir(shell.folder)
    path = shell.write("spec.json", simulated_spec(name="busy", trials=TRIALS))
    process = shell.start("run", path, "--workers", "2")
    url = f"sqlite:///{shell.folder / 'studies.db'}"
    appearance = asyncio.run(_browse(url, process))
    out, err = process.communicate(timeout=200)
    assert process.returncode == 0, f"{out}\n{err}"
    assert "locked" not in err
    with Store.open(url, create=False) as store:
        trials = store.trials("busy")
    assert [trial.number for trial in trials] == list(range(TRIALS))
    assert {trial.state for trial in trials} <= {"complete", "pruned"}
    assert appearance > 20


async def _browse(url, process) -> int:
    """Press keys at random until the process ends; return how often a notice-free screen was seen."""
    luck, appearance = random.Random(0), 0
    app = Browser(AppContext(StudySource(url), interval=0.02))
    async with app.run_test(size=(120, 40), tooltips=False) as pilot:
        while process.poll() is None:
            if app.current_mode == "studies" and len(app.screen_stack) == 1 and Store.exists(url):
                await pilot.press("enter")
            await pilot.press(luck.choice(KEYS))
            await pilot.pause(0.02)
            notice = getattr(app.screen, "notice", None)
            assert notice is None or "locked" not in notice.message
            appearance += notice is not None and not notice.message
    return appearance

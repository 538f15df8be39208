"""Browsing read-only writes nothing: no study, no draft, no settings."""

import json

from textual.widgets import OptionList

from runner.tui.app import Browser
from runner.tui.context import AppContext
from runner.tui.navigation import OpenSpec
from runner.tui.study_source import StudySource

SPEC = {
    "model": "curve",
    "category": "test",
    "subcategory": "simulated",
    "model_config": {"x": 0.5},
    "study": {"trials": 3},
}


def test_nothing_is_written(sample_store, simulated, drive, until, tmp_path):
    """Keys and actions that change something do nothing; a theme and a draft are forgotten afterwards."""
    before = (tmp_path / "here" / "studies.db").read_bytes()
    settings = tmp_path / "config" / "browse.toml"
    app = Browser(AppContext(StudySource(sample_store), read_only=True, interval=0.3), settings)

    async def steps(pilot):
        await until(pilot, lambda: app.screen.query("VirtualTable"))
        await pilot.press("s", "r", "i", "d", "ctrl+d")
        app.on_open_spec(OpenSpec(json.dumps(SPEC)))
        await until(pilot, lambda: getattr(app.screen, "study", ""))
        editor = app.screen
        await pilot.press("ctrl+s")
        await app.run_action("submit", editor)
        await pilot.press("ctrl+k")
        await until(pilot, lambda: app.screen.query(OptionList))
        offered = [str(option.prompt) for one in app.screen.query(OptionList) for option in one.options]
        assert not [text for text in offered if "^s" in text]
        await pilot.press("escape")
        await pilot.pause(1.5)
        assert app.screen is editor

    drive(app, steps)
    assert (tmp_path / "here" / "studies.db").read_bytes() == before
    assert not settings.exists()
    assert not list((tmp_path / "cache").rglob("*draft*"))

"""Keys pressed without sense, in haste, at any size: whatever comes, the app goes on."""

import random

from textual.pilot import OutOfBounds

from runner.study import background
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import ACTIONS
from runner.tui.dialogs.too_small import TooSmallDialog
from runner.tui.widgets.virtual_table import VirtualTable

LEAVING = {"q", "ctrl+q"}
WRITING = {"f9"}
MOVES = [
    "up",
    "down",
    "down",
    "pageup",
    "pagedown",
    "home",
    "end",
    "left",
    "right",
    "tab",
    "shift+tab",
    "backspace",
    "enter",
    "enter",
    "enter",
    "escape",
    "space",
]
SIZES = [(80, 24), (160, 48), (100, 30), (60, 18), (59, 10)]


def test_keys_without_sense_end_nothing(browser, drive, monkeypatch):
    """Keys, clicks and sizes by chance; at the end Escape leads back to the studies."""
    monkeypatch.setattr(background, "start_worker", lambda place: 1)
    luck = random.Random(1)
    keys = [*{key: None for action in ACTIONS for key in action.keys.split(",")}, *MOVES, *'xyn{"[']
    keys = [key for key in keys if key not in LEAVING | WRITING]
    app = browser(interval=0.5)

    async def steps(pilot):
        for _ in range(70):
            chance = luck.random()
            if chance < 0.05:
                await pilot.resize_terminal(*luck.choice(SIZES))
            elif chance < 0.1:
                try:
                    await pilot.click(offset=(luck.randrange(app.size.width), luck.randrange(app.size.height)))
                except OutOfBounds:
                    continue
            else:
                await pilot.press(luck.choice(keys))
            assert app.is_running
        await pilot.resize_terminal(80, 24)
        for _ in range(12):
            await pilot.press("escape")
        assert isinstance(app.screen, BaseScreen)
        assert app.current_mode == "studies"

    drive(app, steps)


def test_places_change_faster_than_they_load(browser, drive, until):
    """All places, one after the other without a rest, many times."""
    app = browser()

    async def steps(pilot):
        for _ in range(5):
            await pilot.press("2", "1", "4", "escape", "3", "escape", "enter", "escape")
        await pilot.press(*["escape"] * 4)
        await until(pilot, lambda: app.current_mode == "studies" and app.screen.query_one(VirtualTable).keys)

    drive(app, steps)


def test_a_small_terminal_never_stays_covered(browser, drive, until):
    """The sentence about the size goes even where another place came to the front meanwhile."""
    app = browser()

    async def steps(pilot):
        await pilot.press("d")
        await pilot.resize_terminal(59, 10)
        await until(pilot, lambda: isinstance(app.screen, TooSmallDialog))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: not isinstance(app.screen, TooSmallDialog))
        await pilot.press("n", "escape")
        await pilot.resize_terminal(59, 10)
        app.action_go_to("catalog")
        await pilot.resize_terminal(80, 24)
        app.action_go_to("studies")
        await until(pilot, lambda: not isinstance(app.screen, TooSmallDialog))

    drive(app, steps)

"""Every screen looks as it did, at 80x24 and at 160x48; the main ones in German and in light too.

One start of the app shows many screens, one after the other: starting it costs more than drawing.
`pytest --snapshot-update` draws them again: look at the pictures before you keep them.
"""

import asyncio
import inspect
import pickle
from collections.abc import AsyncIterator, Collection

import pytest
from pytest_textual_snapshot import PseudoApp, PseudoConsole, SVGImageExtension, node_to_report_path
from rich.console import Console
from sample_store import WHOLE
from settled_screen import NARROW, WIDE, Steps, pressing, settled

from runner.tui.navigation import OpenStudy


def place(name: str) -> Steps:
    """Return steps that go to one of the four places."""

    async def steps(pilot) -> None:
        pilot.app.action_go_to(name)

    return steps


def in_study(study: str, *keys: str) -> Steps:
    """Return steps that go to a study and press keys there."""

    async def steps(pilot) -> None:
        pilot.app.on_open_study(OpenStudy(study))
        await pressing(*keys)(pilot)

    return steps


def in_trial(study: str, number: int, tab: str) -> Steps:
    """Return steps that go to a tab of a trial."""

    async def steps(pilot) -> None:
        from runner.tui.screens.trial import TrialScreen

        await in_study(study)(pilot)
        await settled(pilot)
        screen = TrialScreen(pilot.app.context, study, number)
        pilot.app.push_screen(screen)
        await settled(pilot)
        await screen.choose(tab)

    return steps


def in_tab(tab: str) -> Steps:
    """Return steps that go to another tab of the same trial."""

    async def steps(pilot) -> None:
        await pilot.app.screen.choose(tab)

    return steps


NEXT = "right_square_bracket"
ESCAPE = "escape"
WALKS: dict[str, dict[str, Steps]] = {
    "places": {
        "studies": pressing(),
        "catalog": place("catalog"),
        "catalog-model": pressing("down", "down", "down"),
        "submit": place("submit"),
        "predict": place("predict"),
    },
    "study": {
        "studies-search": pressing("slash", "b", "e", "r", "t"),
        "study-trials": in_study(WHOLE),
        "study-charts": pressing(NEXT),
        "study-charts-next": pressing("g"),
        "study-charts-third": pressing("g"),
        "study-charts-fourth": pressing("g"),
        "study-charts-fifth": pressing("g"),
        "study-charts-sixth": pressing("g"),
        "study-compare": pressing(NEXT),
        "study-diagnosis": pressing(NEXT),
        "study-running": in_study("imdb-bert"),
        "study-log": pressing(NEXT, NEXT, NEXT, NEXT),
        "study-gone": in_study("imdb-roberta"),
        "study-failed": in_study("tickets-csv"),
        "study-queued": in_study("support-tickets"),
    },
    "trial": {
        "trial-curves": in_trial(WHOLE, 7, "curves"),
        "trial-confusion": in_tab("confusion"),
        "trial-confidence": in_tab("confidence"),
        "trial-length": in_tab("length"),
        "trial-words": in_tab("words"),
        "trial-examples": in_tab("examples"),
        "trial-parameters": in_tab("parameters"),
        "trial-failed": in_trial(WHOLE, 6, "parameters"),
    },
}
"""What one start of the app shows, in this order: places, a study's tabs, a trial's."""
DIALOGS: dict[str, Steps] = {
    "describe": pressing("i"),
    "help": pressing(ESCAPE, "question_mark"),
    "commands": pressing(ESCAPE, "ctrl+k"),
    "jump": pressing(ESCAPE, "ctrl+o"),
    "stop": pressing(ESCAPE, "down", "down", "down", "down", "s"),
}
MAIN = (
    "studies",
    "catalog",
    "submit",
    "predict",
    "study-trials",
    "study-charts",
    "trial-confusion",
    "trial-words",
    "help",
)


@pytest.fixture
def look(snapshot, request):
    """Return a function that compares the screen of that name with its snapshot; the report shows what differs."""
    snapshot = snapshot.use_extension(SVGImageExtension)

    def same(app, name: str) -> bool:
        drawn = app.export_screenshot(simplify=True)
        result = snapshot(name=name) == drawn
        console = Console(legacy_windows=False, force_terminal=True)
        known = snapshot.executions[snapshot.num_executions - 1].final_data is not None
        path, line, test = request.node.reportinfo()
        console = PseudoApp(PseudoConsole(console.legacy_windows, console.size))
        about = f"{test} {name}", inspect.getdoc(request.node.function), ""
        kept = node_to_report_path(request.node)  # what the plugin makes its report of
        kept = kept.with_name(f"{kept.name}_{name}")
        kept.write_bytes(pickle.dumps((result, str(snapshot), drawn, console, path, line, *about, known)))
        return result

    return same


async def stops(walk: dict[str, Steps], wanted: Collection[str], pilot) -> AsyncIterator[str]:
    """Take a walk as far as something is wanted, and tell where it is whenever a wanted screen has settled."""
    last = max(place for place, name in enumerate(walk) if name in wanted)
    for name, steps in list(walk.items())[: last + 1]:
        async with asyncio.timeout(60):
            await settled(pilot)
            await steps(pilot)
            await settled(pilot)
            await pilot.wait_for_scheduled_animations()
        if name in wanted:
            yield name


def take(walk: dict[str, Steps], wanted: Collection[str], look) -> Steps:
    """Return steps that take a walk and expect every wanted screen to look as it did."""

    async def steps(pilot) -> None:
        differing = [name async for name in stops(walk, wanted, pilot) if not look(pilot.app, name)]
        assert differing == []

    return steps


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])
@pytest.mark.parametrize("walk", WALKS)
def test_screens_look_as_they_did(walk, size, browser, drive, look):
    """Nothing on a screen has moved or changed."""
    drive(browser("sqlite:///studies.db", interval=3600.0), take(WALKS[walk], WALKS[walk], look), size)


def test_dialogs_look_as_they_did(browser, drive, look):
    """Nothing in a dialog has moved or changed, where there is the least room."""
    drive(browser("sqlite:///studies.db", interval=3600.0), take(DIALOGS, DIALOGS, look), NARROW)


@pytest.mark.parametrize("walk", [*WALKS, "dialogs"])
def test_main_screens_look_as_they_did_in_german(walk, browser, drive, look):
    """Nothing is cut or in English in German, whose words are longer, where there is the least room."""
    app = browser("sqlite:///studies.db", interval=3600.0, language="de")
    drive(app, take(WALKS.get(walk, DIALOGS), MAIN, look), NARROW)


@pytest.mark.parametrize("walk", [*WALKS, "dialogs"])
def test_main_screens_look_as_they_did_in_light(walk, browser, drive, look):
    """Colours that can be read on light ground."""
    app = browser("sqlite:///studies.db", interval=3600.0, theme="modelcat-light")
    drive(app, take(WALKS.get(walk, DIALOGS), MAIN, look), WIDE)


@pytest.mark.parametrize("walk", WALKS)
def test_in_ascii_nothing_else_is_drawn(walk, browser, drive, text_of):
    """With --ascii no character outside ASCII reaches the terminal."""
    shown = {}

    async def steps(pilot) -> None:
        async for name in stops(WALKS[walk], MAIN, pilot):
            shown[name] = {sign for sign in text_of(pilot.app) if ord(sign) > 126}

    drive(browser("sqlite:///studies.db", interval=3600.0, ascii=True), steps, NARROW)
    assert len(shown) >= 2
    assert [name for name, signs in shown.items() if signs] == []

"""Every screen looks as it did, at 80x24 and at 160x48; the main ones in German and in light too.

`pytest --snapshot-update` draws them anew: look at the pictures before you keep them.
"""

import asyncio

import pytest
from shelf import WHOLE
from stillness import NARROW, WIDE, Steps, pressing, settled


def in_study(study: str, *keys: str) -> Steps:
    """Return steps that go to a study and press keys there."""

    async def steps(pilot) -> None:
        await settled(pilot)
        pilot.app.go_to_study(study)
        await pressing(*keys)(pilot)

    return steps


def in_trial(study: str, number: int, tab: str) -> Steps:
    """Return steps that go to a tab of a trial."""

    async def steps(pilot) -> None:
        from runner.tui.screens.trial import TrialScreen

        await in_study(study)(pilot)
        await settled(pilot)
        screen = TrialScreen(pilot.app.desk, study, number)
        pilot.app.go(screen)
        await settled(pilot)
        await screen.choose(tab)

    return steps


NEXT = "right_square_bracket"
SCREENS: dict[str, Steps] = {
    "studies": pressing(),
    "studies-search": pressing("slash", "b", "e", "r", "t"),
    "catalog": pressing("2"),
    "catalog-model": pressing("2", "down", "down", "down"),
    "submit": pressing("3"),
    "predict": pressing("4"),
    "study-trials": in_study(WHOLE),
    "study-charts": in_study(WHOLE, NEXT),
    "study-charts-next": in_study(WHOLE, NEXT, "g"),
    "study-charts-third": in_study(WHOLE, NEXT, "g", "g"),
    "study-charts-fourth": in_study(WHOLE, NEXT, "g", "g", "g"),
    "study-charts-fifth": in_study(WHOLE, NEXT, "g", "g", "g", "g"),
    "study-charts-sixth": in_study(WHOLE, NEXT, "g", "g", "g", "g", "g"),
    "study-compare": in_study(WHOLE, NEXT, NEXT),
    "study-diagnosis": in_study(WHOLE, NEXT, NEXT, NEXT),
    "study-log": in_study("imdb-bert", NEXT, NEXT, NEXT, NEXT),
    "study-running": in_study("imdb-bert"),
    "study-gone": in_study("imdb-roberta"),
    "study-failed": in_study("tickets-csv"),
    "study-queued": in_study("support-tickets"),
    "trial-curves": in_trial(WHOLE, 7, "curves"),
    "trial-confusion": in_trial(WHOLE, 7, "confusion"),
    "trial-confidence": in_trial(WHOLE, 7, "confidence"),
    "trial-length": in_trial(WHOLE, 7, "length"),
    "trial-words": in_trial(WHOLE, 7, "words"),
    "trial-examples": in_trial(WHOLE, 7, "examples"),
    "trial-parameters": in_trial(WHOLE, 7, "parameters"),
    "trial-failed": in_trial(WHOLE, 6, "parameters"),
}
DIALOGS: dict[str, Steps] = {
    "stop": pressing("down", "down", "down", "down", "s"),
    "describe": pressing("i"),
    "help": pressing("question_mark"),
    "commands": pressing("ctrl+k"),
    "jump": pressing("ctrl+o"),
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


@pytest.mark.parametrize("screen", DIALOGS)
def test_a_dialog_looks_as_it_did(screen, browser, snap_compare):
    """Nothing in a dialog has moved or changed, where there is the least room."""
    app = browser("sqlite:///studies.db", interval=3600.0)
    assert snap_compare(app, terminal_size=NARROW, run_before=_then_settled(DIALOGS[screen]))


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen_looks_as_it_did(screen, size, browser, snap_compare):
    """Nothing on a screen has moved or changed."""
    app = browser("sqlite:///studies.db", interval=3600.0)
    assert snap_compare(app, terminal_size=size, run_before=_then_settled(SCREENS[screen]))


@pytest.mark.parametrize("screen", MAIN)
def test_a_main_screen_looks_as_it_did_in_german(screen, browser, snap_compare):
    """Nothing is cut or in English in German, whose words are longer, where there is the least room."""
    app = browser("sqlite:///studies.db", interval=3600.0, language="de")
    assert snap_compare(app, terminal_size=NARROW, run_before=_then_settled((SCREENS | DIALOGS)[screen]))


@pytest.mark.parametrize("screen", MAIN)
def test_a_main_screen_looks_as_it_did_in_light(screen, browser, snap_compare):
    """Colours that can be read on light ground."""
    app = browser("sqlite:///studies.db", interval=3600.0, theme="modelcat-light")
    assert snap_compare(app, terminal_size=WIDE, run_before=_then_settled((SCREENS | DIALOGS)[screen]))


@pytest.mark.parametrize("screen", ["studies", "study-trials", "study-charts", "trial-confusion", "trial-words"])
def test_in_ascii_nothing_else_is_drawn(screen, browser, drive, text_of):
    """With --ascii no character outside ASCII reaches the terminal."""
    shown = ""

    async def steps(pilot) -> None:
        nonlocal shown
        await _then_settled(SCREENS[screen])(pilot)
        shown = text_of(pilot.app)

    drive(browser("sqlite:///studies.db", interval=3600.0, ascii=True), steps, NARROW)
    assert sorted({sign for sign in shown if ord(sign) > 126}) == []


def _then_settled(steps: Steps) -> Steps:
    async def run(pilot) -> None:
        await asyncio.wait_for(_both(pilot), 60)

    async def _both(pilot) -> None:
        await steps(pilot)
        await settled(pilot)

    return run

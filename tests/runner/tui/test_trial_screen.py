"""The place of one trial: its tabs, what stands in them, and what one can do there."""

from datetime import timedelta

import pytest
from made_study import HOSTILE
from sample_store import NOON, WHOLE
from textual.widgets import Input

from runner.store.records import EpochRecord, Owner, TrialRecord
from runner.store.store import Store
from runner.tui.app import Browser
from runner.tui.context import AppContext
from runner.tui.preferences import Preferences
from runner.tui.screens.trial import TrialScreen
from runner.tui.study_source import StudySource

BUSY = "imdb-bert"
MAIN_THINGS = {
    "curves": "Validation",
    "confusion": "Predicted",
    "confidence": "Confidence distribution",
    "length": "Performance by length",
    "words": "Most important words for negative",
    "examples": "222 of 222: all",
    "parameters": "learning_rate",
}


@pytest.fixture(name="words_of")
def words_of_fixture(text_of):
    """Return the function that reads the screen as one line, so that it does not matter where a sentence wraps."""
    return lambda app: " ".join(text_of(app).split())


async def go(app, pilot, until, study: str = WHOLE, number: int = 7, tab: str = "") -> TrialScreen:
    """Go to a trial, and to one of its tabs."""
    screen = TrialScreen(app.context, study, number)
    app.push_screen(screen)
    await until(pilot, lambda: screen.tab)
    if tab:
        await screen.choose(tab)
    await pilot.pause()
    return screen


def changed(url: str, study: str, change) -> None:
    """Write to a study under its own lease, or one taken for the moment."""
    with Store.open(url, create=False) as store:
        held = store.study(study).lease
        lease = held or store.acquire(study, Owner.this_process(), timedelta(minutes=5))
        change(store, lease)
        if held is None:
            store.release(study, lease, "finished")


def test_title_tells_state_metric_and_rank(browser, drive, until, text_of) -> None:
    """The line under the breadcrumb tells state, metric with interval, best and winner."""

    async def steps(pilot) -> None:
        await go(app, pilot, until)
        line = text_of(app).split("\n")[1]
        for expected in ("✓ complete", "Accuracy 91.9", "[90.0–93.7", "★ confirmed winner"):
            assert expected in line

    app = browser()
    drive(app, steps)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
def test_every_tab_shows_its_main_thing_at_once(browser, drive, until, words_of, size) -> None:
    """Each tab shows what it is for without scrolling, on a small and on a wide screen."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until)
        for tab, expected in MAIN_THINGS.items():
            assert screen.tab == tab
            await until(pilot, lambda expected=expected: expected in words_of(app))
            await pilot.press("right_square_bracket")
            await pilot.pause()

    app = browser()
    drive(app, steps, size)


def test_tabs_go_round_and_can_be_clicked(browser, drive, until) -> None:
    """Both brackets go round the tabs, and a click on a name chooses it."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until)
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: screen.tab == "parameters")
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: screen.tab == "curves")
        await pilot.click("#tabs", offset=(13, 0))
        await until(pilot, lambda: screen.tab == "confusion")

    app = browser()
    drive(app, steps)


def test_next_and_previous_trial_keep_the_tab(browser, drive, until, text_of) -> None:
    """The neighbours of a trial are one key away, and the tab stays; at the ends the key is away."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until, number=10, tab="parameters")
        await pilot.press("n")
        await until(pilot, lambda: "› Trial 11" in text_of(app))
        await until(pilot, lambda: not screen.can("next_trial"))
        assert screen.tab == "parameters"
        await pilot.press("n")
        await pilot.pause(0.1)
        assert "› Trial 11" in text_of(app)
        await pilot.press("p")
        await until(pilot, lambda: "› Trial 10" in text_of(app))
        assert screen.can("next_trial")

    app = browser()
    drive(app, steps)


def test_the_kept_model_of_the_winner_is_shown_on_test_too(browser, drive, until, text_of) -> None:
    """One key goes from the trial's own judgement to the kept model's, on validation and on test."""

    async def steps(pilot) -> None:
        await go(app, pilot, until, tab="confusion")
        for expected in (
            "Trial 7 · Validation · 222",
            "Kept model · Validation",
            "Kept model · Test · 1,000",
            "Trial 7 ·",
        ):
            await until(pilot, lambda expected=expected: expected in text_of(app))
            await pilot.press("v")

    app = browser()
    drive(app, steps)


def test_a_failed_trial_opens_at_its_failure(browser, drive, until, text_of) -> None:
    """A failed trial opens with the reason and what to do about it."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until, number=6)
        assert screen.tab == "parameters"
        shown = text_of(app)
        assert "Out of memory: 4.2 GB wanted, 3.1 GB free" in shown
        assert "Lower what makes a batch" in shown
        await pilot.press("left_square_bracket")
        await until(pilot, lambda: "Parameters tells why" in text_of(app))

    app = browser()
    drive(app, steps)


def test_a_pruned_trial_says_when_and_why(browser, drive, until, text_of, sample_store) -> None:
    """A pruned trial tells how far it came, and what it was held against."""
    epoch = EpochRecord("trial/4", 0.5, 0.25, 0.6, {"accuracy": 0.71, "loss": 0.58}, 2e-5, 90.0)
    changed(sample_store, WHOLE, lambda store, lease: store.put_epoch(WHOLE, lease, epoch))

    async def steps(pilot) -> None:
        await go(app, pilot, until, number=4)
        assert "Pruned at 25.0" in text_of(app)
        assert "fell behind" in text_of(app)

    app = browser()
    drive(app, steps)


def test_a_running_trial_is_live(browser, drive, until, text_of, sample_store) -> None:
    """A measurement that is made while one looks appears, and so does the end of the trial."""
    epoch = EpochRecord(f"trial/{8}", 2.25, 0.75, 0.2, {"accuracy": 0.9311, "loss": 0.21}, 1e-5, 350.0)
    ended = TrialRecord(8, "complete", "search", {"batch_size": 16}, 0.9311, {"accuracy": 0.9311}, started=NOON)

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until, BUSY, 8)
        assert screen.tab == "curves"
        assert "● running" in text_of(app)
        assert "50" in text_of(app).split("\n")[1]
        changed(sample_store, BUSY, lambda store, lease: store.put_epoch(BUSY, lease, epoch))
        await until(pilot, lambda: "75.0" in text_of(app).split("\n")[1])
        assert "93.1" in text_of(app).split("\n")[1]
        changed(sample_store, BUSY, lambda store, lease: store.put_trial(BUSY, lease, ended))
        await until(pilot, lambda: "✓ complete" in text_of(app))

    app = browser()
    drive(app, steps)


def test_a_trial_whose_worker_is_gone_is_shown_as_interrupted(browser, drive, until, text_of, sample_store) -> None:
    """If no process trains it any more, a running trial is shown as interrupted, with the way to resume it."""
    record = TrialRecord(3, "running", "search", {"batch_size": 16}, started=NOON)
    changed(sample_store, "imdb-roberta", lambda store, lease: store.put_trial("imdb-roberta", lease, record))

    async def steps(pilot) -> None:
        await go(app, pilot, until, "imdb-roberta", 3)
        assert "interrupted" in text_of(app)
        assert "resume the study" in text_of(app)

    app = browser()
    drive(app, steps)


def test_a_deleted_study_is_left_with_a_word(browser, drive, until, sample_store) -> None:
    """If the study is deleted while its trial is shown, the screen closes and shows the reason."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until)
        with Store.open(sample_store, create=False) as store:
            store.delete_study(WHOLE)
        await until(pilot, lambda: app.screen is not screen)
        await until(pilot, lambda: list(app._notifications))

    app = browser()
    drive(app, steps)


def test_a_trial_that_there_is_not_is_left_at_once(browser, drive, until) -> None:
    """A number that no trial has leads back, with the range that there is."""

    async def steps(pilot) -> None:
        app.push_screen(TrialScreen(app.context, WHOLE, 99))
        await until(pilot, lambda: not isinstance(app.screen, TrialScreen))
        await until(pilot, lambda: any("0 to 11" in expected.message for expected in app._notifications))

    app = browser()
    drive(app, steps)


def test_words_of_other_trials_say_where_they_are(browser, drive, until, words_of) -> None:
    """A trial that is not the winner has no words: it says which has, and what to press."""

    async def steps(pilot) -> None:
        await go(app, pilot, until, number=0, tab="words")
        await until(pilot, lambda: "which is trial 7" in words_of(app))
        assert "w asks the kept model" in words_of(app)

    app = browser()
    drive(app, steps)


def test_insights_of_another_version_are_told_not_raised(browser, drive, until, text_of, sample_store) -> None:
    """What the store holds in a shape that is not known here is said to be unreadable."""
    changed(sample_store, WHOLE, lambda store, lease: store.put_insight(WHOLE, lease, "interpretation", {"classes": 7}))

    async def steps(pilot) -> None:
        await go(app, pilot, until, tab="words")
        await until(pilot, lambda: "written by another version" in text_of(app))

    app = browser()
    drive(app, steps)


def test_hostile_texts_are_shown_as_text(hostile_store, drive, until, text_of) -> None:
    """Labels, texts, notes, reasons and names that are hostile neither steer the terminal nor are taken for markup."""

    async def steps(pilot) -> None:
        for number, tabs in ((7, len(MAIN_THINGS)), (6, 1), (1, 1)):
            screen = await go(app, pilot, until, number=number)
            for _ in range(tabs):
                shown = text_of(app).replace("\u00a0", " ")
                assert all(line.isprintable() for line in shown.split("\n")), screen.tab
                await pilot.press("left_square_bracket")
                await pilot.pause(0.05)

    app = Browser(AppContext(StudySource(hostile_store), Preferences(language="de"), interval=0.1, clock=lambda: NOON))
    drive(app, steps)
    assert "\x1b" in HOSTILE


def test_only_ascii_is_drawn_where_that_is_wanted(browser, drive, until, text_of) -> None:
    """With ASCII signs, nothing but ASCII is drawn, borders and scroll bars included."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until)
        for _ in MAIN_THINGS:
            await pilot.press("right_square_bracket")
            await pilot.pause(0.1)
            assert not {c for c in text_of(app) if not c.isascii()}, screen.tab

    app = browser(ascii=True)
    drive(app, steps)


def test_the_language_changes_while_one_looks(browser, drive, until, text_of) -> None:
    """A key tells the whole place in German, numbers too, and the tab stays."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until, tab="length")
        assert "91.9" in text_of(app)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "91,9" in text_of(app))
        assert screen.tab == "length"

    app = browser()
    drive(app, steps)


def test_the_numbers_of_every_tab_can_be_copied(browser, drive, until) -> None:
    """Every tab gives its numbers as a table for the clipboard."""

    async def steps(pilot) -> None:
        screen = await go(app, pilot, until)
        for tab in MAIN_THINGS:
            assert screen.tab == tab
            app.copy_to_clipboard("")
            screen.action_copy()
            assert app.clipboard or tab == "examples"
            await screen.action_next_tab()

    app = browser()
    drive(app, steps)


def test_the_numbers_of_a_tab_can_be_saved(browser, drive, until, tmp_path) -> None:
    """A key asks where to save the tab's table, and saves it."""
    path = tmp_path / "confusion.csv"

    async def steps(pilot) -> None:
        await go(app, pilot, until, tab="confusion")
        await pilot.press("e")
        await until(pilot, lambda: app.screen.query(Input))
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until(pilot, path.exists)
        assert "negative" in path.read_text()

    app = browser()
    drive(app, steps)

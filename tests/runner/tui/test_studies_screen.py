"""The list of studies: what it shows, and that every key does what it says."""

import csv
import json
import sqlite3
from datetime import timedelta

import pytest
from sample_store import NOON, WHOLE
from textual.widgets import TextArea

from runner.store.records import Owner, TrialRecord
from runner.store.store import Store
from runner.tui.app import Browser
from runner.tui.context import AppContext
from runner.tui.dialogs.confirm import ConfirmDialog
from runner.tui.dialogs.describe import DescribeDialog
from runner.tui.dialogs.save_file import SaveDialog
from runner.tui.study_source import StudySource
from runner.tui.widgets.study_panel import StudyPanel
from runner.tui.widgets.virtual_table import VirtualTable

NEWEST_FIRST = ("feedback-de", "support-tickets", "tickets-csv", "imdb-roberta", "imdb-bert", WHOLE)
WIDE = (160, 48)


def record(url, study):
    """Return a study as the store holds it now."""
    with Store.open(url, create=False) as store:
        return store.study(study)


def table(app):
    """Return the list."""
    return app.screen.query_one(VirtualTable)


@pytest.fixture
def listed(browser, drive, until):
    """Return a function that does something to the list once it is there, the cursor on one study."""

    def run(steps, study=WHOLE, size=(80, 24), **options):
        app = browser(**{"interval": 0.5, **options})

        async def all_steps(pilot):
            await until(pilot, lambda: table(app).keys)
            table(app).move_to(study)
            await pilot.pause()
            await steps(pilot, app)

        drive(app, all_steps, size)

    return run


@pytest.fixture
def workers(monkeypatch):
    """Return the places that workers were started for; none is."""
    started = []
    monkeypatch.setattr("runner.study.background.start_worker", lambda place: started.append(place) or 7)
    monkeypatch.setattr("runner.study.workers.running_worker", lambda _: 7 if started else None)
    return started


def test_newest_first_with_state_best_trials_and_time(listed, text_of):
    """One line a study; words and numbers carry their units."""

    async def steps(pilot, app):
        assert table(app).keys == NEWEST_FIRST
        shown = text_of(app).replace("\xa0", " ")
        assert "●  imdb-bert" in shown
        assert "◍  imdb-roberta" in shown
        assert "8/20 ✂1 ✗1" in shown
        assert "1.2 h" in shown
        assert "against the linear baseline" in shown
        assert "1 running" in shown

    listed(steps)


def test_nothing_moves_under_the_reader(listed, until, sample_store):
    """A new study and a new best change cells; the cursor stays on its study."""

    async def steps(pilot, app):
        with Store.open(sample_store, create=True) as store:
            facts = {"key": "a/b/c", "mode": "study", "spec": {}, "base": "/x", "metric": "accuracy"}
            store.enqueue("brand-new", **facts, direction="maximize", planned=3, versions={})
            lease = store.acquire("tickets-csv", Owner.this_process(), timedelta(minutes=1))
            store.put_trial("tickets-csv", lease, TrialRecord(0, "complete", "given", {}, 0.987))
        await until(pilot, lambda: "brand-new" in table(app).keys)
        await until(pilot, lambda: "98.7" in str(table(app).text()))
        assert table(app).keys[0] == "brand-new"
        assert table(app).cursor == "imdb-bert"

    listed(steps, "imdb-bert")


def test_enter_and_a_second_click_open_the_study(listed, until):
    """The place changes to that study."""

    async def steps(pilot, app):
        await pilot.press("enter")
        await until(pilot, lambda: app.screen.SCREEN_NAME == "study")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.SCREEN_NAME == "studies")
        await pilot.click(VirtualTable, offset=(10, 1 + NEWEST_FIRST.index(WHOLE)))
        await until(pilot, lambda: app.screen.SCREEN_NAME == "study")

    listed(steps)


def test_n_goes_to_the_catalog(listed, until):
    """A new study begins there."""

    async def steps(pilot, app):
        await pilot.press("n")
        await until(pilot, lambda: app.current_mode == "catalog")

    listed(steps)


@pytest.mark.parametrize("study", ["support-tickets", "imdb-roberta"])
def test_s_stops_at_once_what_nobody_runs(listed, until, sample_store, study):
    """A study that waits, or whose worker is gone, is stopped."""

    async def steps(pilot, app):
        await pilot.press("s")
        await until(pilot, lambda: record(sample_store, study).state == "stopped")
        await until(pilot, lambda: not app.screen.check_action("stop", ()))

    listed(steps, study)


def test_s_asks_a_running_study_to_stop(listed, until, sample_store, text_of):
    """If the person agrees; it is asked once, and said to be stopping."""

    async def steps(pilot, app):
        await pilot.press("s")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmDialog))
        assert record(sample_store, "imdb-bert").stop_requested is None
        await pilot.press("s", "y")
        await until(pilot, lambda: record(sample_store, "imdb-bert").stop_requested is not None)
        await until(pilot, lambda: "Stopping" in text_of(app))
        assert not app.screen.check_action("stop", ())

    listed(steps, "imdb-bert")


def test_a_finished_study_can_be_neither_stopped_nor_resumed(listed):
    """Footer and palette leave both out."""

    async def steps(pilot, app):
        assert not app.screen.check_action("stop", ())
        assert not app.screen.check_action("resume", ())
        assert app.screen.check_action("delete", ())

    listed(steps)


@pytest.mark.parametrize("study", ["tickets-csv", "imdb-roberta"])
def test_r_queues_a_study_and_sees_to_a_worker(listed, until, sample_store, workers, study):
    """What failed, or whose worker is gone, waits in the queue of this storage."""

    async def steps(pilot, app):
        await pilot.press("r")
        await until(pilot, lambda: workers)
        assert workers[0].storage == sample_store
        assert record(sample_store, study).state == "queued"
        await until(pilot, lambda: "Number 3 of 3" in str(app.screen.query_one("#state").render()))

    listed(steps, study)


def test_r_on_a_study_that_waits_sees_to_a_worker_only(listed, until, sample_store, workers):
    """Its place in the queue stays."""

    async def steps(pilot, app):
        before = record(sample_store, "support-tickets").queued
        await pilot.press("r")
        await until(pilot, lambda: workers)
        assert record(sample_store, "support-tickets").queued == before

    listed(steps, "support-tickets")


def test_a_worker_that_cannot_be_started_is_told_of(listed, until, sample_store, monkeypatch):
    """The study waits in the queue, and the reason is shown."""
    from catalog.errors import WorkError

    def fail(place):
        raise WorkError("there is no command modelcat: install it [/x]")

    monkeypatch.setattr("runner.study.background.start_worker", fail)

    async def steps(pilot, app):
        await pilot.press("r")
        await until(pilot, lambda: any("there is no command" in note.message for note in app._notifications))
        assert record(sample_store, "tickets-csv").state == "queued"

    listed(steps, "tickets-csv")


def test_d_asks_and_deletes_only_on_yes(listed, until, sample_store, tmp_path, text_of):
    """It says what is lost; n and Enter lose nothing."""
    folder = tmp_path / "here" / "studies" / WHOLE

    async def steps(pilot, app):
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        assert "12 trials" in text_of(app)
        await pilot.press("enter", "n")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmDialog))
        assert folder.is_dir()
        await pilot.press("d", "y")
        await until(pilot, lambda: WHOLE not in table(app).keys)
        assert not folder.exists()
        with Store.open(sample_store, create=False) as store:
            assert WHOLE not in [one.study for one in store.studies()]

    listed(steps)


def test_a_running_study_is_not_deleted(listed, until, sample_store):
    """It says to stop it first, and asks nothing."""

    async def steps(pilot, app):
        await pilot.press("d")
        await until(pilot, lambda: any("stop it before" in note.message for note in app._notifications))
        assert app.screen.SCREEN_NAME == "studies"
        assert record(sample_store, "imdb-bert").state == "running"

    listed(steps, "imdb-bert")


def test_i_writes_title_and_notes(listed, until, sample_store):
    """They are kept and shown; a blank title shows the name again."""

    async def steps(pilot, app):
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DescribeDialog))
        app.screen.query_one(TextArea).text = ""
        await pilot.press(*"Best [b]so", "enter", *"why", "ctrl+s")
        await until(pilot, lambda: record(sample_store, WHOLE).notes == "why")
        assert record(sample_store, WHOLE).title == "Best [b]so"
        await until(pilot, lambda: "Best [b]so" in str(table(app).text()))
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DescribeDialog))
        await pilot.press("delete", "ctrl+s")
        await until(pilot, lambda: record(sample_store, WHOLE).title is None)

    listed(steps)


def test_slash_narrows_while_typing_and_escape_shows_all(listed, until):
    """Enter keeps the words and goes back to the list; Escape there clears them too."""

    async def steps(pilot, app):
        await pilot.press("slash", *"imdb-ber")
        await until(pilot, lambda: table(app).keys == ("imdb-bert",))
        await pilot.press("enter")
        assert table(app).has_focus
        assert table(app).keys == ("imdb-bert",)
        await pilot.press("escape")
        await until(pilot, lambda: table(app).keys == NEWEST_FIRST)
        await pilot.press("slash", *"nothing such")
        await until(pilot, lambda: table(app).keys == ())
        await pilot.press("escape")
        await until(pilot, lambda: table(app).keys == NEWEST_FIRST)
        assert table(app).has_focus

    listed(steps)


def test_t_sorts_and_capital_t_turns(listed, until):
    """Each press goes to the next column; a heading that is clicked twice is turned round."""

    async def steps(pilot, app):
        await pilot.press("t")
        await until(pilot, lambda: table(app).keys[0] == "imdb-bert")  # the running one first
        await pilot.press("t")
        by_name = tuple(sorted(NEWEST_FIRST, key=lambda name: "MiniLM".casefold() if name == WHOLE else name))
        await until(pilot, lambda: table(app).keys == by_name)
        await pilot.press("T")
        await until(pilot, lambda: table(app).keys == by_name[::-1])
        await pilot.click(VirtualTable, offset=(6, 0))
        await until(pilot, lambda: table(app).keys == by_name)
        assert table(app).cursor == WHOLE

    listed(steps)


def test_e_saves_the_table_as_csv_or_json(listed, until, tmp_path):
    """Beside where one is; the ending chooses, and nothing is written over unasked."""

    async def steps(pilot, app):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, SaveDialog))
        await pilot.press("enter")
        path = tmp_path / "here" / "studies.csv"
        await until(pilot, path.exists)
        with path.open(newline="") as file:
            rows = list(csv.reader(file))
        assert rows[0][:2] == ["study", "title"]
        assert [row[0] for row in rows[1:]] == list(NEWEST_FIRST)
        await pilot.press("e", "ctrl+t", "enter")
        path = tmp_path / "here" / "studies.json"
        await until(pilot, path.exists)
        assert json.loads(path.read_text())[0]["study"] == "feedback-de"

    listed(steps)


def test_y_copies_the_table(listed):
    """Tabs between cells, all columns."""

    async def steps(pilot, app):
        await pilot.press("y")
        lines = app.clipboard.splitlines()
        assert lines[0].startswith("study\ttitle\tkey\tstate")
        assert len(lines) == 1 + len(NEWEST_FIRST)

    listed(steps)


def test_read_only_changes_nothing(listed, sample_store, text_of):
    """What changes anything is away, and its keys do nothing."""

    async def steps(pilot, app):
        for action in ("stop", "resume", "delete", "describe", "new"):
            assert not app.screen.check_action(action, ())
        await pilot.press("s", "d", "r", "i", "n")
        await pilot.pause()
        assert app.screen.SCREEN_NAME == "studies"
        assert record(sample_store, "imdb-roberta").state == "running"
        assert "delete" not in text_of(app).splitlines()[-1]
        assert app.screen.check_action("open", ())

    listed(steps, "imdb-roberta", read_only=True)


def test_the_language_changes_at_once(listed, until, text_of):
    """Headings, states and numbers."""

    async def steps(pilot, app):
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "Modell" in text_of(app).splitlines()[1])
        assert "91,9" in text_of(app)
        assert "1,2 h" in text_of(app).replace("\xa0", " ")

    listed(steps)


def test_a_wide_screen_shows_the_study_beside_the_list(listed, until, text_of):
    """Verdict, test result and the course of the best so far; it follows the cursor."""

    async def steps(pilot, app):
        await until(pilot, lambda: "Verdict" in text_of(app))
        await until(pilot, lambda: "complete trials" in text_of(app))
        await pilot.press("home")
        await until(pilot, lambda: "r starts one" in text_of(app))
        await until(pilot, lambda: "complete trials" not in text_of(app))

    listed(steps, size=WIDE)


def test_a_narrow_screen_has_no_panel(listed, until, text_of):
    """The state stands under the list instead; widening brings the panel."""

    async def steps(pilot, app):
        assert not app.screen.query_one(StudyPanel).display
        assert "Finished with 12 trials." in text_of(app)
        await pilot.resize_terminal(*WIDE)
        await until(pilot, lambda: "Verdict" in text_of(app))

    listed(steps)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
def test_hostile_texts_are_shown_harmlessly(hostile_store, drive, text_of, size, until):
    """No escape, no bidi sign, no untrusted markup reaches the screen; nothing is lost of the layout."""
    with Store.open(hostile_store, create=True) as store:
        store.set_title(WHOLE, "t\x1b[2J\u202e\x00 [bold]e[/x] =1+1")
        store.set_notes(WHOLE, "n\x1b[2Jb\u202ec\x00d [bold]e[/x] =1+1")
    app = Browser(AppContext(StudySource(hostile_store), interval=0.1, clock=lambda: NOON))

    def harmless():
        shown = text_of(app)
        return "1 running" in shown and not {sign for sign in shown if not sign.isprintable() and sign not in "\n\xa0"}

    async def steps(pilot):
        await until(pilot, lambda: table(app).keys)
        for study in (WHOLE, "tickets-csv"):
            table(app).move_to(study)
            await pilot.pause(0.2)
            assert harmless()
            for key in ("d", "i", "c"):
                await pilot.press(key)
                await pilot.pause(0.1)
                assert harmless()
                await pilot.press("escape")
            await pilot.press("y")
            assert "\x1b" not in app.clipboard

    drive(app, steps, size)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
def test_ascii_is_all_that_is_drawn(listed, until, text_of, size):
    """Panel, chart and borders too."""

    async def steps(pilot, app):
        await until(pilot, lambda: "imdb-bert" in text_of(app))
        await pilot.pause(0.3)
        assert sorted({sign for sign in text_of(app) if ord(sign) > 126}) == []

    listed(steps, size=size, ascii=True)


def test_where_there_is_no_study_it_says_what_to_do(browser, drive, until, text_of, tmp_path):
    """No database is made by looking."""
    app = browser(f"sqlite:///{tmp_path / 'none' / 'studies.db'}")

    async def steps(pilot):
        await until(pilot, lambda: "Press n to start one" in text_of(app))
        for action in ("open", "stop", "delete", "export", "search"):
            assert not app.screen.check_action(action, ())
        await pilot.press("enter", "e", "y", "slash", "t")

    drive(app, steps)
    assert not (tmp_path / "none").exists()


def test_the_clock_of_the_list_is_that_of_the_desk(listed):
    """Ages are shown by the context's clock."""

    async def steps(pilot, app):
        assert app.context.clock() == NOON
        assert table(app).text()[1][-2].endswith("h ago")

    listed(steps)


def test_of_a_study_with_a_path_for_a_name_no_file_is_deleted(listed, until, sample_store, tmp_path):
    """A study's name in a foreign database may lead to another folder: its rows can be removed, its files are kept."""
    kept = tmp_path / "thesis"
    kept.mkdir()
    with sqlite3.connect(sample_store.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE modelcat_studies SET study = ? WHERE study = ?", (str(kept), WHOLE))
    connection.close()

    async def steps(pilot, app):
        await until(pilot, lambda: "#1" in table(app).keys)
        assert str(kept) not in table(app).keys
        table(app).move_to("#1")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, ConfirmDialog))
        await pilot.press("y")
        await until(pilot, lambda: "#1" not in table(app).keys)
        assert kept.is_dir()

    listed(steps)


def test_places_left_behind_change_their_language_too(listed, until, text_of):
    """After Ctrl+L on another screen, the study is shown in the new language and with the new glyphs."""

    async def steps(pilot, app):
        table(app).move_to(WHOLE)
        await pilot.press("enter")
        await until(pilot, lambda: "Diagnosis" in text_of(app))
        await pilot.press("question_mark")
        await until(pilot, lambda: app.screen.is_modal)
        app.action_go_to("catalog")
        await until(pilot, lambda: app.current_mode == "catalog")
        await pilot.press("ctrl+l", "ctrl+d")
        app.prefer(ascii=True)
        app.action_go_to("studies")
        await until(pilot, lambda: "Tasten" in text_of(app))
        await pilot.press("escape")
        await until(pilot, lambda: "Diagnose" in text_of(app) and "Diagnosis" not in text_of(app))
        assert text_of(app).isascii()
        await pilot.press("escape")
        await until(pilot, lambda: "Bestwert" in text_of(app) and "Suche" in text_of(app))
        assert text_of(app).isascii()

    listed(steps)

"""The place of one study, through Pilot: what it shows and what its keys do."""

import asyncio
import json
import shutil
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sample_store import NOON, WHOLE, many_trials
from textual.screen import Screen

from catalog.errors import LostWorkerError
from catalog.metric import metric_to_json
from catalog.registry import load_task
from runner.store.records import EpochRecord, EvaluationRecord, Owner, TrialRecord
from runner.store.store import Store
from runner.study.charts import CHARTS, Chart
from runner.study.log import StudyLog
from runner.tui.app import Browser
from runner.tui.base_screen import BaseScreen
from runner.tui.context import AppContext
from runner.tui.preferences import Preferences
from runner.tui.screens.study import StudyScreen
from runner.tui.study_source import StudySource

WIDE = (160, 48)


@pytest.fixture(autouse=True)
def _alone(monkeypatch):
    """Keep the other places out: what lies under the study is an empty screen."""
    monkeypatch.setattr(Browser, "_root", lambda _self, _name: Screen)


@pytest.fixture
def at(request, drive, until):
    """Return a function that opens a study of a sample store and does something there."""

    def run(steps, study=WHOLE, size=(80, 24), sample_store="sample_store", read_only=False, **preferences):
        source = StudySource(request.getfixturevalue(sample_store))
        context = AppContext(source, Preferences(**preferences), read_only=read_only, interval=0.3, clock=lambda: NOON)

        async def all_steps(pilot):
            screen = StudyScreen(pilot.app.context, study)
            pilot.app.push_screen(screen)
            await until(pilot, lambda: screen.book is not None and screen.query("#trials"))
            await pilot.pause()
            await steps(pilot, screen)

        drive(Browser(context), all_steps, size)

    return run


@pytest.fixture
def store(sample_store):
    """Return the sample store's store, open for writing."""
    with Store.open(sample_store, create=False) as opened:
        yield opened


def table(screen):
    """Return the table of trials."""
    return screen.query_one("#trials")


async def press(pilot, *keys):
    """Press keys one after the other."""
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


def written(name, planned=4, **facts):
    """Return what a study is made with."""
    return {
        "key": "nlp/text-classification/bert",
        "mode": "study",
        "spec": {"model_config": {}, "study": {"name": name}},
        "base": "/somewhere",
        "space": {"rate": {"low": 1e-5, "high": 1e-3, "log": True}},
        "data": {"labels": ["no", "yes"]},
        "metric": "accuracy",
        "metrics": [metric_to_json(metric) for metric in load_task("nlp/text-classification").metrics],
        "direction": "maximize",
        "planned": planned,
        "versions": {},
        **facts,
    }


def trial(number, value=0.8, state="complete", **facts):
    """Return a trial of a made-up study."""
    begun = datetime(2026, 3, 14, 17, number % 60, tzinfo=UTC)
    return TrialRecord(
        number,
        state,
        "given" if number == 0 else "search",
        {"rate": 1e-4 * (number + 1)},
        value,
        {} if value is None else {"accuracy": value},
        12.0,
        started=begun,
        finished=None if state == "running" else begun + timedelta(seconds=12),
        **facts,
    )


def lease_of(store, name):
    """Take a study's lease for a while."""
    return store.acquire(name, Owner.this_process(), timedelta(minutes=5))


def test_a_finished_study_shows_verdict_best_trial_and_its_details(at, text_of):
    """The verdict stands on top, the best trial first with its star; the pane tells of the trial under the cursor."""

    async def steps(pilot, screen):
        shown = text_of(pilot.app)
        assert "finished" in shown
        assert "given configuration" in shown.replace("\n", " ")
        best = screen.book.snapshot.best
        assert table(screen).keys[0] == table(screen).cursor == str(best)
        assert "★" in shown
        assert f"Trial {best}" in shown

    at(steps)


def test_the_cursor_leads_the_pane(at, text_of, until):
    """Moving the cursor shows the trial that it comes to, in the narrow and in the wide layout."""

    async def steps(pilot, screen):
        await press(pilot, "down")
        number = table(screen).cursor
        assert number != str(screen.book.snapshot.best)
        await until(pilot, lambda: f"Trial {number}" in text_of(pilot.app))
        await press(pilot, "k")
        assert table(screen).cursor == str(screen.book.snapshot.best)

    at(steps)
    at(steps, size=WIDE)


@pytest.mark.parametrize("size", [(80, 24), WIDE])
def test_tabs_go_round(at, size):
    """The keys ] and [ show each tab in turn, and come back to the first."""

    async def steps(pilot, screen):
        seen = []
        for _ in range(5):
            await press(pilot, "right_square_bracket")
            seen.append(next(pane.id for pane in screen.query("#side > *") if pane.id != "tabs" and pane.display))
        assert seen == ["pane-charts", "pane-compare", "pane-diagnosis", "pane-log", "pane-trials"]
        await press(pilot, "left_square_bracket")
        assert screen.query_one("#pane-log").display

    at(steps, size=size)


def test_tab_changes_between_table_and_pane_where_it_is_narrow(at):
    """Below 100 columns Tab gives the room, and the keys, to the other part."""

    async def steps(pilot, screen):
        left, side = screen.query_one("#left"), screen.query_one("#side")
        assert left.size.height > 4
        await press(pilot, "tab")
        assert left.size.height == 4
        assert side.size.height > left.size.height
        assert not table(screen).has_focus
        await press(pilot, "tab")
        assert table(screen).has_focus
        assert left.size.height > 4

    at(steps)


def test_sorting_by_key_and_by_heading(at):
    """The key t sorts by the next column, T turns the order, and a click at a heading does both."""

    async def steps(pilot, screen):
        def values():
            return [screen.book.trials[int(key)].value for key in table(screen).keys]

        known = [value for value in values() if value is not None]
        assert known == sorted(known, reverse=True)
        await press(pilot, "T")
        known = [value for value in values() if value is not None]
        assert known == sorted(known)
        await press(pilot, "t")
        assert screen.view.sorted_by != "value"
        assert not screen.view.turned
        screen.post_message(table(screen).HeaderClicked(table(screen), "number"))
        await pilot.pause()
        numbers = [int(key) for key in table(screen).keys]
        assert numbers == sorted(numbers)
        screen.post_message(table(screen).HeaderClicked(table(screen), "number"))
        await pilot.pause()
        assert [int(key) for key in table(screen).keys] == sorted(numbers, reverse=True)

    at(steps, size=WIDE)


def test_trials_without_a_value_come_last(at):
    """Whichever way the order is turned, what has no value stands at the end."""

    async def steps(pilot, screen):
        for _ in range(2):
            values = [screen.book.trials[int(key)].value for key in table(screen).keys]
            assert None in values
            assert values.index(None) == len([value for value in values if value is not None])
            await press(pilot, "T")

    at(steps, study="imdb-bert")


def test_states_are_filtered_in_turn(at, text_of):
    """The key a shows one state after the other and at last all again, and says how many that are."""

    async def steps(pilot, screen):
        total = len(screen.book.trials)
        states = sorted({trial.state for trial in screen.book.trials.values()})
        seen = []
        for _ in states:
            await press(pilot, "a")
            seen.append(screen.view.state)
            assert {screen.book.trials[int(key)].state for key in table(screen).keys} == {screen.view.state}
            assert f"of {total} trials" in text_of(pilot.app)
        assert sorted(seen) == states
        await press(pilot, "a")
        assert len(table(screen).keys) == total

    at(steps, study="imdb-bert")


def test_a_filter_is_judged_while_it_is_typed(at, text_of):
    """The key f asks for an expression; a wrong one is shown at once and not taken, a right one filters."""

    async def steps(pilot, screen):
        await press(pilot, "f", *"acuracy")
        assert "did you mean accuracy?" in text_of(pilot.app)
        assert "Show trials such as accuracy >= 0." in text_of(pilot.app)
        await press(pilot, "enter")
        assert pilot.app.screen is not screen
        for _ in "acuracy":
            await pilot.press("backspace")
        await press(pilot, *"number > 0 and number < 3", "enter")
        assert pilot.app.screen is screen
        assert sorted(table(screen).keys) == ["1", "2"]
        assert "number > 0 and number < 3" in text_of(pilot.app)
        await press(pilot, "f", "escape")
        assert sorted(table(screen).keys) == ["1", "2"]

    at(steps)


def test_columns_are_chosen(at):
    """The key v lists all columns, marked as they are; what is chosen is shown."""

    async def steps(pilot, screen):
        await press(pilot, "v", "space", "enter")  # the first is the state
        keys = [column.key for column in table(screen).visible_columns]
        assert "state" not in keys
        assert "number" in keys

    at(steps, size=WIDE)


def test_marks_and_comparing(at, text_of, until):
    """The key x marks trials, and c compares them: parameters, metrics, and the counts of where predictions part."""

    async def steps(pilot, screen):
        screen.query_one("#trials").move_to("0")
        await press(pilot, "x")
        screen.query_one("#trials").move_to("7")
        await press(pilot, "x", "c")
        await until(pilot, lambda: "validation examples" in text_of(pilot.app))
        shown = text_of(pilot.app)
        assert "against trial 7" in shown
        assert "◉" in shown
        pane = screen.query_one("#pane-compare")
        found = pane._found
        assert sum(map(len, found.rows.values())) == 222
        assert str(len(found.rows["only A"])) in shown
        await until(pilot, lambda: screen.focused is not None and screen.focused.id == "quadrants")
        await press(pilot, "enter")
        await until(pilot, lambda: "Row " in text_of(pilot.app))
        assert "Only trial 0 is right" in text_of(pilot.app)
        await press(pilot, "down", "enter")
        await until(pilot, lambda: "Both are wrong" in text_of(pilot.app))

    at(steps, size=(120, 40))


def test_comparing_without_marks_takes_the_best_and_the_given(at, text_of, until):
    """The key c without marks holds the best trial against the given configuration."""

    async def steps(pilot, screen):
        await press(pilot, "c")
        best = screen.book.snapshot.best
        await until(pilot, lambda: f"Trial {best}" in text_of(pilot.app) and "(given)" in text_of(pilot.app))

    at(steps)


def test_predictions_that_are_gone_are_told(at, sample_store, text_of, until):
    """A study whose files are gone still compares parameters, and says which file is missing."""
    shutil.rmtree(Path(sample_store.removeprefix("sqlite:///")).parent / "studies" / WHOLE / "runs")

    async def steps(pilot, screen):
        await press(pilot, "c")
        pane = screen.query_one("#pane-compare")
        await until(pilot, lambda: "is not there: put it back" in pane._trouble)
        await pilot.pause()
        assert "is not" in text_of(pilot.app)

    at(steps, size=WIDE)


def test_enter_opens_the_trial(at, monkeypatch):
    """Enter goes to the trial under the cursor."""
    opened = []

    class Recorder(Screen):
        def __init__(self, context, study, number):
            super().__init__()
            opened.append((study, number))

    monkeypatch.setitem(sys.modules, "runner.tui.screens.trial", SimpleNamespace(TrialScreen=Recorder))

    async def steps(pilot, screen):
        await press(pilot, "down")
        number = int(table(screen).cursor)
        await press(pilot, "enter")
        assert opened == [(WHOLE, number)]
        assert isinstance(pilot.app.screen, Recorder)

    at(steps)


def test_charts_and_their_parameters(at):
    """The key g shows the charts and then the next one; p draws the next parameter where there is one to choose."""

    async def steps(pilot, screen):
        await press(pilot, "g")
        pane = screen.query_one("#pane-charts")
        seen = [pane.kind]
        for _ in range(len(CHARTS) - 1):
            if pane.kind == "slice":
                before = pane._part
                await press(pilot, "p")
                assert pane._part != before
                assert screen.check_action("parameter", ())
            await press(pilot, "g")
            await pilot.pause(0.05)
            seen.append(pane.kind)
        assert seen == list(CHARTS)
        await press(pilot, "g")
        assert not screen.check_action("parameter", ())

    at(steps)
    at(steps, size=WIDE)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"method": "fANOVA", "trials": 5, "shares": {"learning_rate": 0.75, "epochs": 0.25}}, "75.0 %"),
        (None, "four complete trials or more that differ"),
        (LostWorkerError("it took too long"), "it took too long"),
        (TypeError("unhashable type"), "TypeError: unhashable type"),
    ],
)
def test_importance_is_estimated_while_a_study_runs(at, text_of, until, monkeypatch, answer, expected):
    """Before a study has ended its parameters' importance is worked out from the trials so far, once for these."""
    asked = []

    def estimate(points, space, *, maximize):
        asked.append((len(points), sorted(space), maximize))
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr("runner.study.importance.importance_of", estimate)

    async def steps(pilot, screen):
        await press(pilot, "g", "g")
        await until(pilot, lambda: expected in text_of(pilot.app).replace("\n", " "))
        await pilot.pause(0.5)
        assert len(asked) == 1
        assert asked[0][0] == len(screen.book.snapshot.ranked)

    at(steps, study="imdb-bert", size=WIDE)


def test_the_diagnosis_is_made_in_the_background(at, text_of, until):
    """The tab Diagnosis tells the whole verdict, findings, and the option that applies each remedy."""

    async def steps(pilot, screen):
        await press(pilot, *["right_square_bracket"] * 3)
        await until(pilot, lambda: "--set" in text_of(pilot.app))
        assert "Verdict" in text_of(pilot.app)

    at(steps, size=WIDE)


def test_a_study_that_cannot_be_diagnosed_says_why(at, text_of, until):
    """A failed study without a trial has nothing to diagnose, which is said in the tab."""

    async def steps(pilot, screen):
        await press(pilot, *["right_square_bracket"] * 3)
        await until(pilot, lambda: "no completed trial" in text_of(pilot.app).replace("\n", " "))

    at(steps, study="tickets-csv")


def test_the_log_goes_on_and_can_be_narrowed(at, store, sample_store, text_of, until):
    """The tab Log shows new lines by itself, and l keeps those of the trial under the cursor."""
    folder = Path(sample_store.removeprefix("sqlite:///")).parent / "studies" / "imdb-bert"
    shutil.rmtree(folder, ignore_errors=True)
    log = StudyLog(folder, print)
    log.begin()
    log.note("the study begins")

    async def steps(pilot, screen):
        await press(pilot, "left_square_bracket")
        await until(pilot, lambda: "the study begins" in text_of(pilot.app))
        number = table(screen).cursor
        log.write("measured", "halfway through", f"trial/{number}")
        await until(pilot, lambda: "halfway through" in text_of(pilot.app))
        await press(pilot, "l")
        await until(pilot, lambda: "the study begins" not in text_of(pilot.app))
        assert "halfway through" in text_of(pilot.app)
        await press(pilot, "down")
        await until(pilot, lambda: "halfway through" not in text_of(pilot.app))
        await press(pilot, "l")
        await until(pilot, lambda: "the study begins" in text_of(pilot.app))

    at(steps, study="imdb-bert")
    log.close()


def test_the_log_stays_where_one_reads(at, sample_store, until):
    """New lines do not scroll a log that one has scrolled up; at its end they are followed."""
    folder = Path(sample_store.removeprefix("sqlite:///")).parent / "studies" / "imdb-bert"
    shutil.rmtree(folder, ignore_errors=True)
    log = StudyLog(folder, print)
    log.begin()
    for number in range(100):
        log.note(f"line {number}")

    async def steps(pilot, screen):
        await press(pilot, "left_square_bracket")
        pane = screen.query_one("#pane-log")
        await until(pilot, lambda: len(pane.main.lines) == 100 and pane.main.is_vertical_scroll_end)
        log.note("one more")
        await until(pilot, lambda: len(pane.main.lines) == 101 and pane.main.is_vertical_scroll_end)
        pane.main.scroll_to(y=10, animate=False)
        await pilot.pause()
        log.note("yet one more")
        await until(pilot, lambda: len(pane.main.lines) == 102)
        await pilot.pause(0.1)
        assert pane.main.scroll_offset.y == 10

    at(steps, study="imdb-bert")
    log.close()


def test_a_running_study_is_live_and_keeps_the_cursor(at, store, until, text_of):
    """A trial that comes in is shown within an interval; the cursor stays on its trial."""
    store.create_study("live", **written("live"))
    lease = lease_of(store, "live")
    store.update_study("live", lease, state="running", seconds=60.0)
    for number in range(2):
        store.put_trial("live", lease, trial(number, 0.8 + number / 100))
    store.put_trial("live", lease, trial(2, None, "running"))

    async def steps(pilot, screen):
        assert "3 of 4" not in text_of(pilot.app)
        await press(pilot, "down")
        assert table(screen).cursor == "0"
        store.put_trial("live", lease, trial(2, 0.95))
        store.put_trial("live", lease, trial(3, 0.7))
        await until(pilot, lambda: table(screen).keys == ("2", "1", "0", "3"))
        assert table(screen).cursor == "0"
        await until(pilot, lambda: "95.0 %" in text_of(pilot.app).replace("\u00a0", " "))

    at(steps, study="live")


def test_nothing_is_read_anew_while_nothing_changes(at, monkeypatch):
    """A look at a study that was not written to reads neither its trials nor its insights again."""
    calls = []
    for name in ("trials", "insights", "epochs"):
        real = getattr(Store, name)

        def counted(self, *args, _real=real, _name=name, **kwargs):
            calls.append(_name)
            return _real(self, *args, **kwargs)

        monkeypatch.setattr(Store, name, counted)

    async def steps(pilot, screen):
        await pilot.pause(0.3)
        before = list(calls)
        await pilot.pause(0.5)
        assert calls == before
        assert calls.count("trials") == 1

    at(steps)


def test_stop_asks_first(at, store, until, text_of):
    """The key s asks; n keeps the study going, y writes the request, and then there is nothing more to stop."""

    async def steps(pilot, screen):
        await press(pilot, "s", "n")
        assert not store.stop_requested("imdb-bert")
        await press(pilot, "s", "y")
        await until(pilot, lambda: store.stop_requested("imdb-bert"))
        await until(pilot, lambda: "stopping" in text_of(pilot.app))
        assert not screen.check_action("stop", ())

    at(steps, study="imdb-bert")


def test_only_what_runs_can_be_stopped_and_only_what_ended_resumed(at):
    """A finished study can neither be stopped nor resumed; in read-only mode nothing can."""

    async def finished(pilot, screen):
        assert not screen.check_action("stop", ())
        assert not screen.check_action("resume", ())

    async def failed(pilot, screen):
        assert not screen.check_action("stop", ())
        assert screen.check_action("resume", ())

    async def kept(pilot, screen):
        assert not screen.check_action("resume", ())
        assert not screen.check_action("describe", ())

    at(finished)
    at(failed, study="tickets-csv")
    at(kept, study="tickets-csv", read_only=True)


def test_a_worker_that_is_gone_is_told_and_resumed(at, store, monkeypatch, until, text_of):
    """A study whose worker is gone says so with the key that helps; r queues it and starts a worker."""
    started = []
    monkeypatch.setattr("runner.study.background.start_worker", lambda place: started.append(place) or 1)

    async def steps(pilot, screen):
        assert "r resumes it" in text_of(pilot.app)
        assert "worker gone" in text_of(pilot.app)
        await press(pilot, "r")
        await until(pilot, lambda: started)
        assert store.study("imdb-roberta").state == "queued"
        await until(pilot, lambda: "queued" in text_of(pilot.app))

    at(steps, study="imdb-roberta")


def test_a_refused_request_is_told(at, store, monkeypatch, until):
    """What the store refuses is shown as a message, and the place stays."""
    expected = []
    monkeypatch.setattr(
        BaseScreen, "show_message", lambda _self, message, *, error=False: expected.append((message, error))
    )

    async def steps(pilot, screen):
        lease_of(store, "tickets-csv")
        await press(pilot, "r")
        await until(pilot, lambda: expected)
        assert expected[0][1]
        assert pilot.app.screen is screen

    at(steps, study="tickets-csv")


def test_title_and_notes(at, store, until, text_of):
    """The key i asks for title and notes; the title then stands in the breadcrumb."""

    async def steps(pilot, screen):
        await press(pilot, "i", *"New", "ctrl+s")
        await until(pilot, lambda: "New" in (store.study("imdb-bert").title or ""))
        await until(pilot, lambda: "New" in text_of(pilot.app).splitlines()[0])

    at(steps, study="imdb-bert")


def test_the_table_is_copied_and_saved(at, monkeypatch, tmp_path):
    """The key y copies what the table shows, and e saves it as a file."""
    copied = []
    monkeypatch.setattr(Browser, "copy_to_clipboard", lambda _self, text: copied.append(text))

    async def steps(pilot, screen):
        await press(pilot, "y")
        assert copied[0].count("\n") == len(screen.book.trials) + 1
        assert "accuracy" in copied[0].splitlines()[0]
        await press(pilot, "e")
        pilot.app.screen.query_one("Input").value = str(tmp_path / "trials.json")
        await press(pilot, "enter")
        rows = json.loads((tmp_path / "trials.json").read_text())
        assert len(rows) == len(screen.book.trials)

    at(steps)


def test_a_study_that_is_deleted_while_it_is_open_is_left(at, store, until, sample_store):
    """A study that is gone is said to be, and one is back where one came from."""

    async def steps(pilot, screen):
        store.delete_study("tickets-csv")
        await until(pilot, lambda: pilot.app.screen is not screen)

    at(steps, study="tickets-csv")


def test_a_study_without_trials_says_what_comes(at, text_of):
    """A queued study shows that it waits; a failed one why it failed."""

    async def queued(pilot, screen):
        shown = text_of(pilot.app)
        assert "It waits" in shown
        assert "There is no trial yet." in shown
        for key in ("f", "x", "enter", "c", "t", "y"):
            await press(pilot, key)
        assert pilot.app.screen is screen

    async def failed(pilot, screen):
        assert "Failed: " in text_of(pilot.app)

    at(queued, study="support-tickets")
    at(failed, study="tickets-csv")


def test_a_single_training_and_a_single_trial(at, store, text_of):
    """One training as given is called that; its charts and its comparison need more, and say so."""
    store.create_study("single", **written("single", 1, mode="train"))
    lease = lease_of(store, "single")
    store.put_trial("single", lease, trial(0))
    store.release("single", lease, "finished")

    async def steps(pilot, screen):
        assert "a single training" in text_of(pilot.app)
        assert not screen.check_action("compare", ())
        for _ in range(7):
            await press(pilot, "g")

    at(steps, study="single")


def test_why_a_trial_failed_is_shown(at, store, text_of):
    """A failed trial shows the kind and the reason of its failure."""
    store.create_study("failing", **written("failing"))
    lease = lease_of(store, "failing")
    store.put_trial("failing", lease, trial(0, None, "failed", failure={"kind": "diverged", "reason": "loss is nan"}))
    store.release("failing", lease, "stopped")

    async def steps(pilot, screen):
        assert "diverged: loss is nan" in text_of(pilot.app)
        assert "Stopped with 1 of 4 trials" in text_of(pilot.app)
        await press(pilot, "g")

    at(steps, study="failing")


def test_curves_are_read_for_the_trials_that_are_drawn(at, store, until, text_of):
    """The learning curves of the best trials and of the one under the cursor are read, and no others."""
    store.create_study("curved", **written("curved", 30))
    lease = lease_of(store, "curved")
    for number in range(20):
        store.put_trial("curved", lease, trial(number, 0.7 + number / 100))
        for epoch in (1.0, 2.0):
            measured = EpochRecord(f"trial/{number}", epoch, epoch / 2, 0.4, {"accuracy": 0.6}, 1e-5, 3.0)
            store.put_epoch("curved", lease, measured)
    store.release("curved", lease, "stopped")

    async def steps(pilot, screen):
        await until(pilot, lambda: "Over 2 epochs" in text_of(pilot.app))
        await press(pilot, "g", *"g" * list(CHARTS).index("curves"), "end")
        curves = screen._curves
        await until(pilot, lambda: 0 in curves.found)
        assert {19, 18} <= set(curves.found)
        assert 5 not in curves.found
        await until(pilot, lambda: "trial 19" in text_of(pilot.app) and "Epoch" in text_of(pilot.app))

    at(steps, study="curved", size=(120, 40))


def test_speed_is_drawn_from_evaluations(at, store, until, text_of):
    """The chart Pareto holds accuracy against the size, and by p the speed, of the trials' models."""
    store.create_study("judged", **written("judged", 3))
    lease = lease_of(store, "judged")
    for number in range(3):
        store.put_trial("judged", lease, trial(number, 0.7 + number / 100))
        details = {"seconds": 2.0 + number, "model_bytes": 1000 * (number + 1)}
        judged = EvaluationRecord(f"trial/{number}", "validation", 100, {"accuracy": 0.7}, None, details)
        store.put_evaluation("judged", lease, judged)
    store.release("judged", lease, "stopped")

    async def steps(pilot, screen):
        await press(pilot, "g", *"g" * list(CHARTS).index("pareto"))
        await until(pilot, lambda: "Size of the model (log)" in text_of(pilot.app))
        await press(pilot, "p")
        await until(pilot, lambda: "not known" in text_of(pilot.app) or "Examples a second" in text_of(pilot.app))

    at(steps, study="judged")


def test_german_and_ascii(at, text_of):
    """In German the words change at once; with ASCII signs nothing of ours is drawn outside of ASCII."""

    async def german(pilot, screen):
        before = text_of(pilot.app)
        await press(pilot, "ctrl+l")
        assert text_of(pilot.app) != before
        assert "abgeschlossen" in text_of(pilot.app)

    async def plain(pilot, screen):
        shown = text_of(pilot.app).replace("\u00a0", " ")
        assert shown.isascii(), [character for character in shown if not character.isascii()]

    at(german)
    at(plain, ascii=True)


def test_ten_thousand_trials(at, sample_store, store, until, monkeypatch):
    """A study of 10,000 trials is shown; no chart and no read waits for each step of the cursor, only for its rest."""
    many_trials(sample_store, "large", 10_000)
    drawn, read = [], []
    figure, epochs = Chart.figure, Store.epochs
    monkeypatch.setattr(Chart, "figure", lambda self, *given: (drawn.append(given[1]), figure(self, *given))[1])
    monkeypatch.setattr(Store, "epochs", lambda self, *given: (read.append(given), epochs(self, *given))[1])

    async def steps(pilot, screen):
        assert len(table(screen).keys) == 10_000
        await until(pilot, lambda: read and drawn)
        drawn.clear()
        read.clear()
        for _ in range(10):
            table(screen).action_step(1)
            await asyncio.sleep(0)
        here = screen.scene.chosen
        await until(pilot, lambda: read and drawn)
        assert (drawn, read) == ([here], [("large", f"trial/{here}")])
        await press(pilot, "end", "T", "g")
        assert len(table(screen).keys) == 10_000

    at(steps, study="large", size=(160, 48))


def test_a_waiting_study_says_that_nobody_works_on_it(at, text_of, until, monkeypatch):
    """Where no worker runs, r is offered and said to start one; where one does, there is nothing to do."""
    workers = []
    monkeypatch.setattr("runner.study.workers.running_worker", lambda _: workers[0] if workers else None)

    async def steps(pilot, screen):
        await until(pilot, lambda: "no worker runs on this machine" in text_of(pilot.app).replace("\n", " "))
        await until(pilot, lambda: "r resume" in text_of(pilot.app))
        workers.append(4711)
        await until(pilot, lambda: "until a worker takes it" in text_of(pilot.app))
        await until(pilot, lambda: "r resume" not in text_of(pilot.app))

    at(steps, study="feedback-de")


def test_read_only_names_no_key_that_does_nothing(at, text_of, until, monkeypatch):
    """What a study waits for is shown, what would help is not: it cannot be done here."""
    monkeypatch.setattr("runner.study.workers.running_worker", lambda _: None)

    async def steps(pilot, screen):
        await until(pilot, lambda: "no worker runs on this machine" in text_of(pilot.app).replace("\n", " "))
        assert "r starts" not in text_of(pilot.app)

    at(steps, study="feedback-de", read_only=True)


def test_a_study_with_a_path_for_a_name_is_not_opened(drive, until, sample_store, store, tmp_path):
    """A foreign database may name anything: no file outside the studies' folder is read, and the reason is shown."""
    name = str(tmp_path / "elsewhere")
    with sqlite3.connect(sample_store.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE modelcat_studies SET study = ? WHERE study = ?", (name, WHOLE))
    connection.close()
    app = Browser(AppContext(StudySource(sample_store), interval=0.1, clock=lambda: NOON))

    async def steps(pilot):
        screen = StudyScreen(app.context, name)
        app.push_screen(screen)
        await until(pilot, lambda: "cannot be a study's name" in screen.notice.message)
        assert screen.scene is None
        for key in ("enter", "g", "right_square_bracket", "space", "l"):
            await pilot.press(key)

    drive(app, steps)
    assert app.defect is None

"""A study of a task that knows neither texts nor classes: its screens show what its files and the task have."""

import sqlite3
from datetime import timedelta

import pyarrow as pa
import pytest
from pyarrow import parquet
from sample_store import NOON

from catalog.figures import Axis, Bar, Bars, Plot, Series
from catalog.metric import metric_to_json
from catalog.registry import load_task
from catalog.statement import Statement
from runner.store.records import EvaluationRecord, Owner, TrialRecord
from runner.store.store import Store
from runner.tui.screens.study import StudyScreen
from runner.tui.screens.study.quadrant_grid import QuadrantGrid
from runner.tui.screens.trial import TrialScreen

STUDY = "rents"
PREDICTIONS = "runs/0001/trial-{number}/predictions.parquet"
HOSTILE = "\x1b[31m[red]x[/nope]\u202e"


def _figures(evaluation, data, insights):
    """Draw a plot and bars of one group, and bars that stand alone."""
    del data, insights
    group, axis = Statement("Confidence"), Axis(Statement("Probability"))
    points = ((0.0, evaluation.metrics["log_loss"]), (1.0, 2.0))
    yield Plot("errors", Statement("Residuals of rents"), axis, axis, (Series("rents", points),), group=group)
    yield Bars("sizes", "Sizes", axis, (Bar(HOSTILE, 3.0),), group=group)
    yield Bars("alone", "Standing alone", axis, (Bar("x", 1.0), Bar("y", -1.0)))


@pytest.fixture
def rents(sample_store, simulated, tmp_path, monkeypatch):
    """Write a study whose predictions are numbers and whose examples are rows of a table."""
    task = load_task("test/simulated")
    monkeypatch.setattr(task, "figures", _figures, raising=False)
    folder = tmp_path / "here" / "studies" / STUDY
    examples = {"row": [0, 1, 2], "label": [410.0, 900.0, 650.0], "city": ["Ulm", HOSTILE, None], "rooms": [2, 3, None]}
    (folder / "examples").mkdir(parents=True)
    parquet.write_table(pa.table(examples), folder / "examples" / "validation.parquet")
    with Store.open(sample_store, create=False) as store:
        store.create_study(
            STUDY,
            key="test/simulated/curve",
            mode="study",
            spec={"model_config": {}, "study": {"name": STUDY}},
            base="/somewhere",
            space={"x": {"low": 0.0, "high": 1.0}},
            data={"name": "rents"},
            metric="log_loss",
            metrics=[metric_to_json(metric) for metric in task.metrics],
            direction="minimize",
            planned=2,
            versions={},
        )
        lease = store.acquire(STUDY, Owner.this_process(), timedelta(minutes=5))
        for number in range(2):
            path = PREDICTIONS.format(number=number)
            (folder / path).parent.mkdir(parents=True)
            predicted = {"row": [0, 1, 2], "label": [410.0, 900.0, 650.0], "predicted": [400.5, 950.0, None]}
            parquet.write_table(pa.table(predicted), folder / path)
            value = 0.5 + number
            store.put_trial(
                STUDY,
                lease,
                TrialRecord(
                    number, "complete", "search", {"x": 0.5}, value, {"log_loss": value}, 3.0,
                    started=NOON, finished=NOON, predictions=path,
                ),
            )  # fmt: skip
            found = EvaluationRecord(f"trial/{number}", "validation", 3, {"log_loss": value}, path, {"seconds": 1.0})
            store.put_evaluation(STUDY, lease, found)
        store.put_insight(
            STUDY, lease, "flips/given", {"split": "test", "flips": [{"row": 7, "rent": 512.25, "why": HOSTILE}, "odd"]}
        )
        store.release(STUDY, lease, "finished")
    return sample_store


async def _at(pilot, until, tab):
    screen = TrialScreen(pilot.app.context, STUDY, 0)
    pilot.app.push_screen(screen)
    await until(pilot, lambda: screen.tab)
    await screen.choose(tab)
    return screen


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=["80x24", "160x48"])
def test_tabs_are_the_groups_of_the_tasks_figures(rents, browser, drive, until, text_of, size):
    """Figures of a group share a tab, one without a group has its own; numbers can be copied from each."""

    async def steps(pilot):
        screen = await _at(pilot, until, "confidence")
        assert [name for _, name in screen._tab_names()] == [
            "Curves",
            "Confidence",
            "Standing alone",
            "Examples",
            "Parameters",
        ]
        await until(pilot, lambda: "Residuals of rents" in text_of(pilot.app))
        await pilot.press("y")
        assert "rents" in pilot.app.clipboard
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: screen.tab == "alone" and "Standing alone" in text_of(pilot.app).split("\n", 3)[3])

    drive(browser(), steps, size)


def test_examples_have_the_columns_of_the_files(rents, browser, drive, until, text_of):
    """Truths and answers that are numbers are columns; nothing is called right or wrong, nothing hostile obeyed."""

    async def steps(pilot):
        screen = await _at(pilot, until, "examples")
        table = screen._examples._table
        await until(pilot, lambda: len(table.keys) == 3)
        assert table.text()[0] == ["Row", "label", "predicted", "city", "rooms"]
        assert table.text()[1] == ["0", "410", "400", "Ulm", "2"]
        assert table.text()[3][2] == "–"
        await pilot.press("f", "t", "t", "down")
        await until(pilot, lambda: "Row 2" in text_of(pilot.app))
        assert "rooms" in screen._examples._detail.plain
        assert screen._table().columns == ("row", "label", "predicted", "city", "rooms", "cut")
        assert not set(text_of(pilot.app)) & set("\x1b\u202e")
        await pilot.press("w")
        await until(pilot, lambda: any("no column text" in expected.message for expected in pilot.app._notifications))
        assert screen.can("explain")
        pilot.app.context.predictions.unexplained.add("test/simulated/curve")
        assert not screen.can("explain")

    drive(browser(), steps, (120, 40))


def test_comparing_tells_what_it_can(rents, browser, drive, until, text_of):
    """If answers cannot be compared with the truth, a message says so; stored changes are shown by their own names."""

    async def steps(pilot):
        screen = StudyScreen(pilot.app.context, STUDY)
        pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.book is not None)
        screen._turn_to("compare")
        await until(pilot, lambda: "do not tell right answers" in " ".join(text_of(pilot.app).split()))
        await until(pilot, lambda: "rent 512" in text_of(pilot.app))
        assert "is right" not in text_of(pilot.app)
        assert not screen.query_one(QuadrantGrid).display
        assert not set(text_of(pilot.app)) & set("\x1b\u202e")

    drive(browser(), steps, (120, 60))


@pytest.mark.parametrize(
    ("comparison", "says"),
    [
        (None, "Winner against baseline: no example of test that is answered in another way was recorded."),
        ({"only_first": None}, "Winner against baseline: no example of test that is answered in another way was recor"),
        (
            {"only_first": 0, "only_second": 0},
            "Winner against baseline: no example of test is answered in another way.",
        ),
        (
            {"only_first": 1041, "only_second": 3},
            "1,044 examples of test or more are answered in another way, but none",
        ),
    ],
)
def test_a_study_without_kept_examples_says_why(rents, browser, drive, until, text_of, comparison, says):
    """A list that is empty is no count of nothing: the reason stands there."""
    with Store.open(rents, create=False) as store:
        lease = store.acquire(STUDY, Owner.this_process(), timedelta(minutes=5))
        content = {"split": "test", "flips": [], "comparison": comparison}
        store.put_insight(STUDY, lease, "flips/baseline", content)
        store.release(STUDY, lease, "finished")

    async def steps(pilot):
        screen = StudyScreen(pilot.app.context, STUDY)
        pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.book is not None)
        screen._turn_to("compare")
        await until(pilot, lambda: says in " ".join(text_of(pilot.app).split()))
        assert "0 kept" not in text_of(pilot.app)

    drive(browser(), steps, (160, 60))


def test_a_study_of_a_task_that_is_not_installed_is_shown(rents, browser, drive, until, text_of, tmp_path):
    """Its figures cannot be drawn, which is said; its predictions are read all the same."""
    with sqlite3.connect(tmp_path / "here" / "studies.db") as connection:
        connection.execute("UPDATE modelcat_studies SET key = 'gone/away/model' WHERE study = ?", (STUDY,))
    connection.close()

    async def steps(pilot):
        screen = await _at(pilot, until, "task")
        await until(pilot, lambda: "is not installed here" in " ".join(text_of(pilot.app).split()))
        await screen.choose("examples")
        await until(pilot, lambda: len(screen._examples._table.keys) == 3)
        await pilot.press("w")
        await until(pilot, lambda: any("gone/away" in expected.message for expected in pilot.app._notifications))

    drive(browser(), steps)

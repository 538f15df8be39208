"""A difference has one sign wherever it stands: positive is better, also for metrics that are minimised."""

from dataclasses import replace

import pytest
from sample_store import NOON, WHOLE

from runner.presentation.language import Language
from runner.store.store import Store
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.palette import DARK, palette_of
from runner.tui.preferences import Preferences
from runner.tui.rows.study_row import StudyRow
from runner.tui.screens.study.compare_pane import ComparePane
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_comparison import TrialPair
from runner.tui.screens.study.trial_details import details
from runner.tui.study_source import StudySource

METRICS = {"accuracy": "maximize", "log_loss": "minimize"}


@pytest.fixture(name="context")
def desk_fixture(sample_store):
    """Return a context on the sample store whose clock stands still."""
    return AppContext(StudySource(sample_store), Preferences(), clock=lambda: NOON)


@pytest.fixture(name="book", params=METRICS)
def book_fixture(request, sample_store):
    """Return a study tuned for a metric, in which trial 7 is better than the given configuration in every metric."""
    metric = request.param
    with Store.open(sample_store, create=False) as store:
        record, trials = store.study(WHOLE), store.trials(WHOLE)
    shown = {trial.number: replace(trial, value=trial.metrics.get(metric)) for trial in trials}
    best = replace(record.best, value=shown[7].value)
    worse = shown[0].value - (0.03 if metric == "accuracy" else -0.03)
    baseline = {"key": "nlp/text-classification/linear", "validation": {metric: worse}}
    record = replace(record, metric=metric, direction=METRICS[metric], best=best, baseline=baseline)
    return StudyData(record, shown)


def canvas(context: AppContext) -> Canvas:
    """Return a canvas of some width."""
    return Canvas(120, 30, palette_of(DARK, {}), context.glyphs, Language("en"), context.t)


def test_details_say_how_much_better_a_trial_is(book, context) -> None:
    """Against the given configuration a better trial has a plus, a worse one a minus."""
    title = details(book, book.trials[7], (), context)(canvas(context)).plain.splitlines()[0]
    assert " +" in title.partition("against the given")[0]
    worse = replace(book, trials={**book.trials, 0: book.trials[7], 7: replace(book.trials[0], number=7)})
    title = details(replace_given(worse), worse.trials[7], (), context)(canvas(context)).plain.splitlines()[0]
    assert "-" in title.partition("against the given")[0].rpartition("  ")[2]


def replace_given(book: StudyData) -> StudyData:
    """Return the book with the trial under number 0 as the given configuration."""
    first = replace(book.trials[0], number=0, origin="given")
    return replace(book, trials={**book.trials, 0: first, 7: replace(book.trials[7], origin="search")})


def test_compare_says_how_much_better_the_first_is(book, context) -> None:
    """Every metric of a trial that is better in all of them has a plus, losses as well, and the column says so."""
    pane = ComparePane(context)
    lines = pane._draw_sides(book, TrialPair(book.trials[7], book.trials[0]), canvas(context)).plain.splitlines()
    assert lines[0].endswith("+ is better")
    gaps = {line.split()[1]: line for line in lines if any(name in line for name in ("accuracy", "loss"))}
    assert set(gaps) == {"accuracy", "loss", "log"}
    assert all("+" in line for line in gaps.values())


def test_the_list_says_how_much_better_than_the_baseline(book) -> None:
    """The lead in the list is positive where the kept trial is better."""
    assert StudyRow(book.record, "finished").lead > 0

"""What the list of studies shows of records, apart from any screen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sample_store import NOON, WHOLE

from runner.store.records import BestTrial, TrialCounts
from runner.store.store import Store
from runner.tui.context import AppContext
from runner.tui.figures.fitting import width_of
from runner.tui.preferences import Preferences
from runner.tui.rows.study_cells import ago, short_time, study_cells, study_columns
from runner.tui.rows.study_legend import legend
from runner.tui.rows.study_page import study_page, verdict_of
from runner.tui.rows.study_row import ORDERS, StudyRow, holds, ordered, rows_of
from runner.tui.rows.study_state import state_sentence, state_word
from runner.tui.study_source import StudySource


@pytest.fixture
def context(sample_store):
    """Return a context whose clock does not advance."""
    return AppContext(StudySource(sample_store), Preferences(), clock=lambda: NOON)


@pytest.fixture
def rows(sample_store):
    """Return the rows of the sample store by study."""
    with Store.open(sample_store, create=False) as store:
        return {row.record.study: row for row in rows_of(store.studies(), store.courses(), NOON)}


def test_a_study_whose_worker_is_gone_is_not_shown_as_running(rows, context):
    """Glyph, word and advice show that no process runs it, and how to resume it."""
    row = rows["imdb-roberta"]
    assert row.record.state == "running"
    assert row.state == "gone"
    assert state_word(row.state, context) == "worker gone"
    assert "r resumes it" in state_sentence(row, context)
    assert str(study_cells(row, context, NOON)[0]) == context.glyphs.states["gone"]


def test_queued_studies_know_their_place(rows, context):
    """Who waited longest is the first."""
    assert (rows["support-tickets"].place, rows["feedback-de"].place) == (1, 2)
    assert state_sentence(rows["feedback-de"], context) == "Number 2 of 2 in the queue."


def test_the_lead_over_the_baseline_is_better_upwards_for_either_direction(rows):
    """A log loss below the baseline's is a lead, as an accuracy above it is."""
    record = replace(
        rows["imdb-bert"].record,
        metric="log_loss",
        direction="minimize",
        best=BestTrial(0, 0.30, {}, {}),
        baseline={"validation": {"log_loss": 0.35}},
    )
    assert StudyRow(record, "running").lead == pytest.approx(0.05)
    assert StudyRow(replace(record, direction="maximize"), "running").lead == pytest.approx(-0.05)
    assert StudyRow(replace(record, baseline=None), "running").lead is None
    assert StudyRow(replace(record, baseline={"validation": {"log_loss": None}}), "running").lead is None


def test_the_best_so_far_never_falls(rows):
    """What is to be small is turned round, so that up is better."""
    record = rows["imdb-bert"].record
    assert StudyRow(record, "running", course=(0.5, 0.7, 0.6)).best_so_far == (0.5, 0.7, 0.7)
    low = StudyRow(replace(record, direction="minimize"), "running", course=(0.5, 0.7, 0.4))
    assert low.best_so_far == (-0.5, -0.5, -0.4)


@pytest.mark.parametrize("by", ORDERS)
def test_every_order_holds_all_rows_and_can_be_turned(rows, by):
    """What has no value stays last either way."""
    there, back = ordered(list(rows.values()), by, turned=False), ordered(list(rows.values()), by, turned=True)
    assert {row.record.study for row in there} == {row.record.study for row in back} == set(rows)
    if by == "best":
        assert there[0].record.study == WHOLE or there[0].record.best is not None
        assert there[-1].record.best is None
        assert back[-1].record.best is None
    if by == "created":
        assert there[0].record.study == "feedback-de"
        assert back[0].record.study == WHOLE


def test_search_takes_all_words_from_anywhere(rows):
    """Words may stand in name, title, notes, model, metric or state, in any order and case."""
    row = StudyRow(replace(rows["imdb-bert"].record, title="Night shift", notes="too HOT"), "running")
    assert holds(row, "SHIFT hot accuracy läuft", "läuft")
    assert not holds(row, "shift cold", "running")
    assert holds(row, "", "running")


def test_cells_fit_their_columns_in_both_languages(rows, sample_store):
    """As many cells as columns, and what matters is not cut at the columns' own widths."""
    for language in ("en", "de"):
        context = AppContext(StudySource(sample_store), Preferences(language=language), clock=lambda: NOON)
        columns = study_columns(context)
        for row in rows.values():
            cells = study_cells(row, context, NOON)
            assert len(cells) == len(columns)
            for column, cell in zip(columns, cells, strict=True):
                if column.key in {"best", "time", "progress", "glyph", "trials"}:
                    assert width_of(str(cell)) <= column.width, (column.key, str(cell))


def test_counts_of_trials_leave_out_what_did_not_happen(rows, context):
    """Pruned and failed trials are shown if there are any."""
    columns = [column.key for column in study_columns(context)]
    record = rows["imdb-bert"].record
    at = columns.index("trials")
    assert str(study_cells(StudyRow(record, "running"), context, NOON)[at]) == "8/20 ✂1 ✗1"
    calm = replace(record, trials=TrialCounts(complete=3))
    assert str(study_cells(StudyRow(calm, "running"), context, NOON)[at]) == "3/20"


@pytest.mark.parametrize(
    ("seconds", "expected"), [(4.2, "4.2 s"), (42, "42 s"), (1491, "25 min"), (4260, "1.2 h"), (446400, "124 h")]
)
def test_times_take_seven_cells_with_their_unit(context, seconds, expected):
    """One unit is enough in a list."""
    assert short_time(seconds, context).replace("\xa0", " ") == expected


def test_ages_are_coarse(context):
    """Minutes, hours, days; what lies ahead by a clock that differs is just now."""
    ages = [
        timedelta(seconds=-5),
        timedelta(seconds=59),
        timedelta(minutes=5),
        timedelta(hours=30),
        timedelta(days=400),
    ]
    expected = ["just now", "just now", "5 min ago", "1 d ago", "400 d ago"]
    assert [ago(NOON - age, NOON, context) for age in ages] == expected


def test_the_legend_names_the_baseline_and_the_order(rows, context):
    """What the signs mean for the study under the cursor."""
    expected = str(legend(rows["imdb-bert"], ("best", True), context)).replace("\xa0", " ")
    assert expected.startswith("worst first")
    assert "against the linear baseline (90.5 %)" in expected
    assert "✂ pruned" in expected


def test_the_page_tells_verdict_and_test_result_in_the_persons_language(rows, sample_store):
    """Statements are shown in German with German numbers, the test result against the baseline's."""
    context = AppContext(StudySource(sample_store), Preferences(language="de"), clock=lambda: NOON)
    page = str(study_page(rows[WHOLE], context)).replace("\xa0", " ")
    assert "Trial 7 schlägt die vorgegebene Konfiguration" in page
    assert "Baseline" in page
    assert "," in page


@pytest.mark.parametrize(
    "verdict",
    [
        {"sentence": "Plain.", "statements": [{"template": "{x}", "values": {}}]},
        {"sentence": "Plain.", "statements": "odd"},
        {"sentence": "Plain.", "statements": [7]},
        {"sentence": "Plain."},
    ],
)
def test_a_verdict_of_another_version_is_told_as_it_was_stored(rows, context, verdict):
    """What cannot be read as statements still has its sentence."""
    assert verdict_of(replace(rows[WHOLE].record, verdict=verdict), context) == "Plain."


@pytest.mark.parametrize("verdict", [None, {}], ids=["none", "empty"])
def test_a_study_without_a_verdict_has_none(rows, context, verdict):
    """Nothing is made up."""
    assert verdict_of(replace(rows[WHOLE].record, verdict=verdict), context) == ""

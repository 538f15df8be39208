"""Page and card of a task that they know nothing of: all that they tell of it is what it says itself."""

from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from catalog import registry
from catalog.contract import Card, Evaluation, Fact
from catalog.figures import Axis, Bar, Bars
from catalog.metric import Direction, Metric, metric_to_json
from catalog.statement import Statement
from runner.presentation.language import Language
from runner.report.card import model_card
from runner.report.gathering import gather
from runner.report.page import render
from runner.report.results import Flips, Results
from runner.store.evaluation_records import record_of
from runner.store.records import Owner, TrialRecord

NAME = "imdb-minilm"
KEY = "weather/forecast/mean"
METRICS = tuple(
    Metric(name, direction, Statement(label), Statement(label.lower()), form, explanation)
    for name, direction, label, form, explanation in (
        ("r2", Direction.MAXIMIZE, "Explained variance", "percent", None),
        ("rmse", Direction.MINIMIZE, "Root of squared error", "number", Statement("lower is better")),
        ("wait", Direction.MINIMIZE, "Time lost", "seconds", None),
        ("misses", Direction.MINIMIZE, "Misses", "count", None),
    )
)
CHANGED = [
    {"row": 7, "station": "Kiel | <b>", "truth": 3.25, "first": 3.5, "second": 8, "first_confidence": 0.75, "way": [1]},
    {"row": 9, "station": "Ulm", "truth": 1.5, "first": 9.0, "second": None, "first_confidence": 0.5, "way": True},
]


@dataclass(frozen=True)
class Forecasts:
    """A task of numbers."""

    key: str = "weather/forecast"
    summary: str = "One number for each day."

    def facts(self, data):
        """Return one line."""
        return [Fact(Statement("stations"), Statement("{count:count} of them", {"count": data["stations"]}))]

    def data_figures(self, data):
        """Yield a figure, then fail."""
        yield Bars("rain", Statement("Rain"), Axis(Statement("Days"), "count"), (Bar("Kiel", 180), Bar("Ulm", 95)))
        raise KeyError("snow")


@pytest.fixture
def study(empty, monkeypatch):
    """Return a store with a study of that task."""
    model: Any = SimpleNamespace(
        key=KEY, Config=None, card=lambda: Card("The mean.", "Of all days."), preparation_fields=(), fixed_fields=()
    )
    monkeypatch.setattr(registry, "load_task", lambda _key: Forecasts())
    monkeypatch.setattr(registry, "load", lambda _key: model)
    monkeypatch.setattr("runner.report.gathering.parameters_of", lambda _model: ())
    empty.create_study(
        NAME,
        key=KEY,
        mode="study",
        spec={"model": "mean", "dataset": {"source": "gauge"}},
        base="",
        space={},
        data={"name": "rain", "rows": {"train": 90}, "stations": 1234, "columns": {"day": "date", "ignored": ["id"]}},
        metrics=[metric_to_json(metric) for metric in METRICS],
        metric="rmse",
        direction="minimize",
        planned=1,
        versions={"python": "3.11.7", "modelcat": "0.1.0", "modelcat-weather": "1.2"},
    )
    lease = empty.acquire(NAME, Owner.this_process(), timedelta(minutes=1))
    empty.put_trial(NAME, lease, TrialRecord(0, "complete", "given", {}, 2.5, speed={"training_seconds": 4.0}))
    values = {"misses": 3.0, "wait": 90.0, "rmse": 2.5, "r2": 0.875}
    for subject in ("winner", "baseline"):
        found = Evaluation("test", 40, values, empty.url, 2.0)  # type: ignore[arg-type]  # its file is not looked at
        empty.put_evaluation(NAME, lease, record_of(subject, found, None))
    comparison = {"metric": "rmse", "difference": 0.5, "low": 0.1, "high": 0.9, "rows": 40, "seeds": [1, 1]}
    content = {"split": "test", "first": "winner", "second": "baseline", "comparison": comparison, "flips": CHANGED}
    empty.put_insight(NAME, lease, "flips/baseline", content)
    return empty


def test_tiles_are_the_metrics_of_the_task_in_their_formats(study, page_of):
    """What was tuned for comes first, then the others in the order of the task; none is known by its name."""
    page = page_of(study, diagnoses=None)
    tiles = page.source.replace("\xa0", " ").partition('<dl class="tiles">')[2].partition("</dl>")[0]
    shown = ["Root of squared error", "2.500", "lower is better", "Explained variance", "87.5", "Time lost", "1 min"]
    places = [tiles.index(text) for text in [*shown, "Misses", ">3<"]]
    assert places == sorted(places)
    assert "Best value in the search (trial 0): Root of squared error" in page.texts


def test_the_data_are_told_by_facts_and_figures_of_the_task(study, page_of):
    """Its lines and figures stand in the section of the data; one that fails takes nothing else with it."""
    page = page_of(study, diagnoses=None)
    section = page.source.partition('<section id="data"')[2].partition("</section>")[0]
    assert "<dt>Stations</dt><dd>1,234 of them</dd>" in section
    assert "<dt>Column of day</dt><dd>date</dd>" in section
    assert "<dt>Columns that are not used</dt><dd>id</dd>" in section
    assert {value for value, *_ in page.shown_numbers["figures.rain.bars.1.value"]} == {95}
    assert any("KeyError: &#39;snow&#39;" in text or "KeyError: 'snow'" in text for text in page.missing)


def test_changed_answers_have_the_columns_that_the_task_names(study, page_of):
    """Numbers have their places, text is text, and what is neither is shown as JSON."""
    page = page_of(study, diagnoses=None)
    section = page.source.partition('<section id="flips"')[2].partition("</section>")[0]
    for heading in ("Row", "Station", "Truth", "Winner", "Baseline", "Winner: confidence", "Way"):
        assert f">{heading}</th>" in section
    for name, value, shown in (("truth", 3.25, "3.25"), ("second", 8, "8"), ("first_confidence", 0.75, "75.0\xa0%")):
        assert page.shown_numbers[f"flips.baseline.0.{name}"] == {(value, shown, None, None)}
    assert "Kiel | &lt;b&gt;" in section
    assert ">[1]</td>" in section
    assert ">true</td>" in section


def test_a_task_that_compares_no_answers_claims_nothing_of_them(study, page_of):
    """Neither that they are equal, nor that a comparison is missing."""
    results = replace(gather(study, NAME), flips={"baseline": Flips("test", "winner", "baseline")})
    assert not results.compares
    page = render(results, Language("en"))
    assert "The task does not compare the answers of two models example by example." in page
    for claim in ("same answer to every example", "Nobody compared"):
        assert claim not in page


def test_columns_that_say_nothing_are_left_out(study, page_of):
    """Nothing was remarked, and no size or memory was measured: the tables have no such columns."""
    page = page_of(study, diagnoses=None)
    assert ">Examples a second</th>" in page.source
    for heading in ("Remarks", "Model size", "Peak memory"):
        assert f">{heading}</th>" not in page.source


def test_a_card_claims_no_rules_and_no_intervals_that_there_are_not(study):
    """The page mentions rules without findings and intervals in brackets only if there are some."""
    text = model_card(gather(study, NAME), Language("en"))
    assert "No rule found anything wrong" not in text
    assert "The task has no rules for a diagnosis" in text
    assert "On 40 examples of the split Test.\n" in text
    assert "intervals" not in text
    assert "No rule found anything wrong" in model_card(gather(study, NAME, ()), Language("en"))


def test_the_way_to_make_it_again_names_the_distribution_of_model_and_task(study, page_of):
    """What comes with modelcat is not named."""
    assert "install too: modelcat-weather 1.2" in page_of(study, diagnoses=None).texts


def test_what_only_some_models_have_is_left_out(study, page_of):
    """No word of texts, tokens or classes is on the page of a task without them."""
    page = page_of(study, diagnoses=None)
    assert "Training time of the chosen trial" in page.texts
    for word in ("token", "Texts", "texts", "Class", "classes", "temperature"):
        assert word not in page.texts.replace("class=", "")


def test_a_card_has_figures_as_tables_and_no_chapter_of_a_calibration(study):
    """Its header names no task that the hub does not know; data are facts and figures, metrics have their formats."""
    text = model_card(gather(study, NAME), Language("en")).replace("\xa0", " ")
    assert "pipeline_tag" not in text  # the hub knows no such task
    assert "- weather-forecast" in text
    assert "## Intended use\n\nOne number for each day." in text
    assert "- Stations: 1,234 of them" in text
    assert "**Rain**\n\n|  | Days |\n| --- | ---: |\n| Kiel | 180 |\n| Ulm | 95 |" in text
    assert "| Time lost | 1 min" in text
    assert "## Calibration" not in text
    assert "modelcat predict" in text


def test_metrics_of_several_evaluations_come_once(study):
    """The tuned one is first, one that the task does not list is last."""
    results: Results = gather(study, NAME)
    first = results.evaluations["winner", "test"]
    other = Evaluation("test", 1, {"odd": 1.0, "r2": 0.5}, first.predictions, 1.0)
    assert results.metrics_in(other, first) == ("rmse", "r2", "wait", "misses", "odd")


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"only_first": 0, "only_second": 0}, "The two gave the same answer to every example."),
        ({"only_first": 4, "only_second": 0}, "The examples that the two answer differently were not kept."),
    ],
)
def test_a_study_without_changed_answers_says_why(study, page_of, monkeypatch, counts, says):
    """An empty list is no proof that all answers are the same where the counts say otherwise."""
    monkeypatch.setattr(Forecasts, "changed_answers", lambda *_: (), raising=False)
    insights = study.insights(NAME)
    found = insights["flips/baseline"]
    content = {**found, "flips": [], "comparison": {**found["comparison"], **counts}}
    monkeypatch.setattr(type(study), "insights", lambda *_: {**insights, "flips/baseline": content})
    assert any(says in text for text in page_of(study, diagnoses=None).missing)

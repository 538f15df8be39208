"""Figures of a task: whatever one does, it is reported in its place and takes nothing else with it."""

from dataclasses import replace
from importlib.metadata import EntryPoint
from itertools import count
from types import SimpleNamespace

import pytest
from made_study import NAME, build

from catalog import figures as f
from catalog import registry
from catalog.errors import UnknownKeyError
from runner.presentation.english import english
from runner.store.store import Store
from runner.study.charts import CHARTS, is_chart_key, read_snapshot
from runner.study.task_figures import main_subject, task_figures

BAR = f.Bars("good", "Good", f.Axis("x"), (f.Bar("a", 1.0),))


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory):
    """Return the snapshot of a whole study."""
    url = f"sqlite:///{tmp_path_factory.mktemp('task') / 'studies.db'}"
    with Store.open(url, create=True) as store:
        build(store)
        return read_snapshot(store, NAME)


@pytest.fixture
def task_of(monkeypatch):
    """Return a function that makes the study's task one that builds figures by this function."""

    def make(build_figures):
        class Stranger:
            key = "nlp/text-classification"

            def figures(self, evaluation, data, insights):
                return build_figures(evaluation, data, insights)

        monkeypatch.setattr(registry, "load_task", lambda _: Stranger())
        monkeypatch.setattr(registry, "distribution_of", lambda _: "strange-figures")

    return make


class Lying:
    """A figure that is none, whose attributes raise."""

    @property
    def kind(self):
        raise RuntimeError("no kind today")


def raising(*_):
    yield BAR
    raise KeyError("confusion")


def ending(*_):
    yield BAR
    raise SystemExit(3)


@pytest.mark.parametrize(
    ("built", "reason"),
    [
        (lambda *_: [f.Bars("bad", "B", f.Axis("x"), (f.Bar("a", float("nan")),)), BAR], "bad.bars.0.value is nan"),
        (lambda *_: ["a picture", BAR], "str is no kind of figure"),
        (lambda *_: [Lying(), BAR], "no kind today"),
        (lambda *_: [f.Plot("bad", "B", None, None, ()), BAR], "bad.x"),
        (lambda *_: [BAR, BAR, BAR], "two figures have the key 'good'"),
        (lambda *_: [BAR, replace(BAR, key="history")], "a figure has the key 'history', which is that of a chart"),
        (
            lambda *_: [BAR, replace(BAR, key="training-loss")],
            "a figure has the key 'training-loss', which is that of a",
        ),
        (
            lambda *_: (replace(BAR, key=f"bar-{at}") if at else BAR for at in count()),
            "it builds more than 200 figures",
        ),
        (ending, "SystemExit: 3"),
        (raising, "KeyError: 'confusion'"),
        (lambda *_: 3, "TypeError"),
        (lambda *_: 1 / 0, "ZeroDivisionError"),
    ],
)
def test_a_fault_of_a_task_is_told_with_its_distribution(snapshot, task_of, built, reason):
    """Sound figures are drawn; each fault is shown in its place, with the name of what to update or to report to."""
    task_of(built)
    found = task_figures(snapshot, "winner", "test")
    faults = [figure for figure in found if isinstance(figure, f.Empty)]
    assert len(faults) == 1
    assert faults[0].reason.values["distribution"] == "strange-figures"
    assert reason in faults[0].reason.values["reason"]
    if "Zero" not in reason and "Type" not in reason:
        assert BAR in found
    for figure in found:
        f.check(figure)


def test_insights_are_those_of_the_winner(snapshot, task_of):
    """Insights about the kept model are not shown for another trial; data are the study's."""
    seen = []
    task_of(lambda evaluation, data, insights: seen.append((evaluation.split, data["name"], set(insights))) or ())
    task_figures(snapshot, "winner", "test")
    task_figures(snapshot, "trial/7", "validation")
    assert seen[0][:2] == ("test", "imdb")
    assert {"calibration", "interpretation"} <= seen[0][2]
    assert seen[1] == ("validation", "imdb", set())


def test_a_task_without_figures_or_that_is_gone_says_so(snapshot, monkeypatch):
    """One figure says why there is none."""
    monkeypatch.setattr(registry, "load_task", lambda _: SimpleNamespace(key="nlp/text-classification"))
    assert "draws no figures" in task_figures(snapshot, "winner", "test")[0].reason.template

    def gone(_):
        raise UnknownKeyError("no model")

    monkeypatch.setattr(registry, "load_task", gone)
    assert "not installed" in task_figures(snapshot, "winner", "test")[0].reason.template
    assert task_figures(snapshot, "winner", "train") == ()


def test_a_task_that_cannot_be_used_says_why(snapshot, monkeypatch):
    """A key that two distributions claim is reported as the registry reports it."""
    points = [EntryPoint("nlp/text-classification", "json:loads", registry.TASKS) for _ in range(2)]
    for point, name in zip(points, ("ours", "theirs"), strict=True):
        vars(point)["dist"] = SimpleNamespace(name=name, version="1")
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    (found,) = task_figures(snapshot, "winner", "test")
    assert "registered 2 times, by ours and theirs; uninstall one" in english(found.reason)
    f.check(found)


def test_the_winner_on_test_is_looked_at_closely(snapshot):
    """Before a study is closed it is the best trial so far on validation."""
    assert main_subject(snapshot) == ("winner", "test")
    trials = tuple(record for record in snapshot.evaluations if record.subject == "trial/7")
    assert main_subject(replace(snapshot, evaluations=trials)) == ("trial/7", "validation")
    assert main_subject(replace(snapshot, evaluations=())) is None


def test_no_figure_of_a_chart_has_a_key_that_a_task_may_use(snapshot):
    """Whichever figure a chart builds, its key is taken."""
    assert all(is_chart_key(chart.figure(snapshot, None).key) for chart in CHARTS.values())

"""Wherever the result of a study is shown, the same configuration is the one that is kept, for the same reason."""

import json
import random
from statistics import fmean

import pytest

from runner.cli import studies as tables
from runner.presentation.language import Language
from runner.report.formatting import ReportFormatter
from runner.report.gathering import gather
from runner.report.sections.configuration import trials as trials_section
from runner.store.json_output import study_answer, study_line
from runner.store.store import Store
from runner.study.charts import chart_of
from runner.study.coordinator import run_study
from runner.study.folders import kept_model
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.palette import DARK, palette_of
from runner.tui.preferences import Preferences
from runner.tui.screens.study.headline import headline
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_columns import TableView, cells
from runner.tui.screens.study.trial_details import details
from runner.tui.screens.trial.trial_facts import TrialFacts
from runner.tui.study_source import StudySource

CHANCE, MARGIN = 0.5, 0.01


@pytest.fixture(autouse=True)
def _quick_importance(monkeypatch):
    """Spare a study the process that computes how much parameters mattered: it takes seconds to start."""
    answer = {"method": "none", "trials": 0, "shares": {}}
    monkeypatch.setattr("runner.study.insights.importance_of", lambda *_, **__: answer)


def some_study(luck, metric):
    """Return a configuration and settings in which luck, chance level and divergence all occur."""
    config = {"x": luck.choice([0.1, 0.5, 0.7]), "own_luck": luck.choice([0.0, 0.02, 0.1])}
    config["collapses"] = luck.choice([0.0, 0.3, 0.7, 1.0])
    confirm = {"top": luck.choice([0, 1, 2]), "seeds": luck.choice([1, 2, 3])}
    space = luck.choice([None, {"x": {"choices": [0.2, 0.7, 0.9]}}, {"x": {"low": 0.0, "high": 1.0, "step": 0.25}}])
    study = {"metric": metric, "trials": luck.randint(1, 7), "confirm": confirm, "seed": luck.randrange(1000)}
    return config, study | ({"search_space": space} if space else {})


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
@pytest.mark.parametrize("seed", range(8))
def test_all_places_say_the_same(request_of, workspace, recorder, capsys, seed, metric):
    """Header, list, table, charts, details, verdict, kept model, report and JSON name one configuration."""
    config, settings = some_study(random.Random(f"{seed}:{metric}"), metric)
    record = run_study(request_of(config, **settings), workspace, recorder)
    with Store.open(workspace.storage, create=False) as store:
        trials, confirmations = store.trials(record.study), store.confirmations(record.study)
        results = gather(store, record.study)
        book = StudyData(record, {trial.number: trial for trial in trials}, store.insights(record.study))
    number, verdict = record.winner["trial"], record.verdict
    kept = next(trial for trial in trials if trial.number == number)

    # JSON and list
    answer = study_answer(record, workspace.folder_of(record.study))
    assert answer["best"] == {"number": number, "params": dict(kept.params), "metrics": dict(kept.metrics)}
    assert answer["verdict"]["winner"] == record.winner["arm"] == ("given" if number == 0 else f"trial/{number}")
    assert study_line(record)["best"].items() >= {"number": number, "value": kept.value, "metric": metric}.items()

    # the kept model
    folder = kept_model(record, workspace)
    assert str(folder.absolute()) == answer["model_dir"]
    accuracy = json.loads((folder / "model.json").read_text())["accuracy"]
    trained = {f"trial/{trial.number}": trial.metrics for trial in trials}
    trained |= {f"confirm/{one.arm}/{one.seed}": one.metrics for one in confirmations}
    training = record.winner["training"]
    assert training == f"trial/{number}" or training.startswith(f"confirm/{record.winner['arm']}/")
    assert trained[training]["accuracy"] == pytest.approx(accuracy)
    assert record.test["accuracy"] == pytest.approx(accuracy)

    # tables on the terminal
    tables.print_trials(record, trials)
    starred = [line.split()[0] for line in capsys.readouterr().out.splitlines() if "★" in line]
    assert starred == [str(number)]

    # the terminal UI
    context = AppContext(StudySource(workspace.storage), Preferences())
    assert book.snapshot.best == number
    assert f"kept: trial {number}, {context.metric(record.tuned, kept.value)}" in headline(book, context, 200).plain
    assert verdict["sentence"][:40] in headline(book, context, 400).plain
    row = cells(book, TableView(), context, (), working=False)
    assert [trial.number for trial in trials if "★" in str(row(str(trial.number))[0])] == [number]
    canvas = Canvas(100, 30, palette_of(DARK, {}), context.glyphs, Language("en"), context.t)
    shown = {trial.number: details(book, trial, (), context)(canvas).plain.splitlines()[0] for trial in trials}
    assert [one for one, line in shown.items() if "★ kept" in line] == [number]
    series = {one.role: one.points for one in chart_of("history").figure(book.snapshot).series}
    assert series["winner"] == ((float(number), kept.value),)
    assert [t.number for t in trials if TrialFacts(record, t).is_winner] == [number]
    assert [t.number for t in trials if TrialFacts(record, t).is_best] == [number]

    # the report
    teller = ReportFormatter(Language("en"))
    assert results.number == number
    assert results.tuned == (record.winner["arm"] != "given")
    (table,) = trials_section(results, teller).blocks
    assert [row.cells[0] for row in table.rows if "★" in row.cells[0]] == [f"{number} ★"]
    if len(trials) > 1:
        stars = [one for one in chart_of("history").figure(results.snapshot).series if one.role == "winner"]
        assert [one.points for one in stars] == [((float(number), kept.value),)]

    check_rule(record, trials, confirmations, metric)


def check_rule(record, trials, confirmations, metric):
    """Check that what is kept is what the rule says, and that differences have the sign that they are read with."""
    verdict, sign = record.verdict, 1 if metric == "accuracy" else -1
    by_arm = {}
    for one in confirmations:
        by_arm.setdefault(one.arm, []).append(sign * one.metrics[metric])
    above = {arm: sorted(values)[(len(values) - 1) // 2] - sign * CHANCE > MARGIN for arm, values in by_arm.items()}
    winner = record.winner["arm"]
    if any(above.values()):
        assert above[winner]
        best = max(fmean(values) for arm, values in by_arm.items() if above[arm])
        assert fmean(by_arm[winner]) == pytest.approx(best)
    versus = verdict["versus_given"]
    if versus is not None and verdict["confirmed"]:
        difference = fmean(by_arm[versus["of"]]) - fmean(by_arm["given"])
        assert versus["difference"] == pytest.approx(difference)
        assert versus["of"] != "given"
    if verdict["above_chance"] is False:
        assert "no better than guessing" in verdict["sentence"].split(":")[0]
        assert not any(above.values())
    if not verdict["confirmed"]:
        complete = [sign * trial.value for trial in trials if trial.state == "complete"]
        assert sign * record.best.value == pytest.approx(max(complete))

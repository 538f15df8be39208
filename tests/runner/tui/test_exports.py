"""What is exported from the screens is data: in every language the same, and what the store holds."""

import json
from datetime import datetime

import pandas as pd
import pytest
from sample_store import WHOLE
from textual.widgets import Input

from catalog import registry
from runner.store.evaluation_records import evaluation_of
from runner.store.store import Store
from runner.tui.screens.study import StudyScreen
from runner.tui.screens.trial import TrialScreen

LANGUAGES = ("en", "de")
BUSY = "imdb-bert"
KEY = "nlp/text-classification/bert"


@pytest.fixture(params=LANGUAGES)
def exported(request, browser, drive, until, tmp_path, sample_store):
    """Return a function that goes to a screen, saves its table with the key, and returns it as CSV and JSON have it."""

    def export(go):
        app, found = browser(language=request.param), []

        async def steps(pilot):
            await until(pilot, lambda: "studies" in app.screen.SCREEN_NAME and app.screen._rows)
            await go(app, pilot)
            for ending in ("csv", "json"):
                path = tmp_path / f"{len(found)}.{ending}"
                await pilot.press("e")
                await until(pilot, lambda: app.screen.query(Input))
                app.screen.query_one(Input).value = str(path)
                await pilot.press("enter")
                await until(pilot, path.exists)
                await until(pilot, lambda: not app.screen.query("SaveDialog Input"))
                found.append(path)

        drive(app, steps, size=(160, 40))
        path, other = found
        frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
        return frame, json.loads(other.read_text("utf-8"))

    export.store = lambda: Store.open(sample_store, create=False)
    return export


def same(value, stored):
    """Return whether a value that was read back is the stored one: exactly, nothing for None."""
    if stored is None:
        return value is None or pd.isna(value)
    return value == stored


def agree(frame, objects, rows):
    """Check that CSV and JSON hold these rows, by the same names, in the same order."""
    assert len(frame) == len(objects) == len(rows)
    for at, row in enumerate(rows):
        for name, stored in row.items():
            assert same(frame[name][at], stored), (name, at, frame[name][at], stored)
            assert objects[at][name] == stored, (name, at)


def test_the_list_of_studies_is_what_the_store_holds(exported):
    """States are codes, numbers whole, times ISO 8601; there is neither a sign nor a curve."""

    async def stay(app, pilot):
        await pilot.pause()

    frame, objects = exported(stay)
    with exported.store() as store:
        known = {record.study: record for record in store.studies()}
    assert set(frame["study"]) == set(known)
    rows = [
        {
            "title": record.title,
            "key": record.key,
            "metric": record.metric,
            "best.number": record.best and record.best.number,
            "best.value": record.best and record.best.value,
            "trials.complete": record.trials.complete,
            "trials.pruned": record.trials.pruned,
            "trials.failed": record.trials.failed,
            "planned": record.planned,
            "seconds": record.seconds,
        }
        for record in (known[name] for name in frame["study"])
    ]
    agree(frame, objects, rows)
    assert set(frame["state"]) == {"queued", "running", "stopped", "finished", "failed"}
    for at, name in enumerate(frame["study"]):
        assert datetime.fromisoformat(frame["updated"][at]) == known[name].updated
        assert datetime.fromisoformat(objects[at]["created"]) == known[name].created


def test_the_trials_of_a_study_are_what_the_store_holds(exported):
    """In the order of the table, with every parameter and metric that a trial has."""

    async def go(app, pilot):
        app.push_screen(StudyScreen(app.context, BUSY))
        while app.screen.SCREEN_NAME != "study" or not app.screen._table.keys:
            await pilot.pause(0.02)

    frame, objects = exported(go)
    with exported.store() as store:
        known = {trial.number: trial for trial in store.trials(BUSY)}
    assert set(frame["number"]) == set(known)
    trials = [known[number] for number in frame["number"]]
    rows = [
        {"state": trial.state, "origin": trial.origin, "value": trial.value, "seconds": trial.seconds}
        | {f"params.{name}": value for name, value in trial.params.items()}
        | {f"metrics.{name}": value for name, value in trial.metrics.items()}
        | {"failure.kind": (trial.failure or {}).get("kind"), "failure.reason": (trial.failure or {}).get("reason")}
        for trial in trials
    ]
    agree(frame, objects, rows)
    assert {"complete", "running"} <= set(frame["state"])
    for at, trial in enumerate(trials):
        assert datetime.fromisoformat(objects[at]["started"]) == trial.started


def test_chosen_columns_alone_are_exported(exported):
    """Where a person has chosen columns of the table, the file has these, by the names of the data."""

    async def go(app, pilot):
        screen = StudyScreen(app.context, BUSY)
        app.push_screen(screen)
        while not screen._table.keys:
            await pilot.pause(0.02)
        screen._look_at(screen.view.with_(columns=("number", "metric:loss", "param:epochs")))

    frame, objects = exported(go)
    assert list(frame.columns) == list(objects[0]) == ["number", "metrics.loss", "params.epochs"]


def stored_rows(tab, store):
    """Return what a tab of the winner shows, as the store holds it."""
    trial = store.trial(WHOLE, 7)
    found = {(one.subject, one.split): one for one in store.evaluations(WHOLE)}
    evaluation = evaluation_of(found["trial/7", "validation"])
    labels, details = store.study(WHOLE).data["labels"], evaluation.details
    match tab:
        case "curves":
            return [
                {"epoch": epoch.epoch, "train_loss": epoch.train_loss, "learning_rate": epoch.learning_rate}
                | {"seconds": epoch.seconds, "kept": epoch.epoch == trial.speed["best_epoch"]}
                | {f"metrics.{name}": value for name, value in epoch.metrics.items()}
                | {f"train_metrics.{name}": value for name, value in epoch.train_metrics.items()}
                for epoch in store.epochs(WHOLE, "trial/7")
            ]
        case "confusion":
            return [
                {"true": truth, "predicted": predicted, "count": count}
                for truth, row in zip(labels, details["confusion"], strict=True)
                for predicted, count in zip(labels, row, strict=True)
            ]
        case "confidence":
            bins = [{name: one[name] for name in ("low", "high", "right", "wrong")} for one in details["confidence"]]
            return bins[next(at for at, one in enumerate(bins) if one["right"] + one["wrong"]) :]
        case "length":
            ranges = [f"{one['low']:,}–{one['high']:,}" for one in details["lengths"]]
            return [
                {"series": "Mean confidence", "tokens": name, "accuracy": one["confidence"]}
                for name, one in zip(ranges, details["lengths"], strict=True)
            ] + [
                {"series": "Accuracy", "tokens": name, "accuracy": one["accuracy"]}
                | {"low": one["accuracy_low"], "high": one["accuracy_high"]}
                for name, one in zip(ranges, details["lengths"], strict=True)
            ]
        case _:
            return [
                {"figure": f"Most important words for {group['label']}", "label": word["word"]}
                | {"mean weight (log-odds)": word["weight"], "note": f"{word['texts']} texts"}
                for group in store.insights(WHOLE)["interpretation"]["classes"]
                for word in sorted(group["words"][:12], key=lambda word: -word["weight"])
            ]


@pytest.mark.parametrize("tab", ["curves", "confusion", "confidence", "length", "words"])
def test_the_tabs_of_a_trial_are_what_the_store_holds(exported, tab):
    """Measurements, matrix, bins, buckets and words come back as they were recorded."""

    async def go(app, pilot):
        screen = TrialScreen(app.context, WHOLE, 7)
        app.push_screen(screen)
        while not screen.tab:
            await pilot.pause(0.02)
        await screen.choose(tab)
        await pilot.pause()

    frame, objects = exported(go)
    with exported.store() as store:
        agree(frame, objects, stored_rows(tab, store))


def test_examples_are_what_the_files_hold(exported, tmp_path):
    """Rows, names of the classes, confidence to the last digit, and whole texts."""

    async def go(app, pilot):
        screen = TrialScreen(app.context, WHOLE, 7)
        app.push_screen(screen)
        while not screen.tab:
            await pilot.pause(0.02)
        await screen.choose("examples")
        while not (screen._view() and screen._view().examples and screen._examples._table.keys):
            await pilot.pause(0.02)

    frame, objects = exported(go)
    with exported.store() as store:
        record, labels = store.trial(WHOLE, 7), store.study(WHOLE).data["labels"]
    folder = tmp_path / "here" / "studies" / WHOLE
    predictions = pd.read_parquet(folder / record.predictions).set_index("row")
    texts = pd.read_parquet(folder / "examples" / "validation.parquet").set_index("row")
    rows = [
        {
            "truth": labels[predictions["label"][row]],
            "predicted": labels[predictions["predicted"][row]],
            "confidence": float(max(predictions["probabilities"][row])),
            "text": texts["text"][row],
            "cut": False,
        }
        for row in frame["row"]
    ]
    assert len(rows) == 222
    agree(frame, objects, rows)


def test_parameters_keep_their_types(exported):
    """A trial's value, the given one and the default are what they are: numbers, texts, null."""

    async def go(app, pilot):
        screen = TrialScreen(app.context, WHOLE, 7)
        app.push_screen(screen)
        while not screen.tab:
            await pilot.pause(0.02)
        await screen.choose("parameters")
        await pilot.pause()

    _, objects = exported(go)
    with exported.store() as store:
        trial, spec = store.trial(WHOLE, 7), store.study(WHOLE).spec["model_config"]
    found = {row["field"]: row for row in objects}
    for name, value in trial.params.items():
        assert found[name]["trial"] == value
    for name, value in spec.items():
        assert found[name]["given"] == value
    assert found["batch_size"]["default"] == registry.load(KEY).Config.model_fields["batch_size"].default

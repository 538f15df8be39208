"""What is written comes back the same."""

import json
import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import optuna
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.dialects import sqlite

from catalog.errors import InputError, StoreError, StudyConflictError, UnknownStudyError
from runner.store import schema
from runner.store.column_shapes import JsonShape
from runner.store.columns import JsonColumn, TextColumn, TimeColumn, as_json
from runner.store.records import (
    BestTrial,
    ConfirmationRecord,
    EpochRecord,
    EvaluationRecord,
    Lease,
    Owner,
    TrialCounts,
    TrialRecord,
)
from runner.store.store import Store

BASELINE = {"key": "nlp/text-classification/linear", "validation": {"f1": 0.5}}
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


@given(documents)
def test_json_round_trip(value: object) -> None:
    """Any JSON value comes back equal, as text that any JSON parser reads."""
    bind = JsonColumn(JsonShape.SPEC).dialect_impl(sqlite.dialect()).bind_processor(sqlite.dialect())
    stored = bind(value)
    assert (stored is None and value is None) or json.loads(stored) == value


@given(st.text())
def test_prose_is_always_storable(text: str) -> None:
    """Any text becomes one that databases take, and a well-formed one stays as it is."""
    stored = TextColumn().process_bind_param(text, sqlite.dialect())
    assert stored.encode().decode() == stored
    assert "\0" not in stored
    if "\0" not in text:
        assert stored == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def test_json_has_no_nan() -> None:
    """Numbers that are not finite become None, NumPy's numbers become plain ones."""
    value = {"a": [math.nan, math.inf, -math.inf, np.float32(0.5), np.int64(3)], "b": (1, np.float64("nan"))}
    assert as_json(value) == {"a": [None, None, None, 0.5, 3], "b": [1, None]}


@pytest.mark.parametrize(("value", "path"), [({"a": [object()]}, "value.a[0]"), ({"a": {1: 2}}, "value.a")])
def test_json_refuses_other_types(value: object, path: str) -> None:
    """What has no place in JSON is refused, and the message says where it stands."""
    with pytest.raises(TypeError, match=path.replace("[", r"\[")):
        as_json(value)


def test_times_need_a_zone() -> None:
    """A time without a zone is refused: its meaning would be unknown."""
    with pytest.raises(ValueError, match="time zone"):
        TimeColumn().process_bind_param(datetime(2026, 1, 1), sqlite.dialect())  # noqa: DTZ001 -- what is tested


@pytest.mark.both_databases
def test_trial_round_trip(store: Store, lease: Lease) -> None:
    """A trial comes back equal, its times in UTC."""
    written = TrialRecord(
        number=0,
        state="failed",
        origin="given",
        params={"learning_rate": 3e-5, "fp16": False, "kind": "x"},
        value=0.1 + 0.2,
        metrics={"loss": 0.3, "f1": None},
        seconds=12.5,
        failure={"kind": "out_of_memory", "reason": "needs \0 40 GB \ud800"},
        started=datetime(2026, 1, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2))),
        finished=datetime(2026, 1, 1, 11, tzinfo=UTC),
        notes=("one", "two"),
        speed={"examples_per_second": 80.5, "tokens_per_second": None},
        model_dir="trials/0/model",
        predictions="trials/0/predictions.npz",
    )
    store.put_trial("reviews", lease, written)
    read = store.trial("reviews", 0)
    assert read == written
    assert read.started is not None
    assert read.started.tzinfo is UTC


@pytest.mark.both_databases
def test_nan_is_stored_as_nothing(store: Store, lease: Lease) -> None:
    """Measured numbers that are not finite come back as None."""
    store.put_trial("reviews", lease, TrialRecord(0, "failed", "search", {}, math.inf, {"loss": math.nan}))
    store.put_epoch("reviews", lease, EpochRecord("trial/0", 1.0, 0.5, math.nan, {"loss": math.inf}, 1e-3, 2.0))
    assert store.trial("reviews", 0).value is None
    assert store.trial("reviews", 0).metrics == {"loss": None}
    assert store.epochs("reviews", "trial/0")[0].train_loss is None


@pytest.mark.both_databases
def test_writing_twice_replaces(store: Store, lease: Lease, trial: Callable[..., TrialRecord]) -> None:
    """A record with the same key replaces the former one, whatever its kind."""
    store.put_trial("reviews", lease, trial(0, "running", None))
    store.put_trial("reviews", lease, trial(0, "complete", 0.9))
    assert [(t.state, t.value) for t in store.trials("reviews")] == [("complete", 0.9)]

    for loss in (0.5, 0.4):
        store.put_epoch("reviews", lease, EpochRecord("trial/0", 1.0, 1 / 3, loss, {}, None, 1.0))
    assert [epoch.train_loss for epoch in store.epochs("reviews", "trial/0")] == [0.4]

    for score in (0.5, 0.6):
        store.put_confirmation("reviews", lease, ConfirmationRecord("given", 2**32 - 1, {"f1": score}, None, None, 1.0))
    assert [c.metrics for c in store.confirmations("reviews")] == [{"f1": 0.6}]

    for rows in (10, 20):
        store.put_evaluation("reviews", lease, EvaluationRecord("winner", "test", rows, {}, "p.npz", {"own": [1, 2]}))
    assert [(e.rows, e.details) for e in store.evaluations("reviews")] == [(20, {"own": [1, 2]})]


@pytest.mark.both_databases
def test_epochs_in_order_and_cleared(store: Store, lease: Lease) -> None:
    """Measurements come by progress; clearing forgets those of one training only."""
    for training, progress in (("trial/0", 0.25), ("trial/0", 0.5), ("trial/1", 1.0)):
        store.put_epoch("reviews", lease, EpochRecord(training, 1.0, progress, 0.1, {}, None, 1.0))
    assert [epoch.progress for epoch in store.epochs("reviews", "trial/0")] == [0.25, 0.5]
    store.put_evaluation("reviews", lease, EvaluationRecord("trial/0", "validation", 1, {}, None))
    store.clear_training("reviews", lease, "trial/0")
    assert store.evaluations("reviews") == []
    assert [epoch.training for epoch in store.epochs("reviews")] == ["trial/1"]


@pytest.mark.both_databases
def test_results_are_cleared_for_more_trials(store: Store, lease: Lease, trial: Callable[..., TrialRecord]) -> None:
    """An extended study forgets what its end found, and keeps trials, baseline and model."""
    store.put_trial("reviews", lease, trial(0))
    store.put_confirmation("reviews", lease, ConfirmationRecord("given", 1, {}, None, None, 1.0))
    store.put_evaluation("reviews", lease, EvaluationRecord("winner", "test", 1, {}, None))
    ended = {"verdict": {"sentence": "it won"}, "test": {"n": 1}, "winner": {"arm": "given"}}
    store.update_study("reviews", lease, **ended, baseline=BASELINE, model_dir="model")
    store.put_evaluation("reviews", lease, EvaluationRecord("trial/0", "validation", 1, {}, None))
    store.put_evaluation("reviews", lease, EvaluationRecord("baseline", "validation", 1, {}, None))
    store.put_evaluation("reviews", lease, EvaluationRecord("baseline", "test", 1, {}, None))
    store.put_insight("reviews", lease, "words", {"a": 1})
    store.extend("reviews", lease, 30)
    study = store.study("reviews")
    assert (study.planned, study.state) == (30, "running")
    assert store.insights("reviews") == {}
    assert (study.verdict, study.test, study.winner) == (None, None, None)
    assert (study.baseline, study.model_dir, study.trials.complete) == (BASELINE, "model", 1)
    assert store.confirmations("reviews") == []
    kept = {(found.subject, found.split) for found in store.evaluations("reviews")}
    assert kept == {("trial/0", "validation"), ("baseline", "validation")}


def test_half_an_extension_is_none(store: Store, lease: Lease, monkeypatch: pytest.MonkeyPatch) -> None:
    """An extension that dies between its parts leaves the finished study as it was."""
    store.update_study("reviews", lease, winner={"arm": "given"})
    store.put_insight("reviews", lease, "words", {"a": 1})

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("runner.store.writing.change_study", die)
        with pytest.raises(KeyboardInterrupt):
            store.extend("reviews", lease, 30)
    assert store.study("reviews").winner == {"arm": "given"}
    assert store.insights("reviews") == {"words": {"a": 1}}


def test_insights_are_replaced_by_name(store: Store, lease: Lease) -> None:
    """An insight is any JSON, kept under its name; writing it again replaces it."""
    for content in ({"shares": {"x": 1.0}}, {"shares": {"x": float("nan")}}):
        store.put_insight("reviews", lease, "importance", content)
    assert store.insights("reviews") == {"importance": {"shares": {"x": None}}}


@pytest.mark.both_databases
@pytest.mark.parametrize(("direction", "best"), [("maximize", 3), ("minimize", 1)])
def test_counts_and_best(
    store: Store, make_study: Callable[..., None], trial: Callable[..., TrialRecord], direction: str, best: int
) -> None:
    """A study reports how many trials are in each state, and the first complete one with the best value."""
    make_study("other", direction=direction)
    lease = store.acquire("other", Owner.this_process(), timedelta(minutes=1))
    values = [("complete", 0.5), ("complete", 0.1), ("complete", 0.1), ("complete", 0.9), ("complete", 0.9)]
    for number, (state, value) in enumerate([*values, ("pruned", 9.0), ("failed", -9.0), ("running", None)]):
        store.put_trial("other", lease, trial(number, state, value))
    study = store.study("other")
    assert study.trials == TrialCounts(complete=5, pruned=1, failed=1, running=1)
    assert study.best == BestTrial(best, values[best][1], {"C": 1.0 + best}, {})


@pytest.mark.both_databases
def test_study_round_trip(store: Store, make_study: Callable[..., None]) -> None:
    """A study comes back as it was made: queued, without a runner, without trials."""
    make_study("b", spec={"x": [1, {"y": None}]})
    make_study("a")
    first, second = store.studies()
    assert (first.study, second.study) == ("b", "a")
    assert (first.spec, first.state, first.lease, first.best) == ({"x": [1, {"y": None}]}, "queued", None, None)
    assert (first.trials, first.seconds, first.verdict) == (TrialCounts(), 0.0, None)
    assert first.created == first.updated
    assert first.created.tzinfo is UTC


def test_update_study(store: Store, lease: Lease) -> None:
    """Fields are set one by one, None empties them, and `updated` moves on."""
    before = store.study("reviews")
    store.update_study("reviews", lease, state="running", planned=9, verdict={"sentence": "it won"}, seconds=1.5)
    after = store.study("reviews")
    assert (after.state, after.planned, after.verdict, after.seconds) == ("running", 9, {"sentence": "it won"}, 1.5)
    assert after.updated > before.updated
    store.update_study("reviews", lease, verdict=None)
    assert store.study("reviews").verdict is None


def test_mistakes_of_the_caller_are_refused(store: Store, lease: Lease) -> None:
    """Unknown fields, fixed fields and unknown words are refused, and nothing is written."""
    with pytest.raises(TypeError, match="colour"):
        store.update_study("reviews", lease, colour="red")
    with pytest.raises(TypeError, match="metric"):
        store.update_study("reviews", lease, planned=99, metric="f1")
    with pytest.raises(ValueError, match="'done' is none of queued, running"):
        store.update_study("reviews", lease, planned=99, state="done")
    with pytest.raises(ValueError, match="'lost' is none of"):
        store.put_trial("reviews", lease, TrialRecord(0, "lost", "search", {}))
    assert store.study("reviews").planned == 6
    assert store.trials("reviews") == []


@pytest.mark.both_databases
def test_names_are_unique(store: Store, make_study: Callable[..., None]) -> None:
    """A second study of one name is refused."""
    make_study("twin")
    with pytest.raises(StudyConflictError, match="'twin' already"):
        make_study("twin")


@pytest.mark.both_databases
def test_unknown_names(store: Store, lease: Lease, trial: Callable[..., TrialRecord]) -> None:
    """An unknown study is answered with the nearest name, an unknown trial with the range."""
    with pytest.raises(UnknownStudyError, match="did you mean 'reviews'"):
        store.study("reviws")
    with pytest.raises(UnknownStudyError, match="modelcat studies"):
        store.trials("'; DROP TABLE modelcat_studies; --")
    with pytest.raises(UnknownStudyError, match="none yet"):
        store.trial("reviews", 0)
    store.put_trial("reviews", lease, trial(0))
    store.put_trial("reviews", lease, trial(1))
    for number in (2, -1, 10**30):
        with pytest.raises(UnknownStudyError, match=f"no trial {number}: its trials are 0 to 1"):
            store.trial("reviews", number)


@pytest.mark.both_databases
def test_delete_removes_everything(
    store: Store, lease: Lease, trial: Callable[..., TrialRecord], tmp_path: Path
) -> None:
    """Deleting takes modelcat's rows, Optuna's study and the files, and leaves other studies alone."""
    storage = store.optuna_storage()
    for name in ("reviews", "other"):
        optuna.create_study(study_name=name, storage=storage)
    folder = tmp_path / "studies" / "reviews"
    folder.mkdir(parents=True)
    store.put_trial("reviews", lease, trial(0))
    store.put_epoch("reviews", lease, EpochRecord("trial/0", 1.0, 1.0, 0.1, {}, None, 1.0))

    with pytest.raises(StudyConflictError, match="is being run"):
        store.delete_study("reviews", folder.parent)
    store.release("reviews", lease, "stopped")
    store.delete_study("reviews", folder.parent)

    assert store.studies() == []
    assert optuna.get_all_study_names(storage) == ["other"]
    assert not folder.exists()
    with store._reader.begin() as connection:
        for table in (schema.trials, schema.epochs):
            assert connection.scalar(select(func.count()).select_from(table)) == 0
    with pytest.raises(UnknownStudyError):
        store.delete_study("reviews")


@pytest.mark.parametrize("name", ["{root}/keep", "../keep", "", ".", "..", "ü" * 128])
def test_delete_takes_no_name_for_a_path(
    store: Store, make_study: Callable[..., None], tmp_path: Path, name: str
) -> None:
    """A study that a foreign database gives a path for a name is refused; by its number its rows alone are removed."""
    kept = tmp_path / "keep" / "thesis.txt"
    kept.parent.mkdir()
    kept.write_text("mine")
    root = tmp_path / "studies"
    root.mkdir()
    study = name.format(root=tmp_path)
    make_study(study)
    with pytest.raises(InputError, match="cannot be a study's name"):
        store.delete_study(study, root)
    (record,) = store.studies()
    assert record.study == "#1"
    assert "no study can be called" in record.damage
    store.delete_study("#1", root)
    assert store.studies() == []
    assert kept.read_text() == "mine"
    assert root.is_dir()


def test_interrupted_deletion_can_only_be_finished(
    store: Store, make_study: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deletion that fails half way leaves a study that cannot be resumed, but deleted again."""
    make_study("reviews")
    optuna.create_study(study_name="reviews", storage=store.optuna_storage())
    monkeypatch.setattr("runner.store.store.DELETION_TIME", timedelta(0))

    def fail(_: object) -> None:
        raise OSError(5, "broken disk")

    with monkeypatch.context() as broken:
        broken.setattr("runner.store.files.remove_tree", fail)
        with pytest.raises(StoreError, match=r"reviews: broken disk\. Mend that, and delete the study again"):
            store.delete_study("reviews", store.url.studies)
    assert store.study("reviews").state == "failed"
    with pytest.raises(StudyConflictError, match="half deleted"):
        store.acquire("reviews", Owner.this_process(), timedelta(minutes=1))
    store.delete_study("reviews", store.url.studies)
    assert store.studies() == []

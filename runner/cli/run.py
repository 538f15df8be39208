"""`modelcat run`, `train` and `resume`: studies that run here, with their progress on stderr."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.statement import from_json
from runner.cli import options
from runner.cli.output import narrator, print_json, print_line
from runner.cli.place import place_of, working_place
from runner.presentation.english import english, english_label
from runner.presentation.text import duration, metric_value

if TYPE_CHECKING:
    from catalog.spec import Request
    from runner.store.records import EvaluationRecord, Mode, StudyRecord
    from runner.study.place import Place

__all__ = ["print_study", "resume", "run", "train"]


@click.command(epilog="Example:  modelcat run examples/quickstart.json --workers 2")
@options.spec
@options.overrides
@options.workers
@options.engine
@options.takeover
@options.storage
@options.json
def run(
    spec: Path,
    overrides: tuple[str, ...],
    workers: str | None,
    engine: str | None,
    address: str | None,
    takeover: bool,
    storage: str | None,
    json: bool,
) -> None:
    """Run a study: baseline, search, verdict.

    The same spec again goes on where it stopped, or tells the stored result; a larger study.trials extends it.
    """
    from catalog.spec import load

    place = working_place(place_of(storage), workers, engine, address)
    record = _run_narrated(load(spec, overrides), place, "study", takeover=takeover)
    print_study(record, place, json=json)


@click.command(epilog="Example:  modelcat train examples/quickstart.json --set model_config.epochs=2")
@options.spec
@options.overrides
@options.engine
@options.storage
@options.json
def train(
    spec: Path, overrides: tuple[str, ...], engine: str | None, address: str | None, storage: str | None, json: bool
) -> None:
    """Train once, as given.

    The spec's study is left aside; the result is stored as a study of one trial.
    """
    from catalog.spec import load
    from runner.study.stored_study import as_training

    place = working_place(place_of(storage), "1", engine, address)
    record = _run_narrated(as_training(load(spec, overrides)), place, "train")
    print_training(record, place, json=json)


@click.command(epilog="Example:  modelcat resume imdb-bert")
@options.study
@options.workers
@options.engine
@options.takeover
@options.storage
@options.json
def resume(
    study: str,
    workers: str | None,
    engine: str | None,
    address: str | None,
    takeover: bool,
    storage: str | None,
    json: bool,
) -> None:
    """Go on with an interrupted study."""
    from runner.study.stored_study import stored_request

    place = working_place(place_of(storage), workers, engine, address)
    request, mode = stored_request(place, study)
    record = _run_narrated(request, place, mode, takeover=takeover)
    (print_study if mode == "study" else print_training)(record, place, json=json)


def _run_narrated(request: "Request", place: "Place", mode: "Mode", *, takeover: bool = False) -> "StudyRecord":
    """Run a study; tell on stderr how it goes. `takeover` as for `run_study`."""
    from runner.cli.narration import narrate
    from runner.study.coordinator import run_study

    with narrate(narrator(), debug=place.debug) as listener:
        if mode == "train":
            listener.note("one training as given: the spec's study is left aside")
        return run_study(request, place, listener, mode, takeover=takeover)


def print_study(record: "StudyRecord", place: "Place", *, json: bool) -> None:
    """Print a study's result: its trials, its verdict, and what to do next."""
    from runner.cli.studies import print_trials
    from runner.store.json_shapes import study_answer
    from runner.store.store import Store

    if json:
        print_json(study_answer(record, place.folder_of(record.study)))
        return
    store = Store.open(place.storage, create=False)
    print_trials(record, store.trials(record.study))
    print_line()
    if record.verdict:
        print_line(_sentence(record.verdict, record.class_scope))
    for line in _test_lines(record, store.evaluations(record.study)):
        print_line(line)
    _print_model(record, place)
    print_line(f"\n{record.state} after {duration(record.seconds)} of work. Next:")
    print_line(f"  modelcat predict {record.study} 'The plot was thin, but the acting carried it.'")
    best = record.best.number if record.best else 0
    print_line(f"  modelcat trial {record.study} {best}")
    print_line("  modelcat studies")


def print_training(record: "StudyRecord", place: "Place", *, json: bool) -> None:
    """Print the result of a single training."""
    from runner.store.json_shapes import trained_answer
    from runner.store.store import Store

    store = Store.open(place.storage, create=False)
    trial, history = store.trial(record.study, 0), store.epochs(record.study, "trial/0")
    if json:
        print_json(trained_answer(record, trial, history, place.folder_of(record.study)))
        return
    shown = _named(trial.metrics, record.class_scope)
    print_line(f"{record.study}: validation {shown}")
    for line in _test_lines(record, store.evaluations(record.study)):
        print_line(line)
    speed = trial.speed
    if speed.get("training_seconds") is not None:
        examples = f"{speed['examples_per_second']:,.0f} examples/s"
        tokens = f", {speed['tokens_per_second']:,.0f} tokens/s" if speed.get("tokens_per_second") else ""
        print_line(f"trained for {duration(speed['training_seconds'])}: {examples}{tokens}")
    _print_model(record, place)
    print_line(f"\nNext:\n  modelcat predict {record.study} 'The plot was thin, but the acting carried it.'")


def _sentence(verdict: Mapping[str, Any], scope: "ClassScope") -> str:
    """Return the verdict's sentence; those that modelcat 0.1 stored get the class of their F1."""
    try:
        sentence = " ".join(english(labelled(from_json(one), scope)) for one in verdict.get("statements") or ())
    except (ValueError, AttributeError, TypeError):  # of another version: the sentence is still there
        sentence = ""
    return sentence or str(verdict["sentence"])


def _test_lines(record: "StudyRecord", evaluations: Sequence["EvaluationRecord"]) -> list[str]:

    from runner.store.judgements import evaluation_in

    def scope(subject: str) -> "ClassScope":
        """Return over how many classes averages are: those that the test split has, not all of the study."""
        judged = evaluation_in(evaluations, subject, "test")
        known = record.class_scope
        return known if judged is None or known.positive is not None else evaluation_scope(judged)

    lines = []
    if record.test:
        lines.append(f"test    {_scores(record.test, scope('winner'))} ({record.test['n']:,} rows, used once)")
    if record.baseline and record.baseline.get("test"):
        name = str(record.baseline["key"]).rpartition("/")[2]
        lines.append(f"        {name} baseline: {_scores(record.baseline['test'], scope('baseline'))}")
    return lines


def _scores(metrics: Mapping[str, Any], scope: "ClassScope") -> str:
    names = [name for name in ("accuracy", "precision", "recall", "f1") if name in metrics]
    return _named({name: metrics[name] for name in names}, scope)


def _named(metrics: Mapping[str, Any], scope: "ClassScope") -> str:
    return ", ".join(f"{english_label(name, scope)} {metric_value(name, value)}" for name, value in metrics.items())


def _print_model(record: "StudyRecord", place: "Place") -> None:
    """Print where the kept model is, relative to the working directory if it is below it."""
    from runner.store.files import path_inside

    if record.model_dir:
        path, here = path_inside(place.folder_of(record.study), record.model_dir).absolute(), Path.cwd()
        print_line(f"model   {path.relative_to(here) if path.is_relative_to(here) else path}")

"""`modelcat run`, `train` and `resume`: studies that run here, with their progress on stderr."""

import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from catalog.statement import from_json
from runner.cli import options
from runner.cli.output import narrator, print_json, print_line, print_table
from runner.cli.workspace import place_of, working_place
from runner.presentation.english import english
from runner.presentation.metrics import with_metrics
from runner.presentation.text import duration

if TYPE_CHECKING:
    from catalog.spec import Request
    from runner.store.records import Mode, StudyRecord
    from runner.study.workspace import Workspace

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


def _run_narrated(request: "Request", place: "Workspace", mode: "Mode", *, takeover: bool = False) -> "StudyRecord":
    """Run a study; tell on stderr how it goes. `takeover` as for `run_study`."""
    from runner.cli.narration import narrate
    from runner.study.coordinator import run_study

    with narrate(narrator(), debug=place.debug) as listener:
        if mode == "train":
            listener.note("one training as given: the spec's study is left aside")
        return run_study(request, place, listener, mode, takeover=takeover)


def print_study(record: "StudyRecord", place: "Workspace", *, json: bool) -> None:
    """Print a study's result: its trials, its verdict, and what to do next."""
    from runner.cli.studies import print_trials
    from runner.store.json_output import study_answer
    from runner.store.store import Store

    if json:
        print_json(study_answer(record, place.folder_of(record.study)))
        return
    store = Store.open(place.storage, create=False)
    print_trials(record, store.trials(record.study))
    print_line()
    if record.verdict:
        print_line(_sentence(record, record.verdict))
    _print_test(record)
    _print_model(record, place)
    print_line(f"\n{record.state} after {duration(record.seconds)} of work. Next:")
    print_line(f"  {_predict_hint(record)}")
    best = record.best.number if record.best else 0
    print_line(f"  modelcat trial {record.study} {best}")
    print_line("  modelcat studies")


def print_training(record: "StudyRecord", place: "Workspace", *, json: bool) -> None:
    """Print the result of a single training."""
    from runner.cli.metric_tables import named_values
    from runner.store.json_output import trained_answer
    from runner.store.store import Store

    store = Store.open(place.storage, create=False)
    trial, history = store.trial(record.study, 0), store.epochs(record.study, "trial/0")
    if json:
        print_json(trained_answer(record, trial, history, place.folder_of(record.study)))
        return
    print_line(f"{record.study}: validation {named_values(record, trial.metrics)}")
    _print_test(record)
    speed = trial.speed
    if speed.get("training_seconds") is not None:
        examples = f"{speed['examples_per_second']:,.0f} examples/s"
        more = f", {speed['tokens_per_second']:,.0f} tokens/s" if speed.get("tokens_per_second") else ""
        print_line(f"trained for {duration(speed['training_seconds'])}: {examples}{more}")
    _print_model(record, place)
    print_line(f"\nNext:\n  {_predict_hint(record)}")


def _sentence(record: "StudyRecord", verdict: Mapping[str, Any]) -> str:
    """Return the verdict's sentence; those that modelcat 0.1 stored get the names of their metrics."""
    try:
        statements = [from_json(one) for one in verdict.get("statements") or ()]
        sentence = " ".join(english(with_metrics(one, record.metric_of)) for one in statements)
    except (ValueError, AttributeError, TypeError):  # of another version: the sentence is still there
        sentence = ""
    return sentence or str(verdict["sentence"])


def _print_test(record: "StudyRecord") -> None:
    """Print what the winner and the baseline reach on the test split."""
    from runner.cli.metric_tables import ordered_metrics
    from runner.presentation.metrics import metric_phrase, metric_value

    if not record.test:
        return
    test, baseline = dict(record.test), dict((record.baseline or {}).get("test") or {})
    columns = ["test", f"{test.pop('n'):,} rows, used once"]
    if baseline:
        columns.append(f"{str((record.baseline or {})['key']).rpartition('/')[2]} baseline")
    rows = []
    for name in ordered_metrics(record, test):
        metric = record.metric_of(name)
        values = [test[name], *([baseline.get(name)] if baseline else [])]
        rows.append([metric_phrase(metric), *(metric_value(metric, value) for value in values)])
    print_line()
    print_table(columns, rows, right=frozenset(columns[1:]))
    print_line()


def _predict_hint(record: "StudyRecord") -> str:
    """Return a command that predicts with the study's model: of an example if its task has one."""
    from catalog import registry
    from catalog.contract.capabilities import TakesInputs
    from catalog.errors import ModelcatError
    from runner.cli.input_lines import object_of
    from runner.study.task_calls import task_faults

    example = "--file FILE"
    with suppress(ModelcatError), task_faults(record.key):
        task = registry.load_task(record.key)
        fields = task.input_fields(record.data) if isinstance(task, TakesInputs) else ()
        if len(fields) == 1 and fields[0].example:
            example = shlex.quote(fields[0].example)
        elif len(fields) > 1:
            example = shlex.quote(object_of(fields))
    return f"modelcat predict {record.study} {example}"


def _print_model(record: "StudyRecord", place: "Workspace") -> None:
    """Print where the kept model is, relative to the working directory if it is below it."""
    from runner.store.files import path_inside

    if record.model_dir:
        path, here = path_inside(place.folder_of(record.study), record.model_dir).absolute(), Path.cwd()
        print_line(f"model   {path.relative_to(here) if path.is_relative_to(here) else path}")

"""`modelcat run`, `train` and `resume`: studies that run here, with their progress on stderr.

Commands:
    run: Run a study: baseline, search, verdict.
    train: Train once, as given.
    resume: Go on with an interrupted study.
"""

import shlex
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from runner.cli import options
from runner.cli.output import narrator, print_json, print_line, print_table
from runner.cli.workspace import run_workspace, workspace_of
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

    workspace = run_workspace(workspace_of(storage), workers, engine, address)
    record = _run_narrated(load(spec, overrides), workspace, "study", takeover=takeover)
    print_study(record, workspace, json=json)


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

    workspace = run_workspace(workspace_of(storage), "1", engine, address)
    record = _run_narrated(as_training(load(spec, overrides)), workspace, "train")
    print_training(record, workspace, json=json)


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

    workspace = run_workspace(workspace_of(storage), workers, engine, address)
    request, mode = stored_request(workspace, study)
    record = _run_narrated(request, workspace, mode, takeover=takeover)
    (print_study if mode == "study" else print_training)(record, workspace, json=json)


def _run_narrated(request: "Request", workspace: "Workspace", mode: "Mode", *, takeover: bool = False) -> "StudyRecord":
    """Run a study; report its progress on stderr. `takeover` as for `run_study`."""
    from runner.narration import narrate
    from runner.study.coordinator import run_study

    with narrate(narrator(), debug=workspace.debug) as listener:
        if mode == "train":
            listener.note("one training as given: the spec's study is left aside")
        return run_study(request, workspace, listener, mode, takeover=takeover)


def print_study(record: "StudyRecord", workspace: "Workspace", *, json: bool) -> None:
    """Print a study's result: its trials, its verdict, and what to do next."""
    from runner.cli.studies import print_trials
    from runner.store.json_output import study_answer
    from runner.store.store import Store
    from runner.study.summary import verdict_sentence

    if json:
        print_json(study_answer(record, workspace.folder_of(record.study)))
        return
    store = Store.open(workspace.storage, create=False)
    print_trials(record, store.trials(record.study))
    print_line()
    if (sentence := verdict_sentence(record)) is not None:
        print_line(sentence)
    _print_test(record)
    _print_model(record, workspace)
    print_line(f"\n{record.state} after {duration(record.seconds)} of work. Next:")
    print_line(f"  {_predict_hint(record)}")
    best = record.best.number if record.best else 0
    print_line(f"  modelcat trial {record.study} {best}")
    print_line("  modelcat studies")


def print_training(record: "StudyRecord", workspace: "Workspace", *, json: bool) -> None:
    """Print the result of a single training."""
    from runner.store.json_output import trained_answer
    from runner.store.store import Store
    from runner.study.summary import named_values

    store = Store.open(workspace.storage, create=False)
    trial, history = store.trial(record.study, 0), store.epochs(record.study, "trial/0")
    if json:
        print_json(trained_answer(record, trial, history, workspace.folder_of(record.study)))
        return
    print_line(f"{record.study}: validation {named_values(record, trial.metrics)}")
    _print_test(record)
    speed = trial.speed
    if speed.get("training_seconds") is not None:
        examples = f"{speed['examples_per_second']:,.0f} examples/s"
        more = f", {speed['tokens_per_second']:,.0f} tokens/s" if speed.get("tokens_per_second") else ""
        print_line(f"trained for {duration(speed['training_seconds'])}: {examples}{more}")
    _print_model(record, workspace)
    print_line(f"\nNext:\n  {_predict_hint(record)}")


def _print_test(record: "StudyRecord") -> None:
    """Print the test metrics of the winner and the baseline."""
    from runner.study.summary import metrics_on_test

    if (found := metrics_on_test(record)) is not None:
        columns, rows = found
        print_line()
        print_table(columns, rows, right=frozenset(columns[1:]))
        print_line()


def _predict_hint(record: "StudyRecord") -> str:
    """Return a command that predicts with the study's model; it has an example input if the task knows one."""
    from catalog import registry
    from catalog.contract.capabilities import TakesInputs
    from catalog.errors import ModelcatError
    from runner.study.inputs import object_of
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


def _print_model(record: "StudyRecord", workspace: "Workspace") -> None:
    """Print where the kept model is, relative to the working directory if it is below it."""
    from runner.store.files import path_inside

    if record.model_dir:
        path, here = path_inside(workspace.folder_of(record.study), record.model_dir).absolute(), Path.cwd()
        print_line(f"model   {path.relative_to(here) if path.is_relative_to(here) else path}")

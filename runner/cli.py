"""The command line: one function per command. Whatever is heavy is imported inside the command that needs it."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from catalog.errors import InputError, ModelcatError

__all__ = ["app", "main"]

Command = Callable[..., None]

spec_argument = click.argument("spec", metavar="SPEC", type=click.Path(path_type=Path))
study_argument = click.argument("study", metavar="STUDY")
json_option = click.option("--json", is_flag=True, help="Print JSON to stdout.")
set_option = click.option(
    "--set", "overrides", metavar="PATH=VALUE", multiple=True, help="Override a field: study.trials=5. Repeatable."
)
storage_option = click.option(
    "--storage", metavar="URL", help="Database; else MODELCAT_STORAGE, else sqlite:///studies.db."
)
workers_option = click.option(
    "--workers",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes that train at the same time.",
)


class _InOrder(click.Group):
    """Lists commands in the order in which one meets them, not by the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


@click.group(
    cls=_InOrder,
    epilog="Start with:  modelcat run examples/quickstart.json",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option("--debug", is_flag=True, help="Show tracebacks and what workers print.")
@click.version_option(package_name="modelcat")
def app(debug: bool) -> None:
    """A catalog of trainable models: write a JSON spec, get a tuned, stored, inspectable model."""
    if debug:
        os.environ["MODELCAT_DEBUG"] = "1"


@app.command("list", epilog="Example:  modelcat list")
@json_option
def list_models(json: bool) -> None:
    """List the models of the catalog."""
    from catalog import registry

    found = registry.entries()
    for entry in found:
        if entry.problem is not None:
            sys.stderr.write(f"modelcat: {entry.key} of {entry.distribution}: {entry.problem}\n")
    if json:
        from json import dumps

        names = ("category", "subcategory", "model")
        lines: list[dict[str, Any]] = [
            {"key": e.key, **dict(zip(names, e.parts, strict=True))}
            | {"distribution": e.distribution, "version": e.version, "problem": e.problem}
            for e in found
        ]
        sys.stdout.write(dumps(lines, indent=2) + "\n")
        return
    width = max((len(entry.key) for entry in found), default=0)
    for entry in found:
        sys.stdout.write(f"{entry.key:{width}}  {entry.distribution} {entry.version}\n")


@app.command(epilog="Example:  modelcat show nlp/text-classification/bert")
@click.argument("key", metavar="KEY")
@json_option
def show(key: str, json: bool) -> None:
    """Show a model: parameters, ranges, variants."""
    from catalog import registry
    from runner.console.card import card_answer, print_card
    from runner.console.output import print_json

    plugin = registry.load(key)
    print_json(card_answer(plugin)) if json else print_card(plugin)


@app.command(epilog="Example:  modelcat schema nlp/text-classification/bert > spec.schema.json")
@click.argument("key", metavar="[KEY]", required=False)
@click.option("--json", is_flag=True, help="Accepted for symmetry: a schema is always JSON.")
def schema(key: str | None, json: bool) -> None:
    """Print the JSON Schema of specs, for editors."""
    del json
    from catalog import registry
    from catalog.schema import schema_of, schema_of_all
    from runner.console.output import print_json

    if key is not None:
        print_json(schema_of(registry.load(key)))
        return
    plugins = []
    for entry in registry.entries():
        try:
            plugins.append(registry.load(entry.key))
        except ModelcatError as error:  # a broken plugin is reported and skipped
            sys.stderr.write(f"modelcat: {error.message}\n")
    print_json(schema_of_all(plugins))


@app.command(epilog="Example:  modelcat validate examples/quickstart.json --set study.trials=5")
@spec_argument
@set_option
@json_option
def validate(spec: Path, overrides: tuple[str, ...], json: bool) -> None:
    """Check a spec and its data.

    Data is read where it lies on this machine. Nothing is trained, nothing is written.
    """
    from catalog.spec import load
    from runner.console.output import print_json, print_line
    from runner.console.validation import inspect_data, validation_answer, validation_lines

    request = load(spec, overrides)
    answer = validation_answer(request, inspect_data(request, _settings().cache))
    print_json(answer) if json else print_line("\n".join(validation_lines(answer)))


@app.command(epilog="Example:  modelcat run examples/quickstart.json --workers 2")
@spec_argument
@set_option
@workers_option
@storage_option
@json_option
def run(spec: Path, overrides: tuple[str, ...], workers: int, storage: str | None, json: bool) -> None:
    """Run a study: baseline, search, verdict.

    The same spec again goes on where it stopped, or tells the stored result; a larger study.trials extends it.
    """
    from catalog.spec import load
    from runner.console.running import print_study, run_narrated

    place = _place(storage, workers)
    record = run_narrated(load(spec, overrides), place, "study")
    print_study(record, place, json=json)


@app.command(epilog="Example:  modelcat train examples/quickstart.json --set model_config.epochs=2")
@spec_argument
@set_option
@storage_option
@json_option
def train(spec: Path, overrides: tuple[str, ...], storage: str | None, json: bool) -> None:
    """Train once, as given.

    The spec's study is left aside; the result is stored as a study of one trial.
    """
    from catalog.spec import load
    from runner.console.running import print_training, run_narrated
    from runner.study.coordinator import as_training

    place = _place(storage, 1)
    record = run_narrated(as_training(load(spec, overrides)), place, "train")
    print_training(record, place, json=json)


@app.command(epilog="Example:  modelcat resume imdb-bert")
@study_argument
@workers_option
@storage_option
@json_option
def resume(study: str, workers: int, storage: str | None, json: bool) -> None:
    """Go on with an interrupted study."""
    from runner.console.running import print_study, print_training, run_narrated, stored_request

    place = _place(storage, workers)
    request, mode = stored_request(place, study)
    record = run_narrated(request, place, mode)
    (print_study if mode == "study" else print_training)(record, place, json=json)


@app.command(epilog="Example:  modelcat studies --json")
@storage_option
@json_option
def studies(storage: str | None, json: bool) -> None:
    """List the studies in the store."""
    from runner.console.answers import study_line
    from runner.console.output import print_json
    from runner.console.tables import print_studies

    store = _reading(storage)
    records = store.studies() if store else []
    print_json([study_line(record) for record in records]) if json else print_studies(records)


@app.command(epilog="Example:  modelcat trials imdb-bert")
@study_argument
@storage_option
@json_option
def trials(study: str, storage: str | None, json: bool) -> None:
    """List the trials of a study."""
    from runner.console.answers import trial_line
    from runner.console.output import print_json
    from runner.console.tables import print_trials

    store = _reading(storage)
    if store is None:
        print_json([]) if json else sys.stderr.write("No database yet: nothing has been run here.\n")
        return
    record, found = store.study(study), store.trials(study)
    print_json([trial_line(trial) for trial in found]) if json else print_trials(record, found)


@app.command(epilog="Example:  modelcat trial imdb-bert 7")
@study_argument
@click.argument("number", metavar="N", type=click.IntRange(0))
@storage_option
@json_option
def trial(study: str, number: int, storage: str | None, json: bool) -> None:
    """Show one trial, epoch by epoch."""
    from runner.console.answers import trial_answer
    from runner.console.output import print_json
    from runner.console.tables import print_trial

    store = _store(storage)
    found, history = store.trial(study, number), store.epochs(study, f"trial/{number}")
    print_json(trial_answer(found, history)) if json else print_trial(store.study(study), found, history)


@app.command(epilog="Example:  modelcat predict imdb-bert 'A slow start, but what an ending!'")
@study_argument
@click.argument("texts", metavar="TEXT...", nargs=-1, required=True)
@storage_option
@json_option
def predict(study: str, texts: tuple[str, ...], storage: str | None, json: bool) -> None:
    """Classify texts with a study's model."""
    from runner.console.answers import prediction_answer
    from runner.console.output import print_json
    from runner.console.predicting import predictions_of, print_predictions

    place = _place(storage, 1)
    found = predictions_of(_store(storage).study(study), place, list(texts))
    print_json([prediction_answer(prediction) for prediction in found]) if json else print_predictions(found)


@app.command(epilog="Example:  modelcat delete imdb-bert --yes")
@study_argument
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@storage_option
@json_option
def delete(study: str, yes: bool, storage: str | None, json: bool) -> None:
    """Delete a study and its files."""
    from runner.console.output import print_json

    store, place = _store(storage), _place(storage, 1)
    record = store.study(study)
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(f"deleting {record.study!r} needs --yes where nobody can be asked")
        total = record.trials.complete + record.trials.pruned + record.trials.failed
        click.confirm(f"Delete {record.study} with {total} trials and its model?", abort=True, err=True)
    store.delete_study(record.study, place.folder / record.study)
    print_json({"deleted": record.study}) if json else sys.stderr.write(f"Deleted {record.study}.\n")


@app.command(epilog="Example:  modelcat doctor")
@storage_option
@json_option
def doctor(storage: str | None, json: bool) -> None:
    """Check versions, devices, database, hub."""
    from runner.console.doctor import examine, print_findings
    from runner.console.output import print_json

    settings = _settings()
    findings = examine(storage or settings.storage, settings.cache)
    print_json(findings) if json else print_findings(findings)
    if any(finding["state"] == "bad" for finding in findings):
        raise click.exceptions.Exit(1)


def _settings() -> Any:
    from runner.settings import Settings

    return Settings()


def _place(storage: str | None, workers: int) -> Any:
    from runner.store.url import studies_folder
    from runner.study.coordinator import Place

    settings = _settings()
    url = storage or settings.storage
    return Place(url, studies_folder(url), settings.cache, workers, debug="MODELCAT_DEBUG" in os.environ)


def _reading(storage: str | None) -> Any:
    """Return the store for a command that reads, or None where there is no database; none is made."""
    from runner.store.store import Store

    url = storage or _settings().storage
    return Store.open(url, create=False) if Store.exists(url) else None


def _store(storage: str | None) -> Any:
    """Return the store for a command that cannot do without one."""
    from catalog.errors import UnknownStudyError
    from runner.store.url import redact

    if (store := _reading(storage)) is None:
        url = redact(storage or _settings().storage)
        raise UnknownStudyError(f"there is no database at {url}: nothing has been run here; --storage picks another")
    return store


def main() -> None:
    """Run the command line; every expected error becomes one message and its exit code."""
    from runner.console.guard import guarded

    sys.exit(guarded(app, as_json="--json" in sys.argv))

"""The command line: one function per command. Whatever is heavy is imported inside the command that needs it."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from catalog.errors import InputError, ModelcatError

__all__ = ["app", "main"]

app = typer.Typer(
    name="modelcat",
    help="A catalog of trainable models: write a JSON spec, get a tuned, stored, inspectable model.",
    epilog="Start with:  modelcat run examples/quickstart.json",
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)

SpecFile = Annotated[Path, typer.Argument(metavar="SPEC", help="A JSON spec.", show_default=False)]
StudyName = Annotated[str, typer.Argument(metavar="STUDY", help="Name of a study.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to stdout.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PATH=VALUE", help="Override a field: study.trials=5. Repeatable.", show_default=False),
]
Storage = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Database; else MODELCAT_STORAGE, else sqlite:///studies.db.", show_default=False),
]
Workers = Annotated[int, typer.Option(min=1, max=256, help="Processes that train at the same time.")]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks and what workers print.")] = False,
) -> None:
    """A catalog of trainable models: write a JSON spec, get a tuned, stored, inspectable model."""
    if debug:
        os.environ["MODELCAT_DEBUG"] = "1"


@app.command("list", epilog="Example:  modelcat list")
def list_models(json: Json = False) -> None:
    """List the models of the catalog."""
    from catalog import registry

    found = registry.entries()
    for entry in found:
        if entry.problem is not None:
            sys.stderr.write(f"modelcat: {entry.key} of {entry.distribution}: {entry.problem}\n")
    if json:
        from json import dumps

        names = ("category", "subcategory", "model")
        lines = [
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
def show(
    key: Annotated[str, typer.Argument(metavar="KEY", help="category/subcategory/model", show_default=False)],
    json: Json = False,
) -> None:
    """Show a model: what it is, its parameters with typical ranges, its variants."""
    from catalog import registry
    from runner.console.card import card_answer, print_card
    from runner.console.output import print_json

    plugin = registry.load(key)
    print_json(card_answer(plugin)) if json else print_card(plugin)


@app.command(epilog="Example:  modelcat schema nlp/text-classification/bert > spec.schema.json")
def schema(
    key: Annotated[
        str | None,
        typer.Argument(metavar="[KEY]", help="One model; all of them if left out.", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Accepted for symmetry: a schema is always JSON.")] = False,
) -> None:
    """Print the JSON Schema of specs, for editors: every field with description, range and examples."""
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
def validate(spec: SpecFile, overrides: Set = None, json: Json = False) -> None:
    """Check a spec, and the data it names where that lies on this machine. Trains nothing, writes nothing."""
    from catalog.spec import load
    from runner.console.output import print_json, print_line
    from runner.console.validation import inspect_data, validation_answer, validation_lines

    request = load(spec, overrides or [])
    answer = validation_answer(request, inspect_data(request, _settings().cache))
    print_json(answer) if json else print_line("\n".join(validation_lines(answer)))


@app.command(epilog="Example:  modelcat run examples/quickstart.json --workers 2")
def run(
    spec: SpecFile, overrides: Set = None, workers: Workers = 1, storage: Storage = None, json: Json = False
) -> None:
    """Run a whole study: baseline, search, confirmation, verdict. The same spec again goes on or tells the result."""
    from catalog.spec import load
    from runner.console.running import print_study, run_narrated

    place = _place(storage, workers)
    record = run_narrated(load(spec, overrides or []), place, "study")
    print_study(record, place, json=json)


@app.command(epilog="Example:  modelcat train examples/quickstart.json --set model_config.epochs=2")
def train(spec: SpecFile, overrides: Set = None, storage: Storage = None, json: Json = False) -> None:
    """Train once, as given: the spec's study is left aside."""
    from catalog.spec import load
    from runner.console.running import print_training, run_narrated
    from runner.study.coordinator import as_training

    place = _place(storage, 1)
    record = run_narrated(as_training(load(spec, overrides or [])), place, "train")
    print_training(record, place, json=json)


@app.command(epilog="Example:  modelcat resume imdb-bert")
def resume(study: StudyName, workers: Workers = 1, storage: Storage = None, json: Json = False) -> None:
    """Go on with a study that was interrupted, where it stopped."""
    from runner.console.running import print_study, print_training, run_narrated, stored_request

    place = _place(storage, workers)
    request, mode = stored_request(place, study)
    record = run_narrated(request, place, mode)
    (print_study if mode == "study" else print_training)(record, place, json=json)


@app.command(epilog="Example:  modelcat studies --json")
def studies(storage: Storage = None, json: Json = False) -> None:
    """List the studies in the store."""
    from runner.console.answers import study_line
    from runner.console.output import print_json
    from runner.console.tables import print_studies

    store = _reading(storage)
    records = store.studies() if store else []
    print_json([study_line(record) for record in records]) if json else print_studies(records)


@app.command(epilog="Example:  modelcat trials imdb-bert")
def trials(study: StudyName, storage: Storage = None, json: Json = False) -> None:
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
def trial(
    study: StudyName,
    number: Annotated[int, typer.Argument(metavar="N", min=0, help="Number of a trial.", show_default=False)],
    storage: Storage = None,
    json: Json = False,
) -> None:
    """Show one trial: parameters, metrics, measurements epoch by epoch, failure."""
    from runner.console.answers import trial_answer
    from runner.console.output import print_json
    from runner.console.tables import print_trial

    store = _store(storage)
    found, history = store.trial(study, number), store.epochs(study, f"trial/{number}")
    print_json(trial_answer(found, history)) if json else print_trial(store.study(study), found, history)


@app.command(epilog="Example:  modelcat predict imdb-bert 'A slow start, but what an ending!'")
def predict(
    study: StudyName,
    texts: Annotated[list[str], typer.Argument(metavar="TEXT...", help="Texts to classify.", show_default=False)],
    storage: Storage = None,
    json: Json = False,
) -> None:
    """Classify texts with the model that a study has kept."""
    from runner.console.answers import prediction_answer
    from runner.console.output import print_json
    from runner.console.predicting import predictions_of, print_predictions

    place = _place(storage, 1)
    found = predictions_of(_store(storage).study(study), place, texts)
    print_json([prediction_answer(prediction) for prediction in found]) if json else print_predictions(found)


@app.command(epilog="Example:  modelcat delete imdb-bert --yes")
def delete(
    study: StudyName,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    storage: Storage = None,
    json: Json = False,
) -> None:
    """Delete a study: its records, its model, its files."""
    from runner.console.output import print_json
    from runner.study.deleting import delete_study

    store, place = _store(storage), _place(storage, 1)
    record = store.study(study)
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(f"deleting {record.study!r} needs --yes where nobody can be asked")
        total = record.trials.complete + record.trials.pruned + record.trials.failed
        typer.confirm(f"Delete {record.study} with {total} trials and its model?", abort=True, err=True)
    delete_study(store, record.study, place.folder)
    print_json({"deleted": record.study}) if json else sys.stderr.write(f"Deleted {record.study}.\n")


@app.command(epilog="Example:  modelcat doctor")
def doctor(storage: Storage = None, json: Json = False) -> None:
    """Check this machine: versions, devices, database, caches, hub."""
    from runner.console.doctor import examine, print_findings
    from runner.console.output import print_json

    settings = _settings()
    findings = examine(storage or settings.storage, settings.cache)
    print_json(findings) if json else print_findings(findings)
    if any(finding["state"] == "bad" for finding in findings):
        raise typer.Exit(1)


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

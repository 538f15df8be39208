"""The command line: one function per command. Whatever is heavy is imported inside the command that needs it."""

import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import click

from catalog.errors import InputError, ModelcatError

__all__ = ["app", "main"]

Command = Callable[..., None]

spec_argument = click.argument("spec", metavar="SPEC", type=click.Path(path_type=Path))
study_argument = click.argument("study", metavar="STUDY")
json_option = click.option("--json", is_flag=True, help="Print JSON to stdout.")
csv_option = click.option(
    "--csv",
    is_flag=True,
    help="Print CSV to stdout: the fields of --json, unrounded, those of inner objects as best.value.",
)
set_option = click.option(
    "--set", "overrides", metavar="PATH=VALUE", multiple=True, help="Override a field: study.trials=5. Repeatable."
)
storage_option = click.option(
    "--storage", metavar="URL", help="Database; else MODELCAT_STORAGE, else sqlite:///studies.db."
)
output_option = click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write into a file, whole or not at all."
)
force_option = click.option("--force", is_flag=True, help="Replace what is there.")
precision_option = click.option(
    "--precision",
    type=click.Choice(["auto", "fp32", "bf16", "int8"]),
    default="auto",
    show_default=True,
    help="Arithmetic of the answers. fp32: transformers' own scores. bf16: 0.001 off on average, rarely 0.01. "
    "int8: 0.005 off, up to 0.1, another label in 100. auto: for files and streams bf16, where the device computes "
    "in it and the model was trained in it; else fp32.",
)
takeover_option = click.option(
    "--takeover", is_flag=True, help="Take the study from another host that seems to run it, but is gone."
)
workers_option = click.option(
    "--workers",
    metavar="N|auto",
    help="Trainings at the same time; auto: one for each GPU, on Ray without GPUs one for four cores. "
    "Default: 1 on this machine, auto on Ray.",
)


def format_options(command: Command) -> Command:
    """Add the options that say how a delimited file is written."""
    for option in (
        click.option("--no-header", is_flag=True, help='The first line is a row; columns are called "0", "1", ...'),
        click.option("--encoding", metavar="NAME", help="Of text, such as cp1252; else found, of stdin UTF-8."),
        click.option("--quote", metavar="CHAR", help='Around cells of a CSV; "" if quotes have no meaning.'),
        click.option("--delimiter", metavar="CHAR", help="Between cells of a CSV; else found."),
    ):
        command = option(command)
    return command


def engine_options(command: Command) -> Command:
    """Add the options that say where trials run."""
    engine = click.option(
        "--engine", metavar="NAME", help="Where trials run: local or ray; else MODELCAT_ENGINE, local."
    )
    address = click.option(
        "--address",
        metavar="HOST:PORT",
        help="Ray cluster: HOST:PORT, auto (this machine's) or local (start one); else MODELCAT_ADDRESS, auto.",
    )
    return engine(address(command))


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
        from runner.environment import debug as show_tracebacks

        show_tracebacks()


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
    from runner.console.validation import validation_answer, validation_lines
    from runner.study.inspection import inspect_data

    request = load(spec, overrides)
    found = inspect_data(request, _settings().cache)
    answer = validation_answer(request, found)
    print_json(answer) if json else print_line("\n".join(validation_lines(answer, found)))


@app.command(epilog="Example:  modelcat plan examples/quickstart.json --workers 2")
@spec_argument
@set_option
@workers_option
@json_option
def plan(spec: Path, overrides: tuple[str, ...], workers: str | None, json: bool) -> None:
    """Look ahead before spending hours.

    Reads data and model, measures a short training that is thrown away, and tells what the study will cost and what
    to change first. Nothing is stored.
    """
    from catalog.spec import load
    from runner.console.output import narrator, print_json
    from runner.console.planning import plan_answer, print_plan
    from runner.study.planning import make_plan

    found = make_plan(load(spec, overrides), _working_place(None, workers, "local"), narrator().print)
    print_json(plan_answer(found)) if json else print_plan(found)


@app.command(epilog="Example:  modelcat run examples/quickstart.json --workers 2")
@spec_argument
@set_option
@workers_option
@engine_options
@takeover_option
@storage_option
@json_option
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
    from runner.console.running import print_study, run_narrated

    place = _working_place(storage, workers, engine, address)
    record = run_narrated(load(spec, overrides), place, "study", takeover=takeover)
    print_study(record, place, json=json)


@app.command(epilog="Example:  modelcat train examples/quickstart.json --set model_config.epochs=2")
@spec_argument
@set_option
@engine_options
@storage_option
@json_option
def train(
    spec: Path, overrides: tuple[str, ...], engine: str | None, address: str | None, storage: str | None, json: bool
) -> None:
    """Train once, as given.

    The spec's study is left aside; the result is stored as a study of one trial.
    """
    from catalog.spec import load
    from runner.console.running import print_training, run_narrated
    from runner.study.training import as_training

    place = _working_place(storage, "1", engine, address)
    record = run_narrated(as_training(load(spec, overrides)), place, "train")
    print_training(record, place, json=json)


@app.command(epilog="Example:  modelcat submit examples/quickstart.json --start")
@spec_argument
@set_option
@click.option("--start", is_flag=True, help="Start a worker in the background, unless one is running.")
@storage_option
@json_option
def submit(spec: Path, overrides: tuple[str, ...], start: bool, storage: str | None, json: bool) -> None:
    """Put a study into the queue.

    Spec and data are checked as by validate. A study that stopped or failed goes back into the queue; a larger
    study.trials extends a finished one.
    """
    from catalog.spec import load
    from runner.console.output import print_json
    from runner.console.queueing import position_of, print_submitted, submitted_answer
    from runner.study.background import start_worker
    from runner.study.inspection import inspect_data
    from runner.study.queue import submit as enqueue

    place, request = _place(storage, 1), load(spec, overrides)
    inspect_data(request, place.cache)
    record = enqueue(request, place)
    position = position_of(_store(storage), record.study)
    worker = start_worker(place) if start else None
    print_json(submitted_answer(record, position)) if json else print_submitted(record, position, worker)


@app.command(epilog="Example:  modelcat worker --workers 2 --idle 10m")
@workers_option
@click.option(
    "--idle",
    metavar="DURATION",
    default="30s",
    show_default=True,
    help="End when nothing has been queued for so long: 30s, 10m, 2h, forever.",
)
@engine_options
@storage_option
@json_option
def worker(
    workers: str | None, idle: str, engine: str | None, address: str | None, storage: str | None, json: bool
) -> None:
    """Run the queue, a study at a time.

    Whatever happens to a study, the next one is run. One whose worker died is taken up again, study.max_retries times.
    Ctrl+C puts the running one back into the queue.
    """
    from runner.console.output import print_json
    from runner.console.queueing import done_answer, idle_seconds, print_done, run_queue

    done = run_queue(_working_place(storage, workers, engine, address), idle_seconds(idle))
    print_json(done_answer(done)) if json else print_done(done)


@app.command(epilog="Example:  modelcat stop imdb-bert")
@study_argument
@storage_option
@json_option
def stop(study: str, storage: str | None, json: bool) -> None:
    """Stop a study, wherever it runs.

    It is left as it is, and can be resumed; one that is still being prepared
    for the first time is not stored. Waits until it has stopped, a minute at
    most.
    """
    from runner.console.output import print_json, print_line
    from runner.console.queueing import stop_and_wait

    state = stop_and_wait(lambda: _store(storage), _place(storage, 1), study)
    print_json({"study": study, "state": state}) if json else print_line(f"{study}: {state}")


@app.command(epilog="Example:  modelcat resume imdb-bert")
@study_argument
@workers_option
@engine_options
@takeover_option
@storage_option
@json_option
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
    from runner.console.running import print_study, print_training, run_narrated
    from runner.study.stored import stored_request

    place = _working_place(storage, workers, engine, address)
    request, mode = stored_request(place, study)
    record = run_narrated(request, place, mode, takeover=takeover)
    (print_study if mode == "study" else print_training)(record, place, json=json)


@app.command(epilog="Example:  modelcat studies --json")
@storage_option
@csv_option
@json_option
def studies(storage: str | None, csv: bool, json: bool) -> None:
    """List the studies in the store."""
    from runner.console.answers import study_line
    from runner.console.datatable import print_csv
    from runner.console.output import print_json
    from runner.console.study_tables import studies_table
    from runner.console.tables import print_studies
    from runner.console.text import safe

    store = _reading(storage)
    records = store.studies() if store else []
    for record in records:
        if record.damage is not None:
            sys.stderr.write(f"modelcat: {safe(record.damage)}\n")
    if json:
        print_json([study_line(record) for record in records])
    elif csv:
        print_csv(studies_table(records))
    else:
        print_studies(records)


@app.command(epilog="Example:  modelcat trials imdb-bert")
@study_argument
@storage_option
@csv_option
@json_option
def trials(study: str, storage: str | None, csv: bool, json: bool) -> None:
    """List the trials of a study."""
    from runner.console.answers import trial_line
    from runner.console.datatable import print_csv
    from runner.console.output import print_json
    from runner.console.study_tables import trials_table
    from runner.console.tables import print_trials

    store = _reading(storage)
    if store is None:
        print_json([]) if json else sys.stderr.write("No database yet: nothing has been run here.\n")
        return
    record, found = store.study(study), store.trials(study)
    if json:
        print_json([trial_line(trial, record.class_scope.positive) for trial in found])
    elif csv:
        print_csv(trials_table(found, tuple(record.space), record.class_scope.positive))
    else:
        print_trials(record, found)


@app.command(epilog="Example:  modelcat trial imdb-bert 7")
@study_argument
@click.argument("number", metavar="N", type=click.IntRange(0))
@storage_option
@csv_option
@json_option
def trial(study: str, number: int, storage: str | None, csv: bool, json: bool) -> None:
    """Show one trial, epoch by epoch, and how it was judged; --csv prints the epochs alone."""
    from runner.console.answers import trial_answer
    from runner.console.datatable import print_csv
    from runner.console.output import print_json
    from runner.console.study_tables import epochs_table
    from runner.console.tables import print_trial
    from runner.store.judgements import evaluation_in

    store = _store(storage)
    record = store.study(study)
    found, history = store.trial(study, number), store.epochs(study, f"trial/{number}")
    judged = evaluation_in(store.evaluations(study), f"trial/{number}", "validation")
    if json:
        print_json(trial_answer(found, history, judged, record.class_scope.positive))
    elif csv:
        print_csv(epochs_table(history, found.speed.get("best_epoch")))
    else:
        print_trial(record, found, history, judged)


@app.command(epilog="Example:  modelcat browse --storage sqlite:///studies.db")
@click.option("--web", is_flag=True, help="Show it in a web browser, served on 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of --web; 0: a free one.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open a tab for --web.")
@click.option("--read-only", is_flag=True, help="Change nothing: no submitting, stopping, deleting.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--language", type=click.Choice(["en", "de"]), help="Else as settings and environment say.")
@storage_option
def browse(
    web: bool,
    port: int,
    open_browser: bool,
    read_only: bool,
    ascii_only: bool,
    language: str | None,
    storage: str | None,
) -> None:
    """Browse, submit and steer studies in a terminal UI.

    Closing it never ends a study. Settings (theme, language, keys) are kept in browse.toml; About (F10) tells where.
    """
    if web:
        from runner.tui.launch import check_storage
        from runner.tui.web.serving import serve

        check_storage(storage)
        if storage is not None:  # not as an argument: everybody can read those, and the URL may hold a password
            os.environ["MODELCAT_STORAGE"] = storage
        arguments = ["--language", language] if language else []
        flags = [name for name, given in (("--read-only", read_only), ("--ascii", ascii_only)) if given]
        serve([*arguments, *flags], port, language=language, open_browser=open_browser)
        return
    from runner.tui.launch import browse as show_browser

    show_browser(storage, read_only=read_only, ascii_only=ascii_only, language=language)


@app.command(epilog="Example:  modelcat predict imdb-bert --file reviews.csv -o answers.jsonl")
@study_argument
@click.argument("texts", metavar="[TEXT]...", nargs=-1)
@click.option("--file", metavar="PATH", help="Any file that a data set may be, or .txt (a text a line); - for stdin.")
@click.option("--column", metavar="NAME", multiple=True, help="Column (key) of the texts; else that of the study.")
@click.option("--only", is_flag=True, help="Leave the other columns of the file out.")
@click.option(
    "--format", "form", type=click.Choice(["table", "jsonl", "csv", "parquet"]), help="Else as -o ends, else a table."
)
@format_options
@click.option("--explain", is_flag=True, help="Say which words spoke for the label, and which were looked at.")
@precision_option
@output_option
@force_option
@storage_option
@json_option
def predict(
    study: str,
    texts: tuple[str, ...],
    *,
    file: str | None,
    column: tuple[str, ...],
    only: bool,
    form: str | None,
    delimiter: str | None,
    quote: str | None,
    encoding: str | None,
    no_header: bool,
    explain: bool,
    precision: str,
    output: Path | None,
    force: bool,
    storage: str | None,
    json: bool,
) -> None:
    """Classify texts with a study's model.

    Any number of texts, answered in order as they come: given here, in a file, or piped into stdin (a text a line, or
    JSON objects with "text"). A file is read as the study's own data are: its text is in the columns that the study was
    trained on, and all its columns are kept. New columns are label, confidence and a probability for each class. A text
    that is empty gets an empty answer. Texts that stand in no file are written to CSV with an apostrophe in front where
    a cell would begin as a formula (= + - @), and with control characters spelled out.
    """
    from runner.console.predicting import (
        Question,
        chosen_format,
        chosen_precision,
        file_inputs,
        typed_inputs,
    )
    from runner.console.predicting import predict as answer
    from runner.console.reading import given_format, input_file, stored_columns
    from runner.study.kept_model import kept_model

    chosen = chosen_format(form, output, json=json, explain=explain)
    arithmetic = chosen_precision(precision, texts, explain=explain)
    written = given_format(delimiter, quote, encoding, no_header=no_header)
    from_stdin = file is None or file == "-"
    if texts not in {(), ("-",)} and file is not None:
        raise InputError("texts are given as arguments and with --file; leave one of them out")
    if from_stdin and only:
        raise InputError("--only leaves the columns of a file out, but no file is given; --file names it")
    place, record = _place(storage, 1), _store(storage).study(study)
    if from_stdin:
        inputs = typed_inputs(texts, column, encoding, stored_columns(record).text)
    else:
        inputs = file_inputs(record.key, input_file(record, Path(str(file)), column, written), only=only)
    question = Question(record.key, kept_model(record, place), explain, arithmetic, place.debug)
    answer(question, inputs, chosen, output, force=force)


@app.command(epilog="Example:  modelcat evaluate imdb-bert reviews.csv -o predictions.parquet")
@study_argument
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--text", metavar="COLUMN", multiple=True, help="Column of the texts; else that of the study.")
@click.option("--label", metavar="COLUMN", help="Column of the labels; else that of the study.")
@click.option(
    "--labels-as",
    type=click.Choice(["names", "ids"]),
    default="names",
    show_default=True,
    help="Whether labels are names of the model's classes or their ids, 0, 1, ...",
)
@format_options
@precision_option
@output_option
@force_option
@storage_option
@json_option
def evaluate(
    study: str,
    file: Path,
    *,
    text: tuple[str, ...],
    label: str | None,
    labels_as: Any,
    delimiter: str | None,
    quote: str | None,
    encoding: str | None,
    no_header: bool,
    precision: str,
    output: Path | None,
    force: bool,
    storage: str | None,
    json: bool,
) -> None:
    """Judge a study's model on a labelled file.

    A file of any format that a data set may have; -o keeps the per-example predictions as Parquet. Labels are matched
    by name; one that the model does not know is an error.
    """
    from runner.console.judging import judge_file, judgement_answer, print_judgement
    from runner.console.output import print_json
    from runner.console.reading import given_format, labelled_file
    from runner.engine.messages import JudgeFile
    from runner.study.kept_model import kept_model

    place, record = _place(storage, 1), _store(storage).study(study)
    written = given_format(delimiter, quote, encoding, no_header=no_header)
    labelled = labelled_file(record, file, text, label, written, labels_as)
    task = JudgeFile(record.key, kept_model(record, place), labelled, place.folder, precision)
    found = judge_file(task, output, force=force, debug=place.debug)
    if json:
        print_json(judgement_answer(record.study, file, found, output))
    else:
        print_judgement(record.study, file, found, output)


@app.command(epilog="Example:  modelcat export imdb-bert my-model --format onnx --quantize")
@study_argument
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["hf", "onnx"]), default="hf", show_default=True, help="What for.")
@click.option("--quantize", is_flag=True, help="8-bit weights: a quarter of the size, other answers here and there.")
@force_option
@storage_option
@json_option
def export(study: str, folder: Path, form: str, quantize: bool, force: bool, storage: str | None, json: bool) -> None:
    """Export a study's model for use elsewhere, checked.

    hf: a folder for transformers.pipeline. onnx: a graph for ONNX Runtime, with tokenizer and instructions. Both are
    compared with the model itself on texts of the study before the folder appears.
    """
    from runner.console.exporting import export_model, exported_answer, print_exported, sample_texts
    from runner.console.output import print_json
    from runner.engine.messages import ExportModel
    from runner.study.kept_model import kept_model

    if quantize and form != "onnx":
        raise InputError("--quantize needs --format onnx; a Hugging Face folder keeps its fp32 weights")
    place, record = _place(storage, 1), _store(storage).study(study)
    texts = sample_texts(place.folder_of(record.study) / "examples")
    task = ExportModel(record.key, kept_model(record, place), folder, form, quantize, texts)
    exported = export_model(task, force=force, debug=place.debug)
    print_json(exported_answer(record.study, exported)) if json else print_exported(record.study, exported)


@app.command(epilog="Example:  modelcat diagnose imdb-bert")
@study_argument
@storage_option
@json_option
def diagnose(study: str, storage: str | None, json: bool) -> None:
    """Say what the records show to be wrong, and what to change.

    The gravest finding comes first: problems (✗), warnings (▲), notes (○).
    """
    from runner.console.diagnosing import diagnosis_answer, print_diagnoses
    from runner.console.output import print_json
    from runner.study.diagnosing import diagnoses_of

    store = _store(storage)
    found = diagnoses_of(store, study, _place(storage, 1))
    record = store.study(study)
    print_json([diagnosis_answer(record, diagnosis) for diagnosis in found]) if json else print_diagnoses(record, found)


@app.command(epilog="Example:  modelcat report imdb-bert -o report.html")
@study_argument
@output_option
@click.option("--format", "form", type=click.Choice(["html", "md"]), default="html", show_default=True, help="Kind.")
@click.option("--language", metavar="CODE", default="en", show_default=True, help="Of the report: en or de.")
@force_option
@storage_option
@json_option
def report(
    study: str, output: Path | None, form: Any, language: str, force: bool, storage: str | None, json: bool
) -> None:
    """Make a page of all results, or a model card.

    html: one file that works offline, for people. md: a card with the hub's header, by default the README.md of the
    study's kept model.
    """
    from runner.console.output import print_json, print_line
    from runner.report.rules import findings_of
    from runner.report.writing import write_report
    from runner.store.files import study_folder
    from runner.store.url import studies_folder

    store, folder = _store(storage), studies_folder(_url(storage))
    study = store.study(study).study
    made = write_report(
        store,
        study,
        output,
        folder=folder,
        format=form,
        language=language,
        force=force,
        diagnoses=findings_of(store, study, study_folder(folder, study)),
    )
    answer = {"report": str(made.report), "bytes": made.bytes, "seconds": round(made.seconds, 3)}
    print_json(answer) if json else print_line(str(made.report))


@app.command(epilog="Example:  modelcat figures imdb-bert --chart history -o history.svg")
@study_argument
@click.argument("number", metavar="[N]", required=False, type=click.IntRange(0))
@click.option("--chart", metavar="KEY", help="One of them; all keys are listed without it.")
@click.option(
    "--option", "options", metavar="NAME=VALUE", multiple=True, help="Choice of a chart: parameter=epochs. Repeatable."
)
@output_option
@click.option("--language", metavar="CODE", default="en", show_default=True, help="Of the file: en or de.")
@force_option
@storage_option
@json_option
def figures(
    study: str,
    number: int | None,
    chart: str | None,
    options: tuple[str, ...],
    output: Path | None,
    language: str,
    force: bool,
    storage: str | None,
    json: bool,
) -> None:
    """List the figures of a study, print them as JSON, or save one as .html, .svg or .png.

    With N those of trial N, which the charts of the study mark. --json prints each with its kind, axes and numbers;
    texts are templates and values. Pictures take the extra "images" and Chrome or Chromium.
    """
    from runner.console.figures import figures_of, print_figures, save_one

    store = _store(storage)
    snapshot, found = figures_of(store, store.study(study).study, number, chart, options)
    if output is not None:
        save_one(found, snapshot, output, language, force=force)
    else:
        print_figures(found, json=json)


@app.command(epilog="Example:  modelcat compare imdb-bert imdb-bert:7 imdb-bert:baseline")
@click.argument("models", metavar="STUDY...", nargs=-1, required=True)
@storage_option
@json_option
def compare(models: tuple[str, ...], storage: str | None, json: bool) -> None:
    """Compare winners, trials and baselines.

    STUDY is its winner, STUDY:7 its trial 7, STUDY:given and STUDY:baseline what it was measured against. Winners are
    compared on test; with a trial among them all are compared on validation.
    """
    from runner.console.comparing import contest_answer, print_contest
    from runner.console.output import print_json
    from runner.engine.asking import asking
    from runner.study.contest import contest

    place = _place(storage, 1)
    with asking(debug=place.debug) as ask:
        found = contest(_store(storage), models, place.folder, ask)
    print_json(contest_answer(found)) if json else print_contest(found)


@app.command(epilog="Example:  modelcat delete imdb-bert --yes")
@study_argument
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@storage_option
@json_option
def delete(study: str, yes: bool, storage: str | None, json: bool) -> None:
    """Delete a study and its files."""
    from runner.console.output import print_json
    from runner.console.text import safe

    store, place = _store(storage), _place(storage, 1)
    record = store.study(study, damaged=True)
    if not yes:
        if not sys.stdin.isatty():
            raise InputError(f"deleting {record.study!r} needs --yes where nobody can be asked")
        total = record.trials.complete + record.trials.pruned + record.trials.failed
        click.confirm(f"Delete {safe(record.study)} with {total} trials and its model?", abort=True, err=True)
    store.delete_study(record.study, place.folder)
    print_json({"deleted": record.study}) if json else sys.stderr.write(f"Deleted {safe(record.study)}.\n")


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
    from runner.settings import read_settings

    _note_misspelt()
    return read_settings()


@cache
def _note_misspelt() -> None:
    """Say once which variables of the environment have no effect."""
    from runner.console.text import safe
    from runner.settings import misspelt

    for note in misspelt():
        sys.stderr.write(f"modelcat: {safe(note)}\n")


def _url(storage: str | None) -> str:
    """Return the database's URL: what is given, else what the environment says."""
    from runner.store.url import StorageUrl

    if storage:
        return storage
    url = str(_settings().storage)
    try:
        StorageUrl.parse(url)
    except InputError as error:
        raise InputError(f"MODELCAT_STORAGE: {error.message}") from error
    return url


def _place(storage: str | None, workers: int) -> Any:
    from runner.environment import is_debugging
    from runner.store.url import studies_folder
    from runner.study.place import Place

    settings = _settings()
    url = _url(storage)
    return Place(
        url,
        studies_folder(url),
        settings.cache,
        workers,
        debug=is_debugging(),
        checkpoint_seconds=settings.checkpoint_seconds,
    )


def _working_place(
    storage: str | None, workers: str | None, engine: str | None = None, address: str | None = None
) -> Any:
    """Return where a command trains."""
    from runner.console.working import working_place

    return working_place(_place(storage, 1), workers, engine, address)


def _reading(storage: str | None) -> Any:
    """Return the store for a command that reads, or None where there is no database; none is made."""
    from runner.store.store import Store

    url = _url(storage)
    return Store.open(url, create=False) if Store.exists(url) else None


def _store(storage: str | None) -> Any:
    """Return the store for a command that cannot do without one."""
    from catalog.errors import UnknownStudyError
    from runner.store.url import redact

    if (store := _reading(storage)) is None:
        url = redact(_url(storage))
        raise UnknownStudyError(f"there is no database at {url}: nothing has been run here; --storage picks another")
    return store


def main() -> None:
    """Run the command line; every expected error becomes one message and its exit code."""
    from runner.console.guard import guarded
    from runner.engine import interruption

    interruption.listen()
    code = guarded(app, as_json="--json" in sys.argv)
    interruption.end()
    sys.exit(code)

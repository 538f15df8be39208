"""What predict and export decide before a worker starts, and what they write."""

import csv
import io
import json
import os
import shlex
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet

from catalog import registry
from catalog.contract.capabilities import InputField, InputFile, InputTable
from catalog.errors import DataError, InputError, PluginError
from catalog.statement import Statement
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.records import Explanation, WordWeight
from runner.cli.main import app
from runner.cli.predict import chosen_format, chosen_precision, write_predictions
from runner.cli.prediction_formats import Layout, pieces, write_parquet
from runner.cli.prediction_inputs import Inputs, file_inputs, typed_inputs
from runner.cli.run import _predict_hint
from runner.destination import check_file, staging, written_file
from runner.engine import single_tasks
from runner.engine.messages import Predict
from runner.study import exporting, inputs
from runner.study.exporting import sample_inputs
from runner.study.inputs import Chunk, input_fields
from runner.study.prediction_view import PredictionView
from runner.study.predictions import Answered, Batch

KEY = "nlp/text-classification/linear"
TEXT = (InputField("text", "prose"),)


def answer(text="a film", label="good"):
    """Return a prediction of two classes."""
    return TextPrediction(text, label, 0.75, {"good": 0.75, "=bad()": 0.25}).as_json()


VIEW = PredictionView(KEY, {"labels": ["good", "=bad()"]}, TEXT, answer())
TEXTS = Layout(VIEW)
EXPLAINED = Explanation(
    TextPrediction("slow \x1b[31m start, what an ending", "good", 0.75, {"good": 0.75, "=bad()": 0.25}),
    (
        WordWeight("slow", 0, 4, -0.5, 0.1),
        WordWeight("\x1b[31m", 5, 10, 0.25, 0.05),
        WordWeight("ending", 26, 32, 1.5, 0.4),
    ),
    "integrated gradients",
    0.01,
    truncated=True,
).as_json()


def batch(*answers, rows=None):
    """Return answers to texts, each with its row of a file if there is one."""
    found = [Answered(one["text"] if one else "", one) for one in answers]
    if rows is None:
        return Batch(found)
    kept = [Answered(one.given, one.answer, row) for one, row in zip(found, rows.to_pylist(), strict=True)]
    return Batch(kept, rows)


def texts_of(inputs):
    """Return all texts that are to be answered."""
    return [text for chunk in inputs.chunks for text in chunk.inputs]


@pytest.mark.parametrize(
    ("given", "column", "says"),
    [(("a",), ("x",), "--column x names a column of a file"), (("-",), ("x", "y"), "name one --column")],
)
def test_columns_are_those_of_a_file(given, column, says):
    """A column of texts that are arguments, or two of stdin, are refused."""
    with pytest.raises(InputError, match=says):
        typed_inputs(TEXT, given, column, None)


def test_arguments_are_text_and_a_dash_is_stdin(monkeypatch):
    """Halves of surrogate pairs in arguments are replaced; - reads stdin, in the encoding that is given."""
    assert texts_of(typed_inputs(TEXT, ("a", "\udcff"), (), None)) == ["a", "\ufffd"]
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(b"one\ns\xfc\n"), isatty=lambda: True))
    assert texts_of(typed_inputs(TEXT, ("-",), (), "cp1252")) == ["one", "sü"]


def test_a_task_that_takes_no_inputs_says_so(monkeypatch, tmp_path):
    """Predict with a third party's task without `TakesInputs` is an error that names the task; so is one that fails."""
    monkeypatch.setattr(registry, "load_task", lambda _: SimpleNamespace(key="a/b"))
    with pytest.raises(InputError, match="the task a/b does not say what its inputs are"):
        input_fields("a/b/c", {})
    with pytest.raises(InputError, match="the task a/b reads no files"):
        file_inputs("a/b/c", InputFile(tmp_path / "x.csv"), only=False)
    broken = SimpleNamespace(key="nlp/text-classification", input_fields=lambda _: 1 / 0, open_file=print)
    monkeypatch.setattr(registry, "load_task", lambda _: broken)
    with pytest.raises(PluginError, match=r"from modelcat, failed: ZeroDivisionError"):
        input_fields(KEY, {})


def test_the_next_command_holds_the_fields(monkeypatch):
    """The next command shows the example of a single field, or an object of several; a file if neither is known."""
    record, fields = SimpleNamespace(study="mine", key=KEY, data={}), [InputField("last", "choice", ("it's", "b"))]
    monkeypatch.setattr(registry, "load_task", lambda _: SimpleNamespace(key="a/b", input_fields=lambda _: fields))
    assert _predict_hint(record) == "modelcat predict mine --file FILE"
    fields.append(InputField("hour", "number", (), "9"))
    words = shlex.split(_predict_hint(record))
    assert json.loads(words[3]) == {"last": "it's", "hour": 9}
    fields[:] = [InputField("text", "prose", (), "a film")]
    assert shlex.split(_predict_hint(record))[3:] == ["a film"]
    fields[:] = [None, None]
    assert _predict_hint(record) == "modelcat predict mine --file FILE"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("x", "--column", "a", "--encoding", "cp1252"), "--encoding is of a file or of stdin"),
        (("x", "--delimiter", ";"), "--delimiter says how a file is written, but no file is given"),
        (("--no-header",), "--no-header says how a file is written"),
        (("x", "--only"), "--only leaves the columns of a file out"),
    ],
)
def test_options_of_a_file_need_one(options, says):
    """An option of a file is refused without one."""
    assert says in str(CliRunner().invoke(app, ["predict", "mine", *options]).exception)


def test_a_named_column_that_is_not_read_is_told(monkeypatch, tmp_path):
    """A task that ignores --column is detected."""
    table = InputTable(("a", "b"), ("b",), (), (), (), lambda _: iter(()))
    monkeypatch.setattr(registry, "load_task", lambda _: SimpleNamespace(key="a/b", open_file=lambda _: table))
    with pytest.raises(InputError, match="--column names 'a', but the task a/b takes the input from 'b'"):
        file_inputs("a/b/c", InputFile(tmp_path / "x.csv", ("a",)), only=False)
    file_inputs("a/b/c", InputFile(tmp_path / "x.csv", ("b",)), only=False)


def test_chunks_of_a_file_hold_its_rows(tmp_path, capsys):
    """A file comes in chunks of bounded size with all its columns; --only leaves them out; a note names the column."""
    path = tmp_path / "a.csv"
    path.write_text("id,text\n" + "".join(f"{row:04},a text {row}\n" for row in range(2500)))
    inputs = file_inputs("nlp/text-classification/linear", InputFile(path), only=False)
    chunks = list(inputs.chunks)
    assert [len(chunk.inputs) for chunk in chunks] == [1024, 1024, 452]
    assert inputs.columns == ("id", "text")
    assert chunks[2].rows.to_pylist()[-1] == {"id": "2499", "text": "a text 2499"}
    assert "the input is in column 'text'" in capsys.readouterr().err
    assert file_inputs("nlp/text-classification/linear", InputFile(path), only=True).columns == ()
    with pytest.raises(DataError, match="has no column 'title', which holds the text"):
        file_inputs("nlp/text-classification/linear", InputFile(path, ("title",)), only=False)


def test_format_is_told_or_guessed_from_the_output():
    """--json and --format win over the suffix of -o; without any it is a table."""
    assert chosen_format(None, None, json=False, explain=False) == "table"
    assert chosen_format(None, None, json=True, explain=True) == "json"
    assert chosen_format("csv", Path("a.jsonl"), json=False, explain=False) == "csv"
    guessed = [chosen_format(None, Path(f"a.{s}"), json=False, explain=False) for s in ("CSV", "jsonl", "json", "txt")]
    assert guessed == ["csv", "jsonl", "json", "table"]
    with pytest.raises(InputError, match="leave one of them out"):
        chosen_format("csv", None, json=True, explain=False)
    with pytest.raises(InputError, match="use --format jsonl with --explain"):
        chosen_format(None, Path("a.csv"), json=False, explain=True)
    assert chosen_format(None, Path("a.parquet"), json=False, explain=False) == "parquet"
    with pytest.raises(InputError, match="name it with -o"):
        chosen_format("parquet", None, json=False, explain=False)


def test_auto_is_exact_where_speed_does_not_show():
    """Texts as arguments and explanations are answered exactly, files and streams as the plugin thinks fit."""
    assert chosen_precision("auto", ("a", "b"), explain=False) is None
    assert chosen_precision("auto", (), explain=True) is None
    assert [chosen_precision("auto", given, explain=False) for given in ((), ("-",))] == ["auto", "auto"]
    assert [chosen_precision(name, ("a",), explain=False) for name in ("fp32", "bf16", "int8")] == [
        "fp32",
        "bf16",
        "int8",
    ]
    assert chosen_precision("fp32", (), explain=True) == "fp32"
    with pytest.raises(InputError, match="--explain computes in fp32, not in int8"):
        chosen_precision("int8", ("a",), explain=True)


def test_chunks_are_bounded_in_rows_characters_and_time(monkeypatch):
    """A chunk holds at most 1,024 texts, few long ones, and what a slow stream gave in a second."""
    assert [len(chunk.inputs) for chunk in inputs.chunked(iter(["x"] * 2500))] == [1024, 1024, 452]
    assert [len(chunk.inputs) for chunk in inputs.chunked(iter(["x" * 1_500_000] * 7))] == [3, 3, 1]
    clock = iter(range(100))
    monkeypatch.setattr(inputs, "time", SimpleNamespace(monotonic=lambda: next(clock) * 0.6))
    assert [len(chunk.inputs) for chunk in inputs.chunked(iter(["x"] * 5))] == [2, 2, 1]


def test_formats_are_the_same_answers():
    """JSON is one list and JSON Lines its items; CSV has a column a class, made harmless; a table counts cells."""
    chunks = [batch(answer(), answer("=cmd()", "=bad()")), batch(answer("映画"))]
    listed = json.loads("".join(pieces(iter(chunks), "json", TEXTS)))
    assert listed == [json.loads(line) for line in "".join(pieces(iter(chunks), "jsonl", TEXTS)).splitlines()]
    assert listed[0] == {
        "text": "a film",
        "label": "good",
        "confidence": 0.75,
        "probabilities": {"good": 0.75, "=bad()": 0.25},
    }
    lines = "".join(pieces(iter(chunks), "csv", TEXTS)).splitlines()
    assert lines[0] == '"text","label","confidence","probability of good","probability of =bad()"'
    assert lines[2] == '"\'=cmd()","\'=bad()",0.75,0.75,0.25'
    assert "".join(pieces(iter(chunks), "table", TEXTS)).splitlines() == [
        "label   confidence  text",
        "good        75.0 %  a film",
        "=bad()      75.0 %  =cmd()",
        "good        75.0 %  映画",
    ]
    assert [list(pieces(iter([]), form, TEXTS)) for form in ("json", "jsonl", "table")] == [["[]\n"], [], []]


ROWS = pa.record_batch(
    {
        "id": ["007", "=cmd()"],
        "label": ["old", None],
        "predicted label": [1, 2],
        "meta": pa.array(['{"a": [1, null]}', None]),
        "seen": pa.array([0, None], pa.date32()),
        "share": [0.5, float("nan")],
        "kept": [True, None],
    }
)


def test_all_columns_of_a_file_are_kept_in_csv():
    """Cells stay as they are, also what looks like a formula; new columns that clash are renamed; empty answers are."""
    layout = Layout(VIEW, tuple(ROWS.schema.names), ("meta",))
    written = "".join(pieces(iter([batch(answer("a"), None, rows=ROWS)]), "csv", layout))
    header, first, second = csv.reader(io.StringIO(written, newline=""))
    assert header[:7] == ROWS.schema.names
    assert header[7:] == ["predicted label 3", "confidence", "probability of good", "probability of =bad()"]
    assert first == ["007", "old", "1", '{"a": [1, null]}', "1970-01-01", "0.5", "true", "good", "0.75", "0.75", "0.25"]
    assert second == ["=cmd()", "", "2", "", "", "", "", "", "", "", ""]


def test_all_columns_of_a_file_are_kept_in_json():
    """Values keep their types, nested ones are nested again, and what JSON cannot hold is null."""
    layout = Layout(VIEW, tuple(ROWS.schema.names), ("meta",))
    lines = "".join(pieces(iter([batch(answer("a"), None, rows=ROWS)]), "jsonl", layout)).splitlines()
    first, second = map(json.loads, lines)
    assert first == {
        "id": "007", "label": "old", "predicted label": 1, "meta": {"a": [1, None]}, "seen": "1970-01-01", "share": 0.5,
        "kept": True, "text": "a", "predicted label 3": "good", "confidence": 0.75,
        "probabilities": {"good": 0.75, "=bad()": 0.25},
    }  # fmt: skip
    assert (second["meta"], second["share"], second["predicted label 3"], second["probabilities"]) == (None,) * 3 + (
        {},
    )


def test_all_columns_of_a_file_are_kept_in_parquet(tmp_path):
    """Columns keep their types and values; those that are added are null for a row without a text."""
    layout = Layout(VIEW, tuple(ROWS.schema.names), ("meta",))
    with (tmp_path / "a.parquet").open("wb") as file:
        write_parquet(iter([batch(answer("a"), None, rows=ROWS), batch(rows=ROWS.slice(0, 0))]), layout, file)
    found = parquet.read_table(tmp_path / "a.parquet")
    assert found.select(ROWS.schema.names).schema.equals(ROWS.schema)
    assert found["seen"].to_pylist() == ROWS["seen"].to_pylist()
    assert found.num_rows == 2
    assert found["predicted label 3"].to_pylist() == ["good", None]
    assert found["probability of good"].to_pylist() == [0.75, None]


def test_parquet_without_a_row_has_its_columns(tmp_path):
    """No answers make a file that has the columns all the same."""
    with (tmp_path / "a.parquet").open("wb") as file:
        write_parquet(iter([]), TEXTS, file)
    found = parquet.read_table(tmp_path / "a.parquet")
    assert (found.num_rows, found.column_names[:3]) == (0, ["text", "label", "confidence"])


def test_explanations_say_what_they_are():
    """Weights and attention are distinguished and named, strongest first; foreign words are made safe."""
    explained = Batch([Answered(EXPLAINED["text"], EXPLAINED)])
    shown = "".join(pieces(iter([explained]), "table", TEXTS))
    assert "for good: ending +1.5, \\x1b[31m +0.25  (integrated gradients, log-odds)" in shown
    assert "against good: slow -0.5" in shown
    assert "looked at most: ending 40.0%, slow 10.0%, \\x1b[31m 5.0%  (attention rollout" in shown
    assert "it saw a part only" in shown
    assert "\x1b" not in shown
    (item,) = json.loads("".join(pieces(iter([explained]), "json", TEXTS)))
    assert item["tokens"][0] == {"token": "slow", "weight": -0.5, "attention": 0.1, "start": 0, "end": 4}


def test_files_are_written_whole_or_not_at_all(tmp_path):
    """A file appears when all of it is written; after an error nothing is left and an older one stays."""
    path = tmp_path / "a.csv"
    with written_file(path) as file:
        file.write(b"one")
        assert not path.exists()
    assert path.read_bytes() == b"one"

    def fail():
        with written_file(path) as file:
            file.write(b"two")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [(entry.name, entry.read_bytes()) for entry in tmp_path.iterdir()] == [("a.csv", b"one")]


def test_places_that_cannot_be_written_are_told_before_any_work(tmp_path):
    """An existing file, a folder, a missing folder and one without permission are refused."""
    (tmp_path / "a.csv").touch()
    with pytest.raises(InputError, match="--force replaces it"):
        check_file(tmp_path / "a.csv", force=False)
    check_file(tmp_path / "a.csv", force=True)
    with pytest.raises(InputError, match="is a folder"):
        check_file(tmp_path, force=True)
    with pytest.raises(InputError, match="there is no folder"):
        check_file(tmp_path / "no" / "a.csv", force=False)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folders_without_permission_are_told(tmp_path):
    """A parent that cannot be written is an error of ours."""
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="no permission"), staging(tmp_path / "x"):
        pass
    tmp_path.chmod(0o700)


def test_only_earlier_exports_are_replaced(tmp_path):
    """A folder is an earlier export if its record names all that it holds; --force replaces nothing else."""
    folder = tmp_path / "out"
    exporting._check_target(folder, force=False)
    folder.mkdir()
    exporting._check_target(folder, force=False)
    (folder / "model.onnx").touch()
    record = folder / exporting.RECORD
    for content in ("{", "[]", '{"files": 3}', '{"files": [3, "../../secret", null]}'):
        record.write_text(content)
        with pytest.raises(InputError, match="no export has written"):
            exporting._check_target(folder, force=True)
    record.write_text('{"files": ["model.onnx"]}')
    exporting._check_target(folder, force=True)
    with pytest.raises(InputError, match="--force replaces it"):
        exporting._check_target(folder, force=False)
    (tmp_path / "link").symlink_to(folder)
    with pytest.raises(InputError, match="is a file or a link"):
        exporting._check_target(tmp_path / "link", force=True)


STUDY = SimpleNamespace(key=KEY, data={"columns": {"text": ["review"], "label": "stars"}}, spec={})


def test_a_sample_is_spread_over_the_examples(tmp_path):
    """64 texts of test, or of validation, or none, are shown; a damaged file is reported."""
    assert sample_inputs(STUDY, tmp_path) == ()
    table = pa.table({"row": range(130), "label": [0] * 130, "text": [f"text {n}" for n in range(130)]})
    parquet.write_table(table, tmp_path / "validation.parquet")
    found = sample_inputs(STUDY, tmp_path)
    assert (len(found), found[:2], found[-1]) == (64, ("text 0", "text 2"), "text 126")
    (tmp_path / "test.parquet").write_text("no parquet")
    with pytest.raises(InputError, match=r"test\.parquet cannot be read"):
        sample_inputs(STUDY, tmp_path)


class _Measured:
    """A task of rows that says nothing of how its predictions are shown."""

    key = "a/b"


ROW = (InputField("age", "number"), InputField("city", "line"))
MEASURED = {"age": 41.0, "city": "Bern", "income": 5123.4, "sure": True, "parts": [1, 2]}


def test_predictions_that_no_task_shows_are_their_plain_values(monkeypatch, tmp_path):
    """Cells are the values that are no lists; the JSON is the prediction; an empty row has its names."""
    monkeypatch.setattr(registry, "load_task", lambda _: _Measured())
    layout = Layout(PredictionView("a/b/c", {}, ROW, MEASURED))
    nothing = {"age": None, "city": ""}
    chunks = [Batch([Answered({"age": 41.0, "city": "Bern"}, MEASURED), Answered(nothing, None)])]
    assert "".join(pieces(iter(chunks), "csv", layout)).splitlines() == [
        '"age","city","income","sure"',
        '41.0,"Bern",5123.4,"True"',
        '"","","",""',
    ]
    first, second = map(json.loads, "".join(pieces(iter(chunks), "jsonl", layout)).splitlines())
    assert first == MEASURED
    assert second == {**nothing, "income": None, "sure": None, "parts": []}
    shown = "".join(pieces(iter(chunks), "table", layout)).splitlines()
    assert shown[0].split() == ["income", "sure", "input"]
    more = PredictionView("a/b/c", {}, ROW, {**MEASURED, "third": 1.0, "fourth": 2.0})
    assert more.main_names == ("income", "sure", "third", "fourth")
    assert '{"age": 41.0, "city": "Bern"}' in shown[1]
    with (tmp_path / "a.parquet").open("wb") as file:
        write_parquet(iter(chunks), layout, file)
    found = parquet.read_table(tmp_path / "a.parquet")
    assert found["age"].to_pylist() == [41.0, None]
    assert found["income"].to_pylist() == [5123.4, None]


def test_a_row_may_stand_in_one_name_of_its_prediction(monkeypatch, tmp_path):
    """Columns of a file are not repeated then, an answer may be called as a field, and an empty row keeps its cells."""
    monkeypatch.setattr(registry, "load_task", lambda _: _Measured())
    row = {"age": 41.0, "city": "Bern"}
    prediction = {"input": row, "city": "Basel", "notes": []}
    layout = Layout(PredictionView("a/b/c", {}, ROW, prediction))
    chunk = Batch([Answered(row, prediction), Answered({"age": None, "city": " "}, None)])
    first, second = map(json.loads, "".join(pieces(iter([chunk]), "jsonl", layout)).splitlines())
    assert first == prediction
    assert second == {"input": {"age": None, "city": " "}, "city": None, "notes": []}
    header, *_ = "".join(pieces(iter([chunk]), "csv", layout)).splitlines()
    assert header == '"age","city","predicted city"'
    rows = pa.record_batch({"id": ["7"], "age": ["41"], "city": ["Bern"]})
    kept = Batch([Answered(row, prediction, rows.to_pylist()[0])], rows)
    from_file = Layout(PredictionView("a/b/c", {}, ROW, prediction), ("id", "age", "city"))
    assert json.loads("".join(pieces(iter([kept]), "jsonl", from_file))) == {
        "id": "7", "age": "41", "city": "Bern", "predicted city": "Basel", "notes": [],
    }  # fmt: skip
    with (tmp_path / "a.parquet").open("wb") as file:
        write_parquet(iter([Batch([Answered({"age": "41", "city": True}, prediction)])]), layout, file)
    assert parquet.read_table(tmp_path / "a.parquet").to_pylist() == [
        {"age": 41.0, "city": "true", "predicted city": "Basel"}
    ]


def test_a_table_shows_what_the_headline_names(monkeypatch):
    """Main cells are those of the headline, in its formats; numbers are aligned to the right."""

    def headline(one):
        return Statement("{value:count} ({share:percent})", {"value": one["value"], "share": one["share"]})

    shows = SimpleNamespace(
        key="a/b",
        headline=headline,
        columns_of_predictions=lambda _: ("value", "spread", "share"),
        cells=lambda one: {name: one[name] for name in ("value", "spread", "share")},
        reasons=lambda one: [Statement("as it is")] if "why" in one else [],
        prediction_figures=lambda _: (),
    )
    monkeypatch.setattr(registry, "load_task", lambda _: shows)
    prediction = {"text": "a", "value": 51234.0, "spread": 1.0, "share": 0.25}
    view = PredictionView("a/b/c", {}, TEXT, prediction)
    answers = [Answered("a", prediction), Answered("b", prediction | {"why": 1}), Answered("", None)]
    assert "".join(pieces(iter([Batch(answers)]), "table", Layout(view))).splitlines() == [
        " value   share  text",
        "51,234  25.0 %  a",
        "51,234  25.0 %  b",
        "    as it is",
        "     –       –",
    ]
    shows.headline = lambda one: Statement("{answer}", {"answer": one["value"]})
    lines = "".join(pieces(iter([Batch(answers)]), "table", Layout(PredictionView("a/b/c", {}, TEXT, prediction))))
    assert lines.splitlines()[0].split() == ["value", "spread", "share", "text"]


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (("label", "score"), "from modelcat, failed: the cells of a prediction lack 'score', which columns_of_predict"),
        ((), "failed: the cells of a prediction hold 'label', which columns_of_predictions does not name"),
    ],
)
def test_cells_are_those_that_the_task_names(monkeypatch, columns, says):
    """A cell that would be empty, or left out, everywhere is an error that names the distribution."""
    task = registry.load_task(KEY)
    shows = SimpleNamespace(
        key=task.key,
        headline=task.headline,
        columns_of_predictions=lambda _: columns,
        cells=lambda one: {"label": one["label"]},
        reasons=task.reasons,
        prediction_figures=task.prediction_figures,
    )
    monkeypatch.setattr(registry, "load_task", lambda _: shows)
    with pytest.raises(PluginError, match=says):
        PredictionView(KEY, {}, TEXT, answer()).cells(answer())


def test_a_task_that_fails_to_show_an_answer_is_named(monkeypatch):
    """An error of a third party's task is one message with its distribution, not a traceback."""
    task = SimpleNamespace(
        key="nlp/text-classification",
        headline=lambda _: 1 / 0,
        columns_of_predictions=lambda _: ("label",),
        cells=lambda _: {},
        reasons=lambda _: (),
        prediction_figures=lambda _: (),
    )
    monkeypatch.setattr(registry, "load_task", lambda _: task)
    with pytest.raises(PluginError, match="from modelcat, failed: ZeroDivisionError"):
        PredictionView(KEY, {}, TEXT, answer())


@pytest.mark.parametrize(("form", "told"), [("csv", "1 of 3 answers have notes"), ("table", "")])
def test_notes_of_answers_are_counted_where_they_are_easily_overlooked(form, told, monkeypatch, capfd):
    """A CSV file holds notes in a column that is easily overlooked, so they are counted; a table shows them."""

    @contextmanager
    def asking(*, debug):
        yield lambda task: [{"value": 1.0, "notes": ["no number"] if one == "b" else []} for one in task.inputs]

    monkeypatch.setattr(single_tasks, "asking", asking)
    monkeypatch.setattr(registry, "load_task", lambda _: _Measured())
    texts = ("a", "b", "c")
    task = Predict("a/b/c", Path(), ())
    write_predictions(task, {}, TEXT, Inputs(iter([Chunk(texts, texts)])), form, None, force=False, debug=False)
    said = capfd.readouterr().err
    assert told in said
    assert ("notes" in said) is bool(told)

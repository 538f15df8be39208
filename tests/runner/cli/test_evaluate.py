"""What `modelcat evaluate` asks for, and how metrics and figures of any task are printed."""

from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog import figures as f
from catalog import registry
from catalog.contract import Evaluation
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError
from catalog.metric import Direction, Metric, metric_to_json, unknown_metric
from catalog.statement import Statement
from runner.cli.metric_tables import print_evaluation
from runner.cli.model_files import named_columns
from runner.engine import single_tasks
from runner.engine.messages import EvaluateFile
from runner.study.file_evaluation import evaluate_file
from runner.study.model_files import columns_of_role, evaluation_file
from runner.study.summary import named_values

FORMAT = {"delimiter": ";", "encoding": "cp1252"}
RECORD = SimpleNamespace(
    study="mine",
    key="a/b/c",
    data={"columns": {"text": ["review"], "label": "stars", "group": None}},
    spec={"dataset": {"source": "files", "train": "a.csv", "format": FORMAT}},
    metrics=tuple(
        metric_to_json(Metric(name, Direction.MINIMIZE, Statement(name), Statement(name), form))
        for name, form in (("rmse", "number"), ("share", "percent"))
    ),
    metric_of=lambda name: Metric(
        name, Direction.MINIMIZE, Statement(name), Statement(name), "percent" if name == "share" else "number"
    ),
)


def test_a_file_is_read_as_the_study_reads_its_own():
    """The task gets the columns that are named, by role, what the study knows, and its format but for the encoding."""
    columns = named_columns(("text=title", "label=points", "text=body"))
    file = evaluation_file(RECORD, Path("x.csv"), columns, None, "ids")
    assert file.columns == {"text": ("title", "body"), "label": ("points",)}
    assert (file.data, file.dataset, file.truths) == (RECORD.data, RECORD.spec["dataset"], "ids")
    assert file.format is not None
    assert (file.format.delimiter, file.format.encoding) == (";", None)
    assert (columns_of_role(RECORD, "text"), columns_of_role(RECORD, "label")) == (("review",), ("stars",))
    older = SimpleNamespace(data={}, spec={"dataset": {"text": "body"}})
    assert (columns_of_role(older, "text"), columns_of_role(older, "label")) == (("body",), ())


def test_a_role_that_the_data_do_not_have_is_refused():
    """A typo in --column is an error with the nearest role; so is an option of another form."""
    with pytest.raises(InputError, match="of 'mine' have no column of the role 'txet'; did you mean 'text'"):
        evaluation_file(RECORD, Path("x.csv"), {"txet": ("a",)}, None, "names")
    for option in ("text", "=a", "text="):
        with pytest.raises(InputError, match="takes ROLE=NAME"):
            named_columns((option,))


@pytest.mark.parametrize(
    ("named", "taken", "says"),
    [
        (
            {"text": ("a",)},
            None,
            "column 'a' is named for the role 'text', but nothing is read from it: the model does not say",
        ),
        ({"txet": ("a",)}, {"text": "b"}, "'txet', but nothing is read from it; did you mean 'text'?"),
        ({"label": ("a", "c")}, {"label": "a", "ignored": ["c"]}, "column 'c' .* read from it; taken: label 'a'$"),
        ({"group": ("g",)}, {"text": ["a", "b"], "group": None}, "nothing is read from it; known: text"),
        ({"features": ("a",), "label": ("b",)}, {"features": ["c", "a"], "target": "b"}, None),
    ],
)
def test_a_named_column_that_is_not_read_is_told(named, taken, says, tmp_path, monkeypatch):
    """A model that passes over --text, --label or --column is found out, and nothing is written."""
    (predictions := tmp_path / "file.parquet").touch()

    @contextmanager
    def asking(*, debug):
        yield lambda _: Evaluation("file", 1, {}, predictions, 0.1, columns=taken)

    monkeypatch.setattr(single_tasks, "asking", asking)
    task = EvaluateFile("a/b/c", tmp_path, EvaluationFile(tmp_path / "x.csv", named), tmp_path)
    output = tmp_path / "out.parquet"
    if says is None:
        evaluate_file(task, output, force=False, debug=False)
    else:
        with pytest.raises(InputError, match=says):
            evaluate_file(task, output, force=False, debug=False)
    assert output.exists() is (says is None)


def strange_figures(*_):
    """Yield figures of every sort, then fail."""
    yield f.Table(
        "sizes", Statement("Sizes"), (f.Column("name"), f.Column("size", "bytes")), (("a", 1.5e6), ("b", None))
    )
    yield f.Matrix("m", "Counts", f.Axis("x", categories=("p",)), f.Axis("y", categories=("q",)), ((1234,),))
    yield f.Bars("bars", "Bars that are no table", f.Axis("x"), (f.Bar("bar", 1.0),))
    yield f.Empty("none", "Nothing", Statement("There is none."))
    raise RuntimeError("no more today")


def test_metrics_and_tables_of_any_task_are_printed(monkeypatch, capsys):
    """Metrics are in the task's order and format; its tables and matrices follow; a fault is reported on stderr."""
    monkeypatch.setattr(registry, "load_task", lambda _: SimpleNamespace(key="a/b", figures=strange_figures))
    metrics, intervals = {"other": 2.0, "share": 0.5, "rmse": 0.25}, {"share": (0.4, 0.625)}
    print_evaluation(RECORD, Evaluation("file", 4, metrics, Path(), 0.1, intervals))
    printed = capsys.readouterr()
    lines = [line.split() for line in printed.out.splitlines() if line]
    assert [line[0] for line in lines[:4]] == ["metric", "rmse", "share", "other"]
    assert lines[1] == ["rmse", "0.2500", "–"]
    assert lines[2] == ["share", "50.0", "%", "40.0", "%", "to", "62.5", "%"]
    assert ["a", "1.5", "MB"] in lines
    assert ["b", "–"] in lines
    assert ["p", "1,234"] in lines
    assert "Bars that" not in printed.out
    assert "There is none" not in printed.out + printed.err
    print_evaluation(RECORD, Evaluation("file", 4, metrics, Path(), 0.1))
    assert capsys.readouterr().out.split()[:4] == ["metric", "value", "rmse", "0.2500"]
    assert "A figure of unknown cannot be drawn: RuntimeError: no more today" in printed.err


def test_metrics_on_one_line_have_their_names():
    """Each is called and written as its record says, one without a record by its name."""
    record = SimpleNamespace(metrics=RECORD.metrics, metric_of=unknown_metric)
    assert named_values(record, {"share": 0.5, "rmse": None}) == "rmse –, share 0.5000"

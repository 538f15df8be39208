"""The two streams: tables with foreign names, and an output that cannot be written."""

from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from catalog.contract import Evaluation
from catalog.errors import InputError
from catalog.metric import unknown_metric
from plugins.classification.records import ClassDetails, ClassScores
from plugins.details import details_json
from runner.cli.guard import guarded
from runner.cli.metric_tables import print_evaluation
from runner.cli.output import print_table
from runner.destination import check_file, written_file

HOSTILE = ("\x1b[31mred", "\x1b]0;owned\x07ok", "\u202eright", "[red]x[/nope]")


def test_names_of_columns_are_made_safe(capsys):
    """A column's name may be a label of the user's data, and is made safe."""
    print_table(list(HOSTILE), [["1"] * 4])
    printed = capsys.readouterr().out
    assert not set(printed) & set("\x1b\x07\u202e")
    assert "\\x1b[31mred" in printed
    assert "[red]x[/nope]" in printed


def test_labels_in_an_evaluation_are_made_safe(capsys):
    """Labels stand in two tables, once as the names of columns."""
    classes = tuple(ClassScores(label, 1, 1, 1.0, 1.0, 1.0) for label in HOSTILE)
    confusion = tuple(tuple(int(row == column) for column in range(4)) for row in range(4))
    details = details_json(ClassDetails(confusion, classes))
    record = SimpleNamespace(
        key="nlp/text-classification/bert", data={"labels": list(HOSTILE)}, metrics=(), metric_of=unknown_metric
    )
    print_evaluation(record, Evaluation("file", 4, {"accuracy": 1.0}, Path(), 0.1, details=details))
    printed = capsys.readouterr().out
    assert not set(printed) & set("\x1b\x07\u202e")
    assert printed.count("\\x1b[31mred") == 3


def test_an_output_that_cannot_be_written_is_one_message(capsys, monkeypatch):
    """A full disk behind stdout is reported in a line, not in a traceback."""

    @click.command()
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sys.argv", ["modelcat"])
    assert guarded(full, as_json=True) == 1
    assert capsys.readouterr().err == "modelcat: writing failed: No space left on device\n"


def test_names_that_are_too_long_and_devices_are_refused(tmp_path):
    """What the system says of a path is an error of ours; what is no ordinary file is never replaced."""
    with pytest.raises(InputError, match="cannot be written: File name too long"):
        check_file(tmp_path / ("a" * 300), force=False)
    with pytest.raises(InputError, match="no ordinary file"):
        check_file(Path("/dev/null"), force=True)
    with written_file(tmp_path / ("b" * 250)) as file:
        file.write(b"whole")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"whole"]

"""A database in which one cell holds what modelcat never wrote there, and what callers ask of such a database."""

import json
import shutil
import sqlite3
import traceback
from contextlib import closing, suppress
from datetime import timedelta
from functools import cache
from pathlib import Path

from click.testing import CliRunner
from made_study import Texts, build
from sample_store import NOON

from catalog.errors import ModelcatError
from runner.cli.doctor_database import examine_database
from runner.cli.main import app
from runner.cli.run import print_study
from runner.store import schema
from runner.store.json_output import study_answer
from runner.store.records import Owner
from runner.store.store import Store
from runner.study.model_comparison import compare_models
from runner.study.workspace import Workspace
from runner.tui.context import AppContext
from runner.tui.preferences import Preferences
from runner.tui.rows.study_cells import class_labels, study_cells, study_columns
from runner.tui.rows.study_page import study_page
from runner.tui.rows.study_row import rows_of
from runner.tui.screens.study.study_data import prepare, read_book
from runner.tui.study_source import StudySource

__all__ = ["CELLS", "VALUES", "Blob", "Broken", "fill", "is_possible", "look_at_all", "put"]

VICTIM, OTHER, QUEUED = "victim", "other", "queued"
#: Every column of every table that belongs to studies.
CELLS = [(table.name, column.name) for table in (schema.studies, *schema.PARTS) for column in table.c]


class Broken(str):
    """A text of bytes that are not UTF-8: what is before it, and a byte that begins nothing."""

    __slots__ = ()


class Blob(bytes):
    """Bytes that are no text."""


#: What a cell of SQLite may hold, whatever its column says; the last ones are JSON of other shapes.
VALUES = [
    None,
    0,
    -1,
    7,
    2**63 - 1,
    -(2**63),
    1.5,
    -1e308,
    1e308,
    float("inf"),
    float("-inf"),
    "",
    "abc",
    "not a date",
    "0001-01-01 00:00:00.000000",
    "9999-12-31 23:59:59.999999",
    "2026-01-01T00:00:00+23:00",
    "a\0b",
    "\x1b[2J",
    "../../victim",
    Broken("caf"),
    Broken('{"sentence": "caf"}'),
    Blob(b""),
    Blob(b"\x00\xff" * 8),
    "x" * 3_000_000,
    "[" * 100_000,
    "[" * 500 + "]" * 500,
    '{"sentence": ' * 300 + "1" + "}" * 300,
    "1" * 5_000,
    "1e999",
    "NaN",
    '{"accuracy": Infinity}',
    '{"accuracy": 1' + "0" * 400 + "}",
    "null",
    "true",
    "[]",
    "{}",
    "[[]]",
    "[1, null, {}]",
    '"text"',
    '{"": null}',
    '{"a": 1}',
    '{"accuracy": "high", "n": "many"}',
    '{"accuracy": [0.5], "n": -1}',
    '{"sentence": 5, "statements": 7}',
    '{"sentence": "won", "statements": [1, {}, {"template": "{a:count}", "values": {"a": []}}]}',
    '{"kind": null, "message": [], "reason": {}}',
    '{"kind": "\\ud800", "message": "\\ud800", "reason": "\\u0000"}',
    '{"C": {"low": 5, "high": 1}}',
    '{"C": {"choices": []}}',
    '{"study": [], "dataset": 3, "model_config": "x"}',
    '{"study": {"name": [], "trials": {}}, "dataset": {"source": 5}, "model_config": {}}',
    '{"labels": 5, "rows": [], "columns": 3}',
    '{"labels": ["a"], "label_rows": {"test": [1, "x"]}, "positive": []}',
    '{"intervals": {"accuracy": [1]}, "classes": [{}], "confidence": 5}',
    '{"arm": "trial/99", "trial": 99}',
    '{"arm": "given", "trial": -3, "model_config": []}',
    '{"key": 5, "validation": 3, "test": {"n": {}}}',
    '{"key": "no/such/model", "test": {"f1": 0.5}, "validation": {"accuracy": null}}',
    '{"failure": 3}',
    '{"failure": {"reason": 5}}',
    '{"reason": "time_limit", "done": 1, "planned": 2, "limit_seconds": 1e308}',
    '{"shares": {"x": "y"}, "trials": "many", "temperature": "hot", "test": [1], "flips": [3]}',
]


@cache
def _template(folder: Path) -> Path:
    path = folder / "studies.db"
    with Store.open(f"sqlite:///{path}", create=True) as store:
        for name in (VICTIM, OTHER):
            build(store, Texts(), name=name)
        found = store.study(OTHER)
        facts = {name: getattr(found, name) for name in ("key", "mode", "spec", "base", "metric", "direction")}
        store.enqueue(QUEUED, **facts, planned=12, versions={})
    with closing(sqlite3.connect(path)) as connection, connection:  # NULL is one of the values
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
    return path


def fill(template: Path, folder: Path) -> str:
    """Put a database of three studies into a folder; return its URL. The template's folder is used for all."""
    shutil.copyfile(_template(template), folder / "studies.db")
    return f"sqlite:///{folder / 'studies.db'}"


def is_possible(table: str, column: str, value: object) -> bool:
    """Return whether the cell is the victim's alone: one that gives a row to another study damages that one."""
    return column not in {"id", "study_id"} or value not in {"", *range(10)}


def put(url: str, table: str, column: str, value: object) -> bool:
    """Put a value into a cell of the victim's; return False where the database does not take it."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        owner = connection.execute("SELECT id FROM modelcat_studies WHERE study = ?", (VICTIM,)).fetchone()[0]
        key = "id" if table == "modelcat_studies" else "study_id"
        last = f"SELECT max(rowid) FROM {table} WHERE {key} = ?"  # noqa: S608 -- the names are ours
        row = connection.execute(last, (owner,)).fetchone()[0]
        given = "CAST(? || x'ff' AS TEXT)" if isinstance(value, Broken) else "?"
        value = value.encode() if isinstance(value, Broken) else value
        try:
            with connection:
                connection.execute(f"UPDATE {table} SET {column} = {given} WHERE rowid = ?", (value, row))  # noqa: S608
        except (sqlite3.IntegrityError, sqlite3.DataError):
            return False
    return True


def command(url: str, *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; return exit code, stdout, and stderr or the message of its error."""
    found = CliRunner().invoke(app, [*arguments, "--storage", url])
    error = found.exception
    if isinstance(error, ModelcatError):
        return error.exit_code, found.stdout, error.message
    if error is not None and not isinstance(error, SystemExit):
        raise AssertionError(f"{arguments}: {''.join(traceback.format_exception(error))[-3000:]}")
    return found.exit_code, found.stdout, found.stderr


def answers_of_others(url: str) -> dict[str, object]:
    """Return what is known of the other studies, by who asks."""
    with Store.open(url, create=False) as store:
        records = {record.study: record for record in store.studies()}
        found = {
            "records": [records[name] for name in (OTHER, QUEUED)],
            "study": store.study(OTHER),
            "trials": store.trials(OTHER),
            "epochs": store.epochs(OTHER),
            "confirmations": store.confirmations(OTHER),
            "evaluations": store.evaluations(OTHER),
            "insights": store.insights(OTHER),
            "courses": store.courses()[OTHER],
            "queue": [record.study for record in store.queue()],
        }
        context = AppContext(StudySource(url), Preferences(), clock=lambda: NOON)
        rows = rows_of(store.studies(), store.courses(), NOON)
        study_columns(context, labels=class_labels((row.record for row in rows), context))
        shown = {row.record.study: list(map(str, study_cells(row, context, NOON))) for row in rows}
        for row in rows:
            study_page(row, context)
        found["cells"] = [shown[OTHER], shown[QUEUED]]
        found["book"] = prepare(read_book(store, OTHER, None, NOON))
    return found


def listed(url: str) -> dict[str, object]:
    """Return the other studies as the commands list them."""
    code, out, _ = command(url, "studies", "--json")
    assert code == 0
    lines = {line["study"]: line for line in json.loads(out)}
    for form in ([], ["--csv"]):
        code, out, _ = command(url, "studies", *form)
        assert code == 0, form
        assert OTHER in out
        assert QUEUED in out
    return {name: lines[name] for name in (OTHER, QUEUED)}


def look_at_all(url: str, folder: Path, expected: dict[str, object], *, commands: bool) -> None:
    """Check that all is well except for the victim, which one message names, and which can be deleted."""
    assert answers_of_others(url) == expected["answers"]
    assert listed(url) == expected["listed"]
    findings = examine_database(url)
    assert any(found["what"] == "database" and found["state"] == "good" for found in findings), findings
    with Store.open(url, create=False) as store:
        names = [record.study for record in store.studies()]
        victim = next((name for name in names if name not in {OTHER, QUEUED}), None)
        assert store.request_stop(OTHER) == "finished"
        store.set_title(OTHER, "a title")
        told = ask_of_victim(store, victim)
    if any("is damaged" in message for message in told):
        assert any(found["state"] == "bad" for found in findings), (told, findings)
    if commands:
        for arguments in (["trials", OTHER], ["trial", OTHER, "7"], ["diagnose", OTHER]):
            for form in ([], ["--json"]):
                assert command(url, *arguments, *form)[0] == 0, arguments
        assert command(url, "report", OTHER, "-o", str(folder / "other.html"), "--force")[0] == 0
        commands_on_victim(url, victim, folder)
    assert command(url, "delete", victim, "--yes")[0] == 0
    with Store.open(url, create=False) as store:
        assert {record.study for record in store.studies()} == {OTHER, QUEUED}
        claimed = store.claim(Owner.this_process(), timedelta(minutes=1))
        assert claimed is not None
        assert claimed[0].study == QUEUED
    assert not any(found["what"] in {"record", "records"} for found in examine_database(url))


def ask_of_victim(store: Store, victim: str) -> list[str]:
    """Ask the store everything about the victim; return what it refuses to answer, and why."""
    told = []
    questions = [store.study, store.trials, store.epochs, store.confirmations, store.evaluations, store.insights]
    for question in (*questions, lambda name: prepare(read_book(store, name, None))):
        try:
            question(victim)
        except ModelcatError as error:
            told.append(error.message)
    assert not any("\n" in message for message in told)
    return told


def commands_on_victim(url: str, victim: str, folder: Path) -> None:
    """Run every command that takes a study on the victim: each works, or says in one message why it does not."""
    for arguments in (
        ["trials", victim],
        ["trials", victim, "--csv"],
        ["trials", victim, "--json"],
        ["trial", victim, "7"],
        ["trial", victim, "7", "--json"],
        ["trial", victim, "11", "--csv"],
        ["diagnose", victim],
        ["diagnose", victim, "--json"],
        ["report", victim, "-o", str(folder / "victim.html"), "--force"],
        ["report", victim, "--format", "md", "-o", str(folder / "victim.md"), "--force"],
        ["export", victim, str(folder / "exported")],
        ["predict", victim, "a text"],
        ["resume", victim],
        ["stop", victim],
    ):
        code, _, message = command(url, *arguments)
        assert code in {0, 1, 2}, arguments
        assert code == 0 or message, arguments
    with Store.open(url, create=False) as store:
        for models in ([victim, OTHER], [f"{victim}:7", f"{victim}:baseline", OTHER]):
            with suppress(ModelcatError):  # what it would compare by a worker is not there
                compare_models(store, models, folder, ask=lambda _: None)
        with suppress(ModelcatError):  # what `run` says at its end
            print_study(store.study(victim), Workspace(url, folder / "studies", folder), json=False)
            study_answer(store.study(victim), folder / "studies" / victim)

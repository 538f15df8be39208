"""Turns the whole study made by hand into one that was tuned for F1 of a class."""

import json
import sqlite3

from made_study import KEY, NAME

from catalog import registry
from catalog.contract.data import data_from_json
from catalog.metric import metric_to_json

__all__ = ["tune_for_f1"]


def tune_for_f1(url: str, labels: tuple[str, ...], positive: str | None) -> None:
    """Rewrite the study `NAME` in a database; its verdict is as the last release stored it, without a class.

    Args:
        url: Of an SQLite database.
        labels: New names of its classes.
        positive: Of two classes the one that its scores are of; None leaves it to be the second.
    """
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        [(owner, data, verdict)] = connection.execute(
            "SELECT id, data, verdict FROM modelcat_studies WHERE study = ?", (NAME,)
        ).fetchall()
        data = json.loads(data) | {"labels": list(labels)} | ({"positive": positive} if positive else {})
        phrase = {"template": "accuracy", "values": {}}
        bare = json.loads(verdict, object_hook=lambda found: "f1" if found == phrase else found)
        verdict = json.dumps(bare).replace('"accuracy"', '"f1"')
        metrics = [metric_to_json(metric) for metric in registry.load_task(KEY).metrics_of(data_from_json(data))]
        connection.execute(
            "UPDATE modelcat_studies SET metric = 'f1', metrics = ?, data = ?, verdict = ? WHERE id = ?",
            (json.dumps(metrics), json.dumps(data), verdict, owner),
        )
        for table, key in (("trials", "number"), ("epochs", "progress"), ("confirmations", "seed")):
            connection.execute(
                f"UPDATE modelcat_{table} SET metrics = json_set(metrics, '$.f1', json_extract(metrics, '$.accuracy')) "  # noqa: S608 -- names of tables
                f"WHERE study_id = ? AND {key} IS NOT NULL AND json_extract(metrics, '$.accuracy') IS NOT NULL",
                (owner,),
            )
        query = "SELECT subject, split, details FROM modelcat_evaluations WHERE study_id = ?"
        for subject, split, details in connection.execute(query, (owner,)).fetchall():
            found = json.loads(details) | {"positive": positive}
            for scores, label in zip(found["classes"], labels, strict=False):
                scores["label"] = label
            connection.execute(
                "UPDATE modelcat_evaluations SET details = ? WHERE study_id = ? AND subject = ? AND split = ?",
                (json.dumps(found), owner, subject, split),
            )
    connection.close()

"""Databases of every released modelcat: upgraded by the first writer, with all that is in them."""

import json
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import MetaData, Table, insert

from runner.store import migrate, schema
from runner.store.connections import writer_engine
from runner.store.store import Store
from runner.store.url import StorageUrl

WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
#: A row for each table of each released schema, as that modelcat wrote it; `since` is the schema that made the table,
#: and columns that came later are named with theirs. A new schema adds what it made.
ROWS = {
    "modelcat_studies": (
        "0001",
        {
            "id": 7,
            "study": "reviews",
            "key": "nlp/text-classification/linear",
            "mode": "study",
            "state": "stopped",
            "spec": {"model": "linear", "model_config": {"C": 1.0}},
            "base": "/data/specs",
            "space": {"C": {"low": 0.1, "high": 100.0}},
            "data": {"name": "demo", "labels": ["no", "yes"]},
            "direction": "maximize",
            "metric": "accuracy",
            "planned": 6,
            "title": "Ümläute – and more",
            "created": WHEN,
            "updated": WHEN,
            "seconds": 12.5,
            "lease_epoch": 3,
            "versions": {"modelcat": "0.1.0"},
        },
    ),
    "modelcat_trials": (
        "0001",
        {
            "study_id": 7,
            "number": 0,
            "state": "complete",
            "origin": "given",
            "params": {"C": 1.0},
            "value": 0.5,
            "metrics": {"accuracy": 0.5},
            "started": WHEN,
            "notes": ["a note"],
            "speed": {},
        },
    ),
    "modelcat_epochs": (
        "0001",
        {
            "study_id": 7,
            "training": "trial/0",
            "progress": 0.25,
            "epoch": 1.0,
            "train_loss": 0.7,
            "metrics": {"loss": 0.6},
            "seconds": 1.5,
        },
    ),
    "modelcat_confirmations": (
        "0001",
        {"study_id": 7, "arm": "given", "seed": 2**40, "metrics": {"accuracy": 0.4}, "seconds": 2.0},
    ),
    "modelcat_evaluations": (
        "0001",
        {
            "study_id": 7,
            "subject": "winner",
            "split": "test",
            "rows": 10,
            "metrics": {"accuracy": 0.4},
            "confusion": [[3, 2], [4, 1]],
        },
    ),
    "modelcat_insights": ("0002", {"study_id": 7, "name": "importance", "content": {"shares": {"C": 1.0}}}),
}

#: The schema that has a column no longer.
GONE = {"confusion": "0006"}


@pytest.mark.both_databases
@pytest.mark.parametrize("revision", schema.REVISIONS)
def test_every_released_schema_is_upgraded(url: str, revision: str) -> None:
    """A database as each release made it, with its rows, is upgraded when it is first opened, and read whole."""
    engine = writer_engine(StorageUrl.parse(url))
    with engine.begin() as connection:
        command.downgrade(migrate.config(connection), "base")
        command.upgrade(migrate.config(connection), revision)
        for name, (since, values) in ROWS.items():
            if since <= revision:
                table = Table(name, MetaData(), autoload_with=connection)
                row = {key: value for key, value in values.items() if revision < GONE.get(key, "9999")}
                if name == "modelcat_evaluations" and "confusion" not in row:
                    row["details"] = {"confusion": values["confusion"]}
                if connection.dialect.name == "sqlite":  # as our columns write them
                    row |= {key: value.replace(tzinfo=None) for key, value in row.items() if value is WHEN}
                connection.execute(insert(table).values(**row))
    engine.dispose()
    if revision != schema.REVISIONS[-1]:
        assert Store.is_older(url)
    with Store.open(url, create=False) as store:
        assert store.examine().schema == schema.REVISIONS[-1]
        (study,) = store.studies()
        assert (study.title, study.created, study.spec["model_config"]) == ("Ümläute – and more", WHEN, {"C": 1.0})
        assert (study.queued, study.stop_requested, study.best.value) == (None, None, 0.5)
        assert (study.tuned.format, study.metric_of("f1").of) == (
            ("percent", "yes") if revision < "0006" else ("number", None)
        )
        (trial,) = store.trials("reviews")
        assert (trial.started, trial.notes, trial.params) == (WHEN, ("a note",), {"C": 1.0})
        (epoch,) = store.epochs("reviews")
        assert (epoch.train_loss, epoch.metrics, epoch.train_metrics) == (0.7, {"loss": 0.6}, {})
        (confirmation,) = store.confirmations("reviews")
        assert confirmation.seed == 2**40
        (evaluation,) = store.evaluations("reviews")
        assert evaluation.details == {"confusion": [[3, 2], [4, 1]]}
        insights = {"importance": {"shares": {"C": 1.0}}} if revision >= "0002" else {}
        assert json.loads(json.dumps(store.insights("reviews"))) == insights
        store.requeue("reviews")
        assert [waiting.study for waiting in store.queue()] == ["reviews"]
        with store._writer.begin() as connection:
            command.check(migrate.config(connection))

"""A store with studies in every state, made by hand and always the same: for tests of the terminal UI."""

import json
import random
import socket
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from made_study import NAME, REVIEWS, Texts, build

from catalog.contract.data import data_from_json
from catalog.metric import metric_to_json
from catalog.registry import load_task
from runner.store.records import EpochRecord, Owner, TrialRecord
from runner.store.store import Store

__all__ = ["NOON", "WHOLE", "many_trials", "sample_store_in"]

NOON = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)
"""When all of it is looked at."""
WHOLE = NAME
"""The finished study that has every kind of result."""
HARMLESS = Texts()
_KEY = "nlp/text-classification/bert"
_SPACE = {
    "learning_rate": {"low": 1e-5, "high": 5e-5, "log": True},
    "batch_size": {"choices": [16, 32]},
    "epochs": {"low": 2, "high": 4},
}


def sample_store_in(folder: Path, texts: Texts = HARMLESS) -> str:
    """Fill a folder with a database and the studies' files; return the database's URL."""
    url = f"sqlite:///{folder / 'studies.db'}"
    with Store.open(url, create=True) as store:
        build(store, texts)
        _finished_files(store, folder / "studies" / WHOLE, texts)
        _running(store, folder / "studies" / "imdb-bert", texts)
        _gone(store)
        _failed(store, texts)
        for name in ("support-tickets", "feedback-de"):
            store.enqueue(name, **_facts(name, planned=12))
    _stop_clocks(folder / "studies.db")
    return url


def many_trials(url: str, study: str, count: int) -> None:
    """Add a running study of `count` trials, two of a hundred of them failed and a third pruned."""
    luck = random.Random(count)
    with Store.open(url, create=True) as store:
        store.create_study(study, **_facts(study, planned=count + 100, data=_data(HARMLESS)), space=_SPACE)
        lease = store.acquire(study, Owner.this_process(), timedelta(days=3650))
        store.update_study(study, lease, state="running", seconds=60.0 * count)
        rows = [_trial(number, luck) for number in range(count)]
        first = rows[0]
        store.put_trial(study, lease, first)
    path = url.removeprefix("sqlite:///")
    # One transaction for all: 10,000 of them would take minutes.
    with sqlite3.connect(path) as connection:
        owner = connection.execute("SELECT id FROM modelcat_studies WHERE study = ?", (study,)).fetchone()[0]
        names = [row[1] for row in connection.execute("PRAGMA table_info(modelcat_trials)")]
        model = dict(
            zip(
                names,
                connection.execute("SELECT * FROM modelcat_trials WHERE study_id = ?", (owner,)).fetchone(),
                strict=True,
            )
        )
        marks = ", ".join("?" * len(names))
        connection.executemany(
            f"INSERT INTO modelcat_trials VALUES ({marks})",  # noqa: S608 -- marks only
            [
                tuple(
                    {
                        **model,
                        "number": row.number,
                        "state": row.state,
                        "value": row.value,
                        "params": json.dumps(dict(row.params)),
                        "metrics": json.dumps(dict(row.metrics)),
                        "seconds": row.seconds,
                    }[name]
                    for name in names
                )
                for row in rows[1:]
            ],
        )
    connection.close()


def _facts(name: str, *, planned: int, data: dict | None = None) -> dict:
    task = load_task(_KEY)
    metrics = task.metrics if data is None else task.metrics_of(data_from_json(data))
    spec = {
        "model": "bert",
        "category": "nlp",
        "subcategory": "text-classification",
        "model_config": {"model_name": "bert-base-uncased", "num_labels": 2, "learning_rate": 2e-5, "batch_size": 32},
        "dataset": {"source": "hub", "name": "stanfordnlp/imdb", "seed": 0},
        "study": {"name": name, "trials": planned, "seed": 0},
    }
    return {
        "key": _KEY,
        "mode": "study",
        "spec": spec,
        "base": "/somewhere",
        "metric": "accuracy",
        "metrics": [metric_to_json(metric) for metric in metrics],
        "direction": "maximize",
        "planned": planned,
        "versions": {"modelcat": "0.1.0", "python": "3.11.7"},
    } | ({} if data is None else {"data": data})


def _data(texts: Texts) -> dict:
    return {
        "name": "imdb",
        "fingerprint": "1c32",
        "rows": {"train": 22500, "validation": 2500, "test": 25000},
        "labels": list(texts.labels),
        "label_rows": {"train": [11250, 11250], "validation": [1250, 1250], "test": [12500, 12500]},
        "notes": [],
        "mean_words": 233.8,
        "language": "en",
        "duplicates": {"validation": 0, "test": 0},
    }


def _trial(number: int, luck: random.Random, texts: Texts = HARMLESS) -> TrialRecord:
    state = "failed" if number % 50 == 6 else "pruned" if number > 3 and luck.random() < 0.34 else "complete"
    value = None if state == "failed" else 0.884 + 0.04 * (1 - 1 / (1 + number / 3)) * luck.uniform(0.6, 1.0)
    started = NOON - timedelta(minutes=80 - 9 * min(number, 8))
    return TrialRecord(
        number,
        state,
        "given" if number == 0 else "recipe" if number < 3 else "search",
        {
            "learning_rate": 2e-5 if number == 0 else 10 ** luck.uniform(-5, -4.31),
            "batch_size": luck.choice([16, 32]),
            "epochs": luck.randint(2, 4),
        },
        value,
        {} if value is None else {"accuracy": value, "loss": 0.5 - value / 4, "log_loss": 0.5 - value / 4},
        500.0 + number % 7,
        {"kind": "out_of_memory", "reason": texts.text or "5.1 GB wanted, 3.1 GB free"} if state == "failed" else None,
        started,
        started + timedelta(minutes=8),
        (),
        {"training_seconds": 470.0, "examples_per_second": 47.9, "tokens_per_second": 11830.0, "best_epoch": 2.0},
    )


def _running(store: Store, folder: Path, texts: Texts) -> None:
    study, luck = "imdb-bert", random.Random(5)
    store.create_study(study, **_facts(study, planned=20, data=_data(texts)), space=_SPACE)
    lease = store.acquire(study, Owner.this_process(), timedelta(days=3650))
    for number in range(8):
        record = _trial(number, luck, texts)
        store.put_trial(study, lease, record)
        if record.state != "failed":
            _epochs(store, study, lease, number, luck, 4)
    store.put_trial(
        study,
        lease,
        TrialRecord(
            8,
            "running",
            "search",
            {"learning_rate": 3.1e-5, "batch_size": 16, "epochs": 3},
            started=NOON - timedelta(minutes=4),
        ),
    )
    _epochs(store, study, lease, 8, luck, 2)
    baseline = {"key": "nlp/text-classification/linear", "seconds": 41.0, "validation": {"accuracy": 0.905}}
    store.update_study(study, lease, state="running", seconds=4320.0, baseline=baseline)
    folder.mkdir(parents=True)
    lines = [
        ("phase", None, "searching (20 trainings)"),
        ("started", "trial/8", "trial 8 (search): learning_rate 3.1e-05, batch_size 16"),
        ("measured", "trial/8", "epoch 1: accuracy 90.2 %, training loss 0.3121, validation loss 0.2588"),
        ("note", None, texts.text or "the plot was thin, but the acting carried it"),
    ]
    with (folder / "log.jsonl").open("w", encoding="utf-8") as file:
        for second, (kind, training, text) in enumerate(lines):
            moment = (NOON - timedelta(minutes=4, seconds=-second)).isoformat()
            file.write(json.dumps({"time": moment, "kind": kind, "training": training, "text": text}) + "\n")


def _epochs(store: Store, study: str, lease: object, number: int, luck: random.Random, quarters: int) -> None:
    top = 0.9 + luck.uniform(-0.01, 0.025)
    for quarter in range(1, quarters + 1):
        share = quarter / 4
        store.put_epoch(
            study,
            lease,
            EpochRecord(
                f"trial/{number}",
                3 * share,
                share,
                0.6 - 0.5 * share,
                {"accuracy": top - 0.06 * (1 - share) ** 2, "loss": 0.26 + 0.2 * (1 - share) ** 2},
                3e-5 * (1 - share),
                470 * share,
                {"accuracy": 0.8 + 0.18 * share},
            ),
        )


def _gone(store: Store) -> None:
    study, luck = "imdb-roberta", random.Random(9)
    store.create_study(study, **_facts(study, planned=10, data=_data(HARMLESS)), space=_SPACE)
    lease = store.acquire(study, Owner(socket.gethostname(), 2**22 + 7, 1.0), timedelta(days=3650))
    for number in range(3):
        store.put_trial(study, lease, _trial(number, luck))
    store.update_study(study, lease, state="running", seconds=1530.0)


def _failed(store: Store, texts: Texts) -> None:
    study = "tickets-csv"
    store.enqueue(study, **_facts(study, planned=6))
    lease = store.acquire(study, Owner.this_process(), timedelta(minutes=5))
    reason = texts.text or "tickets.csv: row 17 has no label"
    store.update_study(study, lease, failure={"kind": "data", "message": reason}, seconds=2.5)
    store.release(study, lease, "failed")


def _finished_files(store: Store, folder: Path, texts: Texts) -> None:
    """Write predictions and texts of the whole study, and record in the store where they are."""
    luck = random.Random(3)
    rows = 222
    labels = [luck.randrange(2) for _ in range(rows)]
    said = [texts.text or luck.choice(list(REVIEWS.values())) + f" ({row})" for row in range(rows)]
    (folder / "examples").mkdir(parents=True)
    for split in ("validation", "test"):
        table = pa.table({"row": list(range(rows)), "label": labels, "text": said})
        pq.write_table(table, folder / "examples" / f"{split}.parquet")
    (folder / "model").mkdir()
    lease = store.acquire(WHOLE, Owner.this_process(), timedelta(minutes=5))
    for number, accuracy in ((0, 0.89), (7, 0.919)):
        path = f"runs/0001/trial-{number}/predictions.parquet"
        predicted = [label if luck.random() < accuracy else 1 - label for label in labels]
        sure = [0.5 + luck.random() / 2 for _ in range(rows)]
        shares = [[s, 1 - s] if p == 0 else [1 - s, s] for p, s in zip(predicted, sure, strict=True)]
        (folder / path).parent.mkdir(parents=True)
        columns = {
            "row": list(range(rows)),
            "label": labels,
            "predicted": predicted,
            "probabilities": pa.array(shares, pa.list_(pa.float32())),
        }
        pq.write_table(pa.table(columns), folder / path)
        trial = store.trial(WHOLE, number)
        fields = {name: getattr(trial, name) for name in TrialRecord.__dataclass_fields__}
        store.put_trial(WHOLE, lease, TrialRecord(**fields | {"predictions": path}))
    store.release(WHOLE, lease, "finished")


def _stop_clocks(path: Path) -> None:
    """Give all studies fixed times, one minute apart, so that what is shown of them never changes."""
    with sqlite3.connect(path) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM modelcat_studies ORDER BY id")]
        for place, study in enumerate(ids):
            moment = (NOON - timedelta(minutes=90 - place)).replace(tzinfo=None).isoformat(" ") + ".000000"
            connection.execute(
                "UPDATE modelcat_studies SET created = ?, updated = ?, queued = CASE WHEN queued IS NULL THEN NULL "
                "ELSE ? END WHERE id = ?",
                (moment, moment, moment, study),
            )
    connection.close()

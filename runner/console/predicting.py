"""Classifies texts with a study's model, in a worker process of its own."""

from typing import cast

from catalog.errors import InputError
from catalog.results import Prediction
from runner.console.output import print_table
from runner.console.text import metric_value, safe
from runner.engine.local import LocalEngine
from runner.engine.messages import Done, Failed, Predict
from runner.store.records import StudyRecord
from runner.study.coordinator import Place

__all__ = ["predictions_of", "print_predictions"]


def predictions_of(record: StudyRecord, place: Place, texts: list[str]) -> list[Prediction]:
    """Return one prediction per text, by the kept model, or by the best one so far of a study that is not finished.

    Raises:
        InputError: The study has no model yet.
        ModelSourceError: The model's folder is damaged.
    """
    root = place.folder / record.study
    kept = record.model_dir if record.model_dir and (root / record.model_dir).is_dir() else None
    stored = kept or _best_so_far(record, place) or record.model_dir
    if stored is None:
        raise InputError(f"study {record.study!r} has no model yet ({record.state}); modelcat resume {record.study}")
    folder = root / stored
    if not folder.is_dir():
        raise InputError(f"the model of {record.study!r} is not at {folder}: was the folder moved or removed?")
    with LocalEngine(1, debug=place.debug) as engine:
        event = engine.run(Predict(record.key, folder, tuple(texts)))
    if isinstance(event, Failed):
        raise event.error
    return cast("list[Prediction]", cast("Done", event).value)


def _best_so_far(record: StudyRecord, place: Place) -> str | None:
    if record.best is None:
        return None
    from runner.store.store import Store

    return Store.open(place.storage, create=False).trial(record.study, record.best.number).model_dir


def print_predictions(predictions: list[Prediction]) -> None:
    """Print predictions as a table."""
    print_table(
        ["label", "confidence", "text"],
        [[p.label, metric_value("confidence", p.confidence), safe(p.text, 100)] for p in predictions],
        right=frozenset({"confidence"}),
    )

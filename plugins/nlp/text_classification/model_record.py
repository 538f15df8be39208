"""The positive class that the folder of a trained model names."""

import json
from collections.abc import Sequence
from pathlib import Path

from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited
from plugins.data.positive import id_of
from plugins.storage import MODEL_RECORD
from plugins.tables.wording import listed, shortened

__all__ = ["read_positive"]

_MOST_BYTES = 1 << 20


def read_positive(folder: Path, labels: Sequence[str]) -> int:
    """Return the id of the positive class; 1 if the folder does not say, as those of modelcat 0.1 do not.

    Args:
        folder: Of the model.
        labels: Class names in the order of their ids.

    Raises:
        ModelSourceError: The record is damaged, or its positive class is none of the model's.
    """
    path = folder / MODEL_RECORD
    try:
        record = json.loads(read_limited(path, _MOST_BYTES))
    except FileNotFoundError:
        record = {}
    except (OSError, ValueError, RecursionError) as error:
        raise ModelSourceError(f"{path} is damaged: {clause(error)}. Train the model again.") from error
    positive = record.get("positive") if isinstance(record, dict) else record
    if positive is None:
        return id_of(None, labels)
    if not isinstance(positive, str) or positive not in labels:
        raise ModelSourceError(
            f"{path} names the positive class {shortened(positive)!r}; the model's classes are {listed(labels)}. "
            "Train the model again."
        )
    return id_of(positive, labels)

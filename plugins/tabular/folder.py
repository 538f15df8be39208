"""A model of tables in a folder: JSON, LightGBM's text format and safetensors, never pickle; reading runs no code.

model.json      format, version, key, classes, how each feature is read, configuration, prediction interval,
                temperature, and the SHA-256 of the weights
modelcat.json   the positive class
model.txt       of boosting: the trees
weights.safetensors  of the linear model
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from catalog.dataset import Strict
from catalog.errors import ModelSourceError, clause
from catalog.files import read_limited
from plugins.details import details_json, read_details
from plugins.regression.conformal import interval_from_json, interval_to_json
from plugins.storage import MODEL_RECORD, write_file, write_folder
from plugins.tabular.features import Encoded, Feature, encode
from plugins.tabular.frame import FeatureFrame
from plugins.tabular.heads import ClassHead, NumberHead, TabularHead
from plugins.tabular.method import Estimator, TabularMethod

__all__ = ["TableModel", "keep_temperature", "open_model", "save_model"]

_HEADER = "model.json"
_MOST_BYTES = 1 << 28
_MOST_WEIGHTS = 1 << 32


class _Header(Strict):
    """The first file of the folder."""

    format: Literal["modelcat-table"] = "modelcat-table"
    version: Literal[1] = 1
    method: str
    labels: tuple[str, ...] = Field((), max_length=1000, strict=False)
    features: tuple[dict[str, Any], ...] = Field(min_length=1, strict=False)
    config: dict[str, Any]
    interval: dict[str, Any] | None = None
    temperature: float | None = Field(None, gt=0, le=1e6)
    digests: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class TableModel:
    """A trained model.

    Attributes:
        features: What it sees.
        head: What its outputs mean.
        estimator: Makes them.
    """

    features: tuple[Feature, ...]
    head: TabularHead
    estimator: Estimator

    def encode(self, frame: FeatureFrame) -> Encoded:
        """Return rows as the model sees them."""
        return encode(self.features, frame)

    def outputs(self, frame: FeatureFrame) -> Any:
        """Return the answers of the model for rows: probabilities, shape (rows, classes), or numbers, shape (rows,)."""
        return self.head.scaled(self.estimator.outputs(self.encode(frame)))


def save_model(folder: Path, model: TableModel, method: str, config: dict[str, Any]) -> None:
    """Write the model; the folder is written completely or not at all, and replaces an older one."""
    head = model.head

    def write(target: Path) -> None:
        model.estimator.save(target)
        digests = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(target.iterdir())}
        header = _Header(
            method=method,
            labels=head.labels,
            features=tuple(details_json(feature) for feature in model.features),
            config=config,
            interval=interval_to_json(head.interval) if isinstance(head, NumberHead) else None,
            digests=digests,
        )
        positive = head.labels[head.positive] if isinstance(head, ClassHead) and len(head.labels) == 2 else None
        record = {"method": method, "positive": positive}
        (target / _HEADER).write_text(header.model_dump_json(indent=1) + "\n", encoding="utf-8")
        (target / MODEL_RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")

    write_folder(folder, write)


def open_model(folder: Path, method: TabularMethod, threads: int) -> TableModel:
    """Read a model and check that its parts fit each other.

    Args:
        folder: One that `save_model` has written.
        method: That it was trained with.
        threads: CPU threads that it may use.

    Raises:
        ModelSourceError: A file is missing or damaged, or the folder holds another kind of model.
    """
    try:
        header = _Header.model_validate_json(read_limited(folder / _HEADER, _MOST_BYTES))
        if header.method != method.name:
            raise ValueError(f"it is a model of the kind {header.method!r}")  # noqa: TRY301 -- one message for all
        _check_digests(folder, header)
        features = tuple(read_details(Feature, found) for found in header.features)
        head = _head(folder, header)
        parts = sum(len(feature.parts) for feature in features)
        estimator = method.open(folder, max(1, len(header.labels)), parts, threads)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        reason = f"{error.error_count()} errors in {_HEADER}" if isinstance(error, ValidationError) else error
        raise ModelSourceError(
            f"{folder} does not hold a {method.name} model of tables: {clause(reason)}. Train it again."
        ) from error
    return TableModel(features, head, estimator)


def _check_digests(folder: Path, header: _Header) -> None:
    """Check that the weights are unchanged: from damaged ones, libraries read other models, or crash."""
    for name, digest in header.digests.items():
        if Path(name).name != name:
            raise ValueError(f"{name!r} is no file of the folder")
        if hashlib.sha256(read_limited(folder / name, _MOST_WEIGHTS)).hexdigest() != digest:
            raise ValueError(f"{name} is damaged")


def _head(folder: Path, header: _Header) -> TabularHead:
    if not header.labels:
        return NumberHead(interval_from_json(header.interval))
    if len(header.labels) < 2 or len(set(header.labels)) < len(header.labels):
        raise ValueError("its classes are fewer than two, or one is named twice")
    record = json.loads(read_limited(folder / MODEL_RECORD, _MOST_BYTES))
    positive = record["positive"]
    return ClassHead(header.labels, 1 if positive is None else header.labels.index(positive), header.temperature)


def keep_temperature(folder: Path, temperature: float) -> None:
    """Store a temperature by which a model that `open_model` opens divides its log-odds."""
    header = _Header.model_validate_json(read_limited(folder / _HEADER, _MOST_BYTES))
    written = header.model_copy(update={"temperature": temperature}).model_dump_json(indent=1) + "\n"
    write_file(folder / _HEADER, lambda temporary: temporary.write_text(written, encoding="utf-8"))

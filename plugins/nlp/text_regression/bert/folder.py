"""The folder of a trained model: its content besides weights and tokenizer, and the last layer in the target's unit.

The last layer is multiplied by the standard deviation of the training targets, and their mean is added to its bias, so
that every program that loads the folder, the pipeline of transformers too, answers in the target's own unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from catalog.errors import ModelSourceError
from plugins.nlp.encoders.families import FAMILIES
from plugins.nlp.encoders.model_folder import SavedModel, TokenizerSettings, load_trained, save
from plugins.nlp.encoders.sources.files import read_json
from plugins.nlp.text_regression.bert.config import KEY
from plugins.nlp.text_regression.bert.objective import HEAD
from plugins.regression.conformal import interval_from_json, interval_to_json
from plugins.regression.records import ConformalInterval
from plugins.storage import MODEL_RECORD

__all__ = ["Numbers", "load", "read_numbers", "save_model"]

_LARGEST = 1e300


@dataclass(frozen=True, slots=True)
class Numbers:
    """What a model knows about its target.

    Attributes:
        centre: Mean of the training targets.
        scale: Their standard deviation.
        interval: Of the predictions; None if validation has too few rows.
    """

    centre: float
    scale: float
    interval: ConformalInterval | None


def save_model(
    folder: Path,
    module: Any,
    weights: Mapping[str, torch.Tensor],
    tokenizer: Any,
    settings: TokenizerSettings,
    numbers: Numbers,
) -> None:
    """Write a model that was trained on standardised targets; see `plugins.nlp.encoders.model_folder.save`."""
    layer = FAMILIES[module.config.model_type].last_layer
    weight, bias = (weights[f"{layer}.{name}"].double() for name in ("weight", "bias"))
    scaled = {f"{layer}.weight": weight * numbers.scale, f"{layer}.bias": bias * numbers.scale + numbers.centre}
    record = {
        "key": KEY,
        "centre": numbers.centre,
        "scale": numbers.scale,
        "interval": interval_to_json(numbers.interval),
    }
    with_unit = {**weights, **{name: value.to(weights[name].dtype) for name, value in scaled.items()}}
    save(folder, module, with_unit, tokenizer, settings, record)


def read_numbers(folder: Path) -> Numbers:
    """Read what the model of `folder` knows about its target.

    Raises:
        ModelSourceError: The folder does not say, or its record is damaged.
    """
    path = folder / MODEL_RECORD
    record = read_json(path)
    centre, scale = (_number(record.get(name)) for name in ("centre", "scale"))
    if centre is None or scale is None or scale <= 0:
        raise ModelSourceError(f"{path} is damaged: it does not say in which unit the model answers. Train it again.")
    try:
        interval = interval_from_json(record.get("interval"))
    except (TypeError, ValueError, AttributeError) as error:
        raise ModelSourceError(f"{path} is damaged: its interval is none. Train the model again.") from error
    return Numbers(centre, scale, interval)


def _number(value: Any) -> float | None:
    """Return a number as a float; None for anything else."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if known and abs(value) < _LARGEST else None


def load(model_dir: Path, device: str, threads: int, precision: str = "fp32") -> SavedModel:
    """Open a folder that a training of this model made; see `plugins.nlp.encoders.model_folder.load_trained`.

    Raises:
        ModelSourceError: It holds no such model.
    """
    trained = load_trained(model_dir, KEY, HEAD, device, threads, precision)
    if len(trained.labels) != 1:
        raise ModelSourceError(f"{model_dir} holds a model with {len(trained.labels)} outputs, not with one.")
    return trained

"""Temperature scaling, folded into a model's last linear layer (Guo et al., arXiv 1706.04599, section 4.2).

Dividing that layer's weight and bias by the temperature divides the scores, so every program that loads the folder,
transformers' pipeline too, gets calibrated probabilities, and every text keeps its label. The temperature is in the
metadata of the file that holds the weights, so that one rename changes both.
"""

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file

from catalog.errors import ModelSourceError, clause
from plugins.classification.evaluation import predictions as stored
from plugins.classification.evaluation import temperature
from plugins.nlp.encoders.families import FAMILIES
from plugins.nlp.encoders.model_folder import read_settings
from plugins.nlp.encoders.sources.pretrained import check
from plugins.nlp.text_classification.bert.config import KEY
from plugins.storage import write_file

__all__ = ["calibrate"]

_FILE = "model.safetensors"
_TEMPERATURE = "modelcat_temperature"


def calibrate(model_dir: Path, predictions: Path) -> float:
    """Fit a temperature to the model's predictions on validation and fold it in; further calls change nothing.

    Raises:
        ModelSourceError: The folder holds no model of this plugin, or a damaged one.
        DataError: The file holds no predictions.
    """
    read_settings(model_dir, KEY)
    layer = FAMILIES[check(model_dir).architecture.kind].last_layer
    path = model_dir / _FILE
    try:
        with safe_open(path, framework="pt") as file:  # both from one file: another file may replace it meanwhile
            metadata = file.metadata() or {}
            if _TEMPERATURE in metadata:
                return float(metadata[_TEMPERATURE])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 -- it is no mapping
        judged = stored.read(predictions)
        fitted = temperature.fit(judged.labels, judged.probabilities)
        for name in (f"{layer}.weight", f"{layer}.bias"):
            tensors[name] = (tensors[name].to(torch.float64) / fitted).to(tensors[name].dtype)
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise ModelSourceError(
            f"{path} is damaged, or of another architecture: {clause(error)}. Train it again."
        ) from error
    write_file(
        path, lambda temporary: save_file(tensors, temporary, {"format": "pt", **metadata, _TEMPERATURE: repr(fitted)})
    )
    return fitted

"""What a checkpoint was made with: a training goes on only where all of it is still the same."""

import hashlib
import json
import platform
from importlib.metadata import PackageNotFoundError, version

from catalog.contract import TrialContext
from plugins.data.positive import positive_id
from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.preparation import PreparedBert

__all__ = ["identity_of"]

_LIBRARIES = ("modelcat", "torch", "transformers", "tokenizers", "numpy")


def identity_of(
    config: BertConfig, prepared: PreparedBert, context: TrialContext, classifier: Classifier
) -> dict[str, str]:
    """Return names and values to compare; hashes are of what is too long to be told.

    Threads are not among them: a checkpoint brings its own. Nor is the name of the device: another one of its kind
    will do, but on another kind, or in another number format, it would be another training.
    """
    summary = prepared.summary
    positive = positive_id(summary)
    shapes = {name: list(value.shape) for name, value in classifier.model.state_dict().items()}
    return {
        "model_config": _digest(config.model_dump(mode="json")),
        "model": _digest(shapes),
        "data": summary.fingerprint,
        "tokenizer": _digest(prepared.encoder.fingerprint),
        "seed": str(context.seed),
        "metric": context.metric,
        "device": classifier.device.type,
        "precision": classifier.precision.name,
        "python": ".".join(platform.python_version_tuple()[:2]),
        # checkpoints of modelcat 0.1 do not say it, and mean class 1
        **({} if positive == 1 else {"positive": str(positive)}),
        **{library: _version(library) for library in _LIBRARIES},
    }


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:  # run from its sources
        return "unknown"

"""What an example of each class counts in the loss. No heavy imports."""

import numpy as np

from catalog.contract import DataSummary
from catalog.errors import DataError
from plugins.nlp.text_classification.bert.config import BertConfig

__all__ = ["class_weights"]


def class_weights(config: BertConfig, summary: DataSummary) -> np.ndarray:
    """Return one weight a class, float32, shape (classes,).

    "balanced" is rows / (classes x rows of the class) over the training split: classes count alike, and the mean
    weight of an example is 1.

    Raises:
        DataError: There are more or fewer weights than classes.
    """
    given, classes = config.class_weights, len(summary.labels)
    if given is None:
        return np.ones(classes, dtype=np.float32)
    if given == "balanced":
        counts = np.asarray(summary.label_rows["train"], dtype=np.float64)
        return np.asarray(counts.sum() / (classes * np.maximum(counts, 1)), dtype=np.float32)
    if len(given) != classes:
        raise DataError(
            f"class_weights has {len(given)} numbers, but {summary.name} has {classes} classes: "
            f"{', '.join(summary.labels[:20])}. Give one number a class, in this order.",
            field="model_config.class_weights",
        )
    return np.asarray(given, dtype=np.float32)

"""Whether a model's configuration fits the data."""

from collections.abc import Sequence

from catalog.contract import DataSummary
from catalog.errors import DataError
from plugins.classification.records import class_data
from plugins.nlp.texts.checks import check_batch_size, check_min_df
from plugins.tables.wording import listed

__all__ = ["check_config"]


def check_config(
    summary: DataSummary,
    *,
    num_labels: int | None,
    batch_size: int | None = None,
    class_weights: str | Sequence[float] | None = None,
    min_df: int | None = None,
) -> None:
    """Check that a configuration fits the data.

    Args:
        summary: Of the data.
        num_labels: Classes that the configuration expects; None if it accepts any number.
        batch_size: Examples of one step; None if the model has no batches.
        class_weights: One number a class, or the name of a rule that makes them; None if all classes count the same.
        min_df: Training texts in which a word must occur to count; None if the model has no such setting.

    Raises:
        DataError: `num_labels` or the number of `class_weights` differs from the number of classes, or a batch or
            `min_df` is larger than the training split.
    """
    labels = class_data(summary).labels
    found = len(labels)
    if num_labels is not None and num_labels != found:
        raise DataError(
            f"num_labels is {num_labels}, but {summary.name} has {found} classes: {listed(labels)}. "
            f"Set num_labels to {found}, or name another label column.",
            field="model_config.num_labels",
        )
    if min_df is not None:
        check_min_df(min_df, summary)
    if batch_size is not None:
        check_batch_size(batch_size, summary)
    if class_weights is not None and not isinstance(class_weights, str) and len(class_weights) != found:
        raise DataError(
            f"class_weights has {len(class_weights)} numbers, but {summary.name} has {found} classes: "
            f"{listed(labels)}. Give one number a class, in this order.",
            field="model_config.class_weights",
        )

"""Whether a model's configuration fits the data."""

from catalog.contract import DataSummary
from catalog.errors import DataError
from plugins.nlp.text_classification.data.wording import listed

__all__ = ["check_config"]


def check_config(summary: DataSummary, *, num_labels: int | None, batch_size: int | None = None) -> None:
    """Make sure that a configuration fits what was found in the data.

    Args:
        summary: Of the data.
        num_labels: Classes that the configuration expects; None where it takes what the data have.
        batch_size: Examples of one step; None where the model has no batches.

    Raises:
        DataError: `num_labels` differs from the number of classes, or a batch is larger than the training split.
    """
    found = len(summary.labels)
    if num_labels is not None and num_labels != found:
        raise DataError(
            f"num_labels is {num_labels}, but {summary.name} has {found} classes: {listed(summary.labels)}. "
            f"Set num_labels to {found}, or name another label column.",
            field="model_config.num_labels",
        )
    rows = summary.rows["train"]
    if batch_size is not None and batch_size > rows:
        raise DataError(
            f"batch_size is {batch_size:,}, but the training split of {summary.name} has {rows:,} rows. "
            f"Set batch_size to {rows:,} or less.",
            field="model_config.batch_size",
        )

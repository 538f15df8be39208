"""Whether a configuration fits the number of training texts."""

from catalog.contract import DataSummary
from catalog.errors import DataError

__all__ = ["check_batch_size", "check_min_df"]


def check_batch_size(batch_size: int, summary: DataSummary) -> None:
    """Check that there are enough texts for a batch.

    Raises:
        DataError: There are fewer.
    """
    rows = summary.rows["train"]
    if batch_size > rows:
        raise DataError(
            f"batch_size is {batch_size:,}, but the training split of {summary.name} has {rows:,} rows. "
            f"Set batch_size to {rows:,} or less.",
            field="model_config.batch_size",
        )


def check_min_df(min_df: int, summary: DataSummary) -> None:
    """Check that there are as many texts as a word must occur in.

    Raises:
        DataError: There are fewer.
    """
    rows = summary.rows["train"]
    if min_df > rows:
        raise DataError(
            f"min_df is {min_df:,}, and no word occurs in so many of the {rows:,} training texts. Lower min_df.",
            field="model_config.min_df",
        )

"""The positive class: of two classes the one that precision, recall, F1 and ROC AUC are of."""

from collections.abc import Mapping, Sequence

from catalog.errors import DataError
from plugins.data.labels import label_key
from plugins.tables.wording import listed, nearest, shortened

__all__ = ["id_of", "resolve_positive"]

_SECOND = 1
"""Id of the class that is positive if none is named, as in scikit-learn."""
_RARER = 0.05
"""Share of the training rows by which the other class must be rarer to get a note: balanced data that were split
or cut differ by less."""


def resolve_positive(
    given: str | None, names: Sequence[str], train_rows: Sequence[int], stored: Mapping[str, str]
) -> tuple[str | None, tuple[str, ...]]:
    """Return the positive class, or None if there are more than two classes, and what a reader should know about it.

    Args:
        given: `dataset.positive`, a class name or its form in the data; if None, the second class is positive.
        names: Class names in the order of their ids.
        train_rows: Rows of each class in the training split.
        stored: Names of classes by how the data store them, if `dataset.labels` names them.

    Raises:
        DataError: `given` is no class of the data, or there are more than two classes.
    """
    if len(names) != 2:
        if given is not None:
            raise DataError(
                f"dataset.positive is {shortened(given)!r}, but the data have {len(names)} classes: {listed(names)}. "
                "Of more than two classes precision, recall, F1 and ROC AUC are averages: leave positive out.",
                field="dataset.positive",
            )
        return None, ()
    if given is not None and given not in names:
        given = stored.get(given, label_key(given))  # 1.0 is 1, as it is in label columns
    if given is not None and given not in names:
        raise DataError(
            f"dataset.positive is {shortened(given)!r}, which is no class of the data; the classes are {listed(names)}."
            f"{nearest(given, names)}",
            field="dataset.positive",
        )
    if given is not None:
        return given, ()
    other, second = names
    if train_rows[_SECOND] - train_rows[0] <= _RARER * sum(train_rows):
        return second, ()
    note = (
        f"Precision, recall, F1 and ROC AUC are of {shortened(second)!r}, the second class; {shortened(other)!r} is "
        f'the rarer one ({train_rows[0]:,} of {sum(train_rows):,} training rows): set "positive": "{shortened(other)}" '
        "in dataset if it is the one to find."
    )
    return second, (note,)


def id_of(positive: str | None, names: Sequence[str]) -> int:
    """Return the id of the positive class; of the second one if none is named, or there are more than two classes.

    Raises:
        ValueError: `positive` is none of `names`.
    """
    return _SECOND if positive is None or len(names) != 2 else list(names).index(positive)

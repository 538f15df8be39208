"""Words and tags as a file holds them, before it is known which tags there are."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.errors import DataError
from plugins.tables.wording import listed

__all__ = ["RawTags", "places_named"]


@dataclass(frozen=True, slots=True, eq=False)
class RawTags:
    """One file, or one split of a hub's data set.

    Attributes:
        origin: Its name in errors.
        field: The spec field that named it.
        words: The words of each sentence, at least one.
        tags: The tags of all words as they are written there, one sentence after the other.
        places: The line of each word, or the row of its sentence; counted from 1, int64, shape (words,).
        unit: What places are: ``"line"`` or ``"row"``.
        rows: The place of each sentence among those of the file, empty ones too, counted from 0; int64.
        empty: Places of sentences without a word.
        lines: Lines of text; None if the format has none.
        notes: What a careful reader should know of how it was read.
        columns: The columns that were taken: of the words, and of the tags.
    """

    origin: str
    field: str
    words: Sequence[tuple[str, ...]]
    tags: Sequence[str]
    places: np.ndarray
    unit: str
    rows: np.ndarray
    empty: Sequence[int]
    lines: int | None
    notes: tuple[str, ...]
    columns: tuple[str, str]

    def __post_init__(self) -> None:
        """Refuse a file without any word.

        Raises:
            DataError: There is none.
        """
        if not self.words:
            raise DataError(f"{self.origin} holds no word with a tag.", field=self.field)

    def empty_note(self) -> str | None:
        """Return a note on sentences without a word; None if there are none."""
        if not self.empty:
            return None
        what = "empty sentence was" if len(self.empty) == 1 else "empty sentences were"
        return f"{self.origin}: {len(self.empty):,} {what} left out: {places_named(self.unit, self.empty)}."


def places_named(unit: str, places: Sequence[int], shown: int = 5) -> str:
    """Return ``line 3``, or ``lines 3, 8 and 12 more``."""
    if len(places) == 1:
        return f"{unit} {places[0]:,}"
    first = listed(f"{place:,}" for place in places[:shown])
    more = f" and {len(places) - shown:,} more" if len(places) > shown else ""
    return f"{unit}s {first}{more}"

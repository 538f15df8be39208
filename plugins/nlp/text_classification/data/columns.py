"""Which column holds the text and which the class."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.nlp.text_classification.data.records import Source
from plugins.nlp.text_classification.data.wording import listed, nearest

__all__ = ["LABEL_NAMES", "TEXT_NAMES", "check_columns", "choose_columns", "plain"]

TEXT_NAMES = ("text", "review", "sentence", "content", "comment", "message", "body", "document", "tweet", "utterance",
              "reviewtext", "review_text", "review_body", "feedback")  # fmt: skip
LABEL_NAMES = ("label", "labels", "sentiment", "class", "category", "target", "stars", "star_rating", "rating",
               "intent", "topic", "emotion", "polarity")  # fmt: skip
_CLEAR_LEAD = 2.0
"""Times as long as the second longest, on average, the longest column must be to count as the text."""


def choose_columns(source: Source, text: str | None, label: str | None) -> tuple[str, str]:
    """Return the columns of text and label.

    A name that the spec gives must be there. Otherwise ``text`` and ``label`` win, then the only column with one of
    the names in `TEXT_NAMES` or `LABEL_NAMES` (letter case does not matter). Failing that, the text is the string
    column that is clearly the longest, and the label the only other column.

    Raises:
        DataError: A named column is missing, several columns (or none) could be meant (all are listed), or no name is
            recognised and the names look like a row of values.
    """
    known = source.table.column_names
    for role, name in (("text", text), ("label", label)):
        if name is not None and name not in known:
            raise DataError(
                f"{source.origin} has no column {name!r}.{nearest(name, known)} Its columns: {listed(known)}.",
                field=f"dataset.{role}",
            )
    if text is not None and text == label:
        raise DataError(
            f"Text and label are both said to be in column {text!r}; name two columns.", field="dataset.label"
        )
    if len(known) < 2:
        raise DataError(
            f"{source.origin} has one column only ({listed(known)}); a text and a label are needed.", field=source.field
        )
    label = label or _named(source, LABEL_NAMES, "label", [name for name in known if name != text])
    others = [name for name in known if name != label]
    text = text or _named(source, TEXT_NAMES, "text", others)
    chosen_text = text or _longest(source, others)
    chosen_label = label or _remaining(source, chosen_text)
    if "" in {chosen_text, chosen_label} or not (text or label or not _holds(source.table[chosen_label], chosen_label)):
        raise DataError(
            f"{source.origin} has no header: its first line looks like a row; add a header such as text,label. "
            f"The columns found: {listed(known)}.",
            field=source.field,
        )
    return chosen_text, chosen_label


def check_columns(source: Source, text: str, label: str) -> None:
    """Make sure that a further split has the columns that were chosen for train.

    Raises:
        DataError: One is missing; all columns are listed.
    """
    for name in (text, label):
        if name not in source.table.column_names:
            raise DataError(
                f"{source.origin} has no column {name!r}, which train has. "
                f"Its columns: {listed(source.table.column_names)}.",
                field=source.field,
            )


def plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return categorical columns and string views as their plain values, any other column as it is."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    return pc.cast(column, pa.large_string()) if pa.types.is_string_view(column.type) else column


def _named(source: Source, names: Sequence[str], role: str, candidates: Sequence[str]) -> str | None:
    found = [column for column in candidates if column.strip().casefold() in names]
    canonical = [column for column in found if column.strip().casefold() == names[0]]
    if len(canonical) == 1:
        return canonical[0]
    if len(found) > 1:
        raise _ambiguous(source, role, f"{listed(found)} could each be the {role}")
    return found[0] if found else None


def _longest(source: Source, candidates: Sequence[str]) -> str:
    lengths = {name: _mean_length(source.table[name]) for name in candidates}
    ranked = sorted(((length, name) for name, length in lengths.items() if length is not None), reverse=True)
    if not ranked:
        raise _ambiguous(source, "text", "no column holds strings")
    if len(ranked) > 1 and ranked[0][0] < _CLEAR_LEAD * ranked[1][0]:
        raise _ambiguous(source, "text", f"{ranked[0][1]} and {ranked[1][1]} are of similar length")
    return str(ranked[0][1])


def _remaining(source: Source, text: str) -> str:
    others = [name for name in source.table.column_names if name != text]
    if len(others) != 1:
        raise _ambiguous(source, "label", "no column has a name that says label")
    return str(others[0])


def _holds(column: pa.ChunkedArray, value: str) -> bool:
    column = plain(column)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return bool(pc.any(pc.equal(pc.ascii_trim_whitespace(column), value)).as_py())


def _mean_length(column: pa.ChunkedArray) -> float | None:
    column = plain(column)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return None
    return float(pc.mean(pc.binary_length(column)).as_py() or 0.0)


def _ambiguous(source: Source, role: str, why: str) -> DataError:
    how = f' as "dataset": {{"{role}": "..."}}' if source.field.startswith("dataset") else ""
    return DataError(
        f"{source.origin}: which column holds the {role}? {why[0].upper()}{why[1:]}. "
        f"Name it{how}; the columns: {listed(source.table.column_names)}.",
        field=f"dataset.{role}",
    )

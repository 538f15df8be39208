"""The label column as stored: text, numbers or truth values, and an error for anything that names no class."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from catalog.errors import DataError
from plugins.data.sources import Source
from plugins.data.values import read_values
from plugins.tables.wording import shortened

__all__ = [
    "RawLabels",
    "counted",
    "fold",
    "join_labels",
    "label_key",
    "list_notes",
    "merge_key",
    "merged_notes",
    "missing_notes",
    "quoted_notes",
    "read_labels",
    "variant_notes",
    "visible",
]

_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d{0,17})(?:\.(?:0{1,15}|\d{0,14}[1-9]))?")
"""A number that can be spelled in other ways. Some zeros make a code of it: 010 is not 10, and 1.10 is not 1.1."""
_WHOLE = re.compile(r"-?\d+")
_UNLABELLED = "-1"
"""The label of published test splits whose labels are secret."""
_MISSING = ("NA", "<NA>", "nan", "NaN", "null", "NULL", "None")
"""Strings that R, pandas and databases write for a missing value; they may also be real labels."""
_SHOWN = 6


@dataclass(frozen=True, slots=True, eq=False)
class RawLabels:
    """A label column.

    Attributes:
        values: The distinct values, spelled as strings, in no particular order.
        numeric: Whether all of them are numbers.
        codes: For each row the index of its value, -1 if the row has none; int64, shape (rows,).
        merged: Spellings in the file that were treated as another spelling of the same value, with their rows.
    """

    values: tuple[str, ...]
    numeric: bool
    codes: np.ndarray
    merged: Mapping[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        """Whether all values are whole numbers."""
        return self.numeric and all(_WHOLE.fullmatch(value) for value in self.values)

    def counts(self, kept: np.ndarray) -> Mapping[str, int]:
        """Return how many of the `kept` rows (bool, shape (rows,)) have each value that has any."""
        found = np.bincount(self.codes[kept & (self.codes >= 0)], minlength=len(self.values))
        return {value: count for value, count in zip(self.values, found.tolist(), strict=True) if count}


def read_labels(source: Source, column: str) -> RawLabels:
    """Read the label column.

    Text only loses surrounding whitespace: ``010`` stays ``010``. If all values are numbers without
    leading zeros, 1.0 is 1, as it is in other formats. Null, NaN and the empty string mean that the row has no label,
    and so does -1 among published class ids.

    Raises:
        DataError: Lists, objects or dates, which name no class, or bytes that are not UTF-8.
    """
    values = read_values(source, column, "label")
    kind = values.type
    if pa.types.is_decimal(kind):
        values = pc.cast(values, pa.float64())
    elif not (
        pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_large_string(kind)
    ):
        if not pa.types.is_null(kind):
            raise DataError(
                f"{source.origin}: column {column!r} holds {kind}; labels are strings, numbers, or true and false.",
                field="dataset.label",
            )
        values = pc.cast(values, pa.string())
    elif pa.types.is_float16(kind) or pa.types.is_float32(kind):  # 1.1 is 1.1, not 1.10000002
        values = pc.cast(pc.cast(values, pa.string()), pa.float64())
    encoded = pa.chunked_array([pc.dictionary_encode(values.combine_chunks())])
    dictionary, indices = encoded.chunk(0).dictionary, encoded.chunk(0).indices
    spelled = [_spelling(value) for value in dictionary.to_pylist()]
    numeric = all(value is None or _NUMBER.fullmatch(value) for value in spelled)
    if numeric:
        spelled = [None if value is None else _canonical(value) for value in spelled]
    if column in source.class_names and numeric:
        spelled = [None if value == _UNLABELLED else value for value in spelled]
    distinct = tuple(dict.fromkeys(value for value in spelled if value is not None))
    index = {value: code for code, value in enumerate(distinct)}
    codes = np.array([-1 if value is None else index[value] for value in spelled] + [-1], dtype=np.int64)
    places = pc.fill_null(indices, len(spelled)).to_numpy()
    merged = _merged(dictionary.to_pylist(), spelled, places) if pa.types.is_large_string(values.type) else {}
    return RawLabels(distinct, numeric, codes[places], merged)


def _merged(stored: Sequence[str | None], spelled: Sequence[str | None], places: np.ndarray) -> Mapping[str, int]:
    """Return with their rows those spellings of a value that are not the only one of it."""
    known = Counter(value for value in spelled if value is not None)
    if not known or max(known.values()) == 1:
        return {}
    rows = np.bincount(places, minlength=len(stored)).tolist()
    pairs = zip(stored, spelled, rows[: len(stored)], strict=True)
    return {text: count for text, value, count in pairs if text is not None and value is not None and known[value] > 1}


def join_labels(parts: Sequence[RawLabels]) -> RawLabels:
    """Return the labels of several files as one column; what a file spells in another way counts as the same."""
    if len(parts) == 1:
        return parts[0]
    known: dict[str, int] = {}
    codes = []
    for part in parts:
        keys = {label_key(value): index for value, index in known.items()}
        places = []
        for value in part.values:
            place = known.get(value, keys.get(label_key(value)))
            if place is None:
                place = known[value] = len(known)
            places.append(place)
        codes.append(np.array([*places, -1], dtype=np.int64)[part.codes])
    return RawLabels(tuple(known), all(part.numeric for part in parts), np.concatenate(codes))


def label_key(value: str) -> str:
    """Return what a label has in common with its spelling in other file formats: 1.0 is 1, True is true."""
    if value.casefold() in {"true", "false"}:
        return value.casefold()
    return _canonical(value) if _NUMBER.fullmatch(value) else value


def fold(value: str) -> str:
    """Return a label without details that people overlook: letter case, spaces, invisible characters, Unicode form."""
    shown = visible(unicodedata.normalize("NFKC", value))
    return " ".join(unicodedata.normalize("NFKC", shown.casefold()).split())


def visible(value: str) -> str:
    """Return a label without invisible characters, in the composed Unicode form."""
    shown = "".join(character for character in value if unicodedata.category(character) != "Cf")
    return unicodedata.normalize("NFC", shown).strip() or value


def merge_key(value: str) -> str:
    """Return a key that is equal for labels that people regard as the same: see `fold` and `label_key`."""
    return label_key(fold(value))


def variant_notes(counts: Mapping[str, int]) -> list[str]:
    """Return notes on labels that people regard as the same, and on true next to 1; `counts` are rows by label."""
    groups: dict[str, list[str]] = {}
    for value in counts:
        groups.setdefault(merge_key(value), []).append(value)
    notes = []
    if set(groups) & {"true", "false"} and set(groups) & {"0", "1"}:
        both: dict[str, int] = {
            key: sum(counts[value] for value in groups[key]) for key in ("true", "false", "1", "0") if key in groups
        }
        notes.append(f"Truth values and numbers count as classes of their own: {counted(both)}.")
    mixed = [sorted(group, key=lambda value: -counts[value]) for group in groups.values() if len(group) > 1]
    if not mixed:
        return notes
    shown = "; ".join(
        ", ".join(f"{ascii(value) if not value.isascii() else repr(value)} ({counts[value]:,} rows)" for value in group)
        for group in mixed[:_SHOWN]
    )
    more = f"; and {len(mixed) - _SHOWN} more groups" if len(mixed) > _SHOWN else ""
    note = (
        "Labels that differ only in letter case, spaces, invisible characters or Unicode form (or as 1 and 1.0 do) "
        f'count as classes of their own: {shown}{more}. "normalize_labels": true merges them.'
    )
    return [*notes, note]


def quoted_notes(counts: Mapping[str, int]) -> list[str]:
    """Return a note on labels that still have their quotes."""
    found = {value: count for value, count in counts.items() if len(value) > 1 and value[0] == value[-1] == '"'}
    if not found:
        return []
    note = (
        f"Quotes are part of labels: {counted(found)}. Quotes have a meaning in CSV only if they come right after the "
        "delimiter, without a space."
    )
    return [note]


def merged_notes(raw: RawLabels) -> list[str]:
    """Return a note on labels that a file spells in several ways, as with spaces around them or as 1 and 1.0."""
    if not raw.merged:
        return []
    shown = ", ".join(f"{value!a} ({count:,} rows)" for value, count in list(raw.merged.items())[: 2 * _SHOWN])
    return [f"Labels that differ only in spaces around them, or as 1 and 1.0 do, were read as the same: {shown}."]


def list_notes(counts: Mapping[str, int]) -> list[str]:
    """Return a note on labels that are lists of other labels, such as ``spam,urgent``."""
    found = []
    for value in counts:
        if "\n" in value:  # rows that a quote swallowed
            continue
        parts = [part.strip() for part in re.split(r"[,;|]", value)]
        if len(parts) > 1 and any(part in counts for part in parts):
            found.append(value)
    if not found:
        return []
    rows = sum(counts[value] for value in found)
    shown = ", ".join(f"{shortened(value)!r} ({counts[value]:,})" for value in found[:_SHOWN])
    note = (
        f"{rows:,} {'row has' if rows == 1 else 'rows have'} a label that seems to list several: {shown}. "
        "Each such list counts as a class of its own: "
        "a text gets exactly one class."
    )
    return [note]


def missing_notes(raw: RawLabels, kept: np.ndarray, column: str, split: str, meant: Sequence[str]) -> list[str]:
    """Return notes on labels that look like a missing one, unless they are among the names that are `meant`."""
    return [
        f"{count:,} {split} rows have {value!r} in column {column!r}, as other programs write a missing label; "
        "it counts as a class. Remove these rows if it is none, or name it in dataset.labels."
        for value, count in raw.counts(kept).items()
        if value in _MISSING and value not in meant
    ]


def counted(counts: Mapping[str, int]) -> str:
    """Return labels with their rows, most frequent first: ``spam (12), ham (3)``."""
    ranked = Counter(counts).most_common(_SHOWN * 2)
    shown = ", ".join(f"{shortened(value)!r} ({count:,})" for value, count in ranked)
    return f"{shown}, and {len(counts) - len(ranked):,} more" if len(counts) > len(ranked) else shown


def _canonical(number: str) -> str:
    whole, _, part = number.removeprefix("+").partition(".")
    part = part.rstrip("0")
    if part:
        return f"{whole}.{part}"
    return "0" if whole == "-0" else whole


def _spelling(value: bool | float | str | None) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case str():
            return value.strip() or None
        case float() if value != value:  # noqa: PLR0124 -- NaN, which pandas writes for a missing label
            return None
        case float() if not value.is_integer():
            return repr(value)
    return str(int(value))

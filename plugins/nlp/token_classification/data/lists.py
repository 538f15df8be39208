"""Tables with two lists in each row: the words of a sentence, and their tags."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from catalog.errors import DataError
from plugins.data.sources import Source
from plugins.data.values import plain
from plugins.nlp.texts import well_formed
from plugins.nlp.token_classification.data.names import TAG_NAMES, TOKEN_NAMES
from plugins.nlp.token_classification.data.raw import RawTags
from plugins.tables.table import NESTED_ROW
from plugins.tables.wording import listed, nearest, shortened

__all__ = ["find_columns", "list_columns", "lists_in", "read_lists"]


def read_lists(
    source: Source, tokens: str | None = None, tags: str | None = None, names: Sequence[str] | None = None
) -> RawTags:
    """Read a table.

    Args:
        source: Its columns.
        tokens: Column of the words; found if None.
        tags: Column of the tags; found if None.
        names: Of tags that are stored as numbers, in their order; those published with the data if None.

    Raises:
        DataError: A column is missing, holds no lists, or a row has not as many tags as words; the message gives it.
    """
    tokens, tags = find_columns(source, tokens, tags)
    source = source.read([tokens, tags])
    published = source.class_names.get(tags) if names is None else names
    words, found, rows, empty, lengths = list[tuple[str, ...]](), list[str](), list[int](), list[int](), list[int]()
    for row, (said, marked) in enumerate(zip(lists_in(source, tokens), lists_in(source, tags), strict=True)):
        if len(said) != len(marked):
            raise DataError(
                f"{source.origin}: row {row + 1:,} has {len(said):,} words in column {tokens!r}, but {len(marked):,} "
                f"tags in column {tags!r}. Each word needs one tag.",
                field=source.field,
            )
        if not said:
            empty.append(row + 1)
            continue
        words.append(tuple(_word(value, row, tokens, source) for value in said))
        found += [_tag(value, row, tags, source, published) for value in marked]
        rows.append(row)
        lengths.append(len(said))
    return RawTags(
        origin=source.origin,
        field=source.field,
        words=tuple(words),
        tags=found,
        places=np.repeat(np.array(rows, dtype=np.int64) + 1, lengths),
        unit="row",
        rows=np.array(rows, dtype=np.int64),
        empty=empty,
        lines=source.lines,
        notes=source.notes,
        columns=(tokens, tags),
    )


def find_columns(source: Source, tokens: str | None, tags: str | None) -> tuple[str, str]:
    """Return the columns of words and tags: those that are named, else those that are called so and hold lists.

    Raises:
        DataError: One is missing, or it is not clear which one it is; the message lists the columns.
    """
    for role, name in (("tokens", tokens), ("tags", tags)):
        if name is not None and name not in source.columns:
            raise DataError(
                f"{source.origin} has no column {name!r}; its columns: {listed(source.columns)}."
                f"{nearest(name, source.columns)}",
                field=f"dataset.{role}",
            )
    there = list_columns(source)
    words = tokens or _called(TOKEN_NAMES, there)
    marks = tags or _called(TAG_NAMES, [name for name in there if name != words])
    if words is None or marks is None:
        missing = "words" if words is None else "tags"
        example = '{"tokens": ["Ada", "slept"], "tags": ["B-PER", "O"]}'
        raise DataError(
            f"{source.origin}: which column holds the {missing}, a list for each sentence? Its columns: "
            f"{listed(source.columns)}; lists are in {listed(there) or 'none'}. A row looks like {example}; dataset."
            f"{'tokens' if words is None else 'tags'} names another column.",
            field=f"dataset.{'tokens' if words is None else 'tags'}",
        )
    return words, marks


def list_columns(source: Source) -> list[str]:
    """Return the columns that hold lists, as far as a sample shows."""
    schema = source.sample(source.columns).schema
    return [each.name for each in schema if NESTED_ROW in (each.metadata or {}) or _is_list(each.type)]


def lists_in(source: Source, column: str) -> Iterator[list[Any]]:
    """Yield the list of each row; an empty one if there is nothing.

    Raises:
        DataError: A row holds something else.
    """
    values, nested = plain(source.table[column]), _nested(source, column)
    for row, value in enumerate(values):
        found = value.as_py()
        if nested and found is not None:
            found = json.loads(found)
        if found is None:
            yield []
        elif isinstance(found, list):
            yield found
        else:
            raise DataError(
                f"{source.origin}: row {row + 1:,} of column {column!r} holds {shortened(found)!r}, no list. Give a "
                'list with one entry a word, as in {"tokens": ["Ada", "slept"], "tags": ["B-PER", "O"]}.',
                field=source.field,
            )


def _called(names: Sequence[str], columns: Sequence[str]) -> str | None:
    folded = {column.strip().casefold(): column for column in reversed(columns)}
    return next((folded[name] for name in names if name in folded), None)


def _nested(source: Source, column: str) -> bool:
    return NESTED_ROW in (source.table.schema.field(column).metadata or {})


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _word(value: Any, row: int, column: str, source: Source) -> str:
    if isinstance(value, str):
        return well_formed(value)
    raise DataError(
        f"{source.origin}: row {row + 1:,} of column {column!r} holds the word {shortened(json.dumps(value))}, which "
        "is no text.",
        field=source.field,
    )


def _tag(value: Any, row: int, column: str, source: Source, names: Sequence[str] | None) -> str:
    if isinstance(value, str) and value.isdecimal() and names is not None and value not in names:
        value = int(value)
    if isinstance(value, str) and value.strip():
        return well_formed(value)
    if isinstance(value, int) and not isinstance(value, bool) and names is not None and 0 <= value < len(names):
        return names[value]
    where = f"{source.origin}: row {row + 1:,} of column {column!r} holds the tag {shortened(json.dumps(value))}"
    if isinstance(value, int) and not isinstance(value, bool):
        known = (
            "tags that are numbers need names: give dataset.labels, a list in their order."
            if names is None
            else f"the numbers of tags go from 0 to {len(names) - 1} ({listed(names)})."
        )
        raise DataError(f"{where}; {known}", field="dataset.labels" if names is None else source.field)
    raise DataError(f"{where}, which is no text.", field=source.field)

"""Which column holds the text, which the class, and which are not used."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pyarrow as pa

from catalog.errors import DataError
from plugins.data.profiles import Profile, profile
from plugins.data.sources import Source
from plugins.nlp.texts.examples import is_like_examples
from plugins.tables.table import NESTED_ROW
from plugins.tables.wording import listed, nearest

__all__ = [
    "LABEL_NAMES",
    "NUMBER_NAMES",
    "TEXT_NAMES",
    "ColumnRoles",
    "check_columns",
    "choose_columns",
    "examples_columns",
    "header_note",
    "named_columns",
    "stored_columns",
]

TEXT_NAMES = ("text", "review", "sentence", "content", "comment", "message", "body", "document", "tweet", "utterance",
              "reviewtext", "review_text", "review_body", "feedback")  # fmt: skip
LABEL_NAMES = ("label", "labels", "sentiment", "class", "category", "target", "stars", "star_rating", "rating",
               "intent", "topic", "emotion", "polarity")  # fmt: skip
NUMBER_NAMES = (*LABEL_NAMES, "score", "value", "price", "grade", "points", "number", "y")
"""Usual names of the truth if it is a number."""
_OTHER_NAMES = frozenset(
    [
        "author",
        "customer",
        "customer_id",
        "created",
        "created_at",
        "date",
        "datetime",
        "description",
        "domain",
        "group",
        "guid",
        "headline",
        "hypothesis",
        "id",
        "idx",
        "index",
        "lang",
        "language",
        "month",
        "name",
        "number",
        "premise",
        "product",
        "product_id",
        "question",
        "answer",
        "response",
        "score",
        "source",
        "split",
        "subject",
        "summary",
        "time",
        "timestamp",
        "title",
        "type",
        "updated",
        "url",
        "user",
        "user_id",
        "username",
        "uuid",
        "value",
        "version",
        "year",
    ]
)
"""Names of columns that are neither text nor label, by which the first line of a file shows that it is a header."""
_SHOWN = 12
_LOOKED_AT = 1000
"""How many columns are examined, besides those that are named or have a usual name."""
_MACHINE_NAME = re.compile(r"[A-Za-z]{1,20}[_\d]\w*")


@dataclass(frozen=True, slots=True)
class ColumnRoles:
    """The role of each column of a source.

    Attributes:
        text: Columns whose texts are joined, in this order.
        label: Column of the truth.
        ignored: Columns that hold text too and are not used.
        group: Column whose values stay on one side of every split; None if there is none.
        time: Column by whose order the latest rows became the test split; None if there is none.
    """

    text: tuple[str, ...]
    label: str
    ignored: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as `catalog.contract.Columns`."""
        roles = {"text": list(self.text), "label": self.label, "ignored": list(self.ignored)}
        return {**roles, "group": self.group, "time": self.time}


def stored_columns(data: Mapping[str, Any], dataset: Mapping[str, Any]) -> tuple[tuple[str, ...], str | None]:
    """Return the columns of text and truth that a study was made with; empty and None if it does not say.

    Args:
        data: `catalog.contract.DataSummary` as JSON; of modelcat 0.1 without columns.
        dataset: The `dataset` part of the study's spec.
    """
    found = data.get("columns")
    if not isinstance(found, Mapping):
        found = dataset
    text, label = found.get("text"), found.get("label")
    names = (text,) if isinstance(text, str) else tuple(map(str, text)) if isinstance(text, list | tuple) else ()
    return names, label if isinstance(label, str) else None


def named_columns(text: str | Sequence[str] | None, label: str | None) -> tuple[str, ...]:
    """Return the columns of text and truth that are named, in one list."""
    texts = (text,) if isinstance(text, str) else tuple(text or ())
    return texts if label is None else (*texts, label)


def examples_columns(
    columns: Sequence[str], named: Mapping[str, Sequence[str]], text: str | Sequence[str] | None, label: str | None
) -> tuple[str | Sequence[str] | None, str | None]:
    """Return the columns of text and truth of a further file: its own if it is one of examples that a study keeps.

    Args:
        columns: Of the file.
        named: Columns by role, as the command line gave them.
        text: The columns of the text that were named, or are those of the study.
        label: The column of the truth that was named, or is that of the study.
    """
    known = set(named_columns(text, label)) <= set(columns)
    own = not named.get("text") and not named.get("label") and not known and is_like_examples(columns)
    return ("text", "label") if own else (text, label)


def _looked_at(columns: Sequence[str], named: Collection[str]) -> tuple[str, ...]:
    """Return the columns that may be useful; of thousands the first ones and those with a usual name."""
    usual = {*TEXT_NAMES, *NUMBER_NAMES}
    return tuple(
        name
        for place, name in enumerate(columns)
        if place < _LOOKED_AT or name in named or name.strip().casefold() in usual
    )


class _Profiles(Mapping[str, Profile]):
    """What the columns of a sample seem to hold; each is examined on request, because there may be thousands."""

    def __init__(self, sample: pa.Table) -> None:
        self._sample = sample
        self._known: dict[str, Profile] = {}
        self._places = {name: place for place, name in enumerate(sample.column_names)}

    def __getitem__(self, name: str) -> Profile:
        if name not in self._known:
            place = self._places[name]
            nested = NESTED_ROW in (self._sample.schema.field(place).metadata or {})
            self._known[name] = (
                Profile("other", 0.0, "a list or an object") if nested else profile(self._sample.column(place))
            )
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def choose_columns(
    source: Source,
    text: str | Sequence[str] | None,
    label: str | None,
    group: str | None = None,
    time: str | None = None,
    names: Sequence[str] = LABEL_NAMES,
) -> ColumnRoles:
    """Return the role of each column.

    Columns that are named must be there. Otherwise a column called ``text`` or ``label`` wins, then the only column
    with one of the names in `TEXT_NAMES` or in `names`, those of a truth (letter case does not matter). A text that has
    no such name is the only column whose values are texts; identifiers, URLs, dates, numbers and short strings never
    are. A label without such a name is the only other column that is not empty.

    Raises:
        DataError: A named column is missing, or several columns (or none) could be meant: they are listed, with a value
            of each and what to write.
    """
    texts = (text,) if isinstance(text, str) else tuple(text or ())
    known = source.columns
    for role, given in (("text", texts), ("label", (label,)), ("group", (group,)), ("time", (time,))):
        for name in given:
            if name is not None and name not in known:
                raise DataError(
                    f"{source.origin} has no column {name!r}.{nearest(name, known)} Its columns: {listed(known)}.",
                    field=f"dataset.{role}",
                )
    if len(set(texts)) < len(texts):
        raise DataError(f"dataset.text names a column twice: {listed(texts)}.", field="dataset.text")
    if label is not None and label in texts:
        raise DataError(
            f"Text and label are both said to be in column {label!r}; name two columns.", field="dataset.label"
        )
    if len(known) < 2:
        raise DataError(
            f"{source.origin} has one column only ({listed(known)}); a text and a label are needed.", field=source.field
        )
    known = _looked_at(known, {name for name in (*texts, label, group, time) if name is not None})
    profiles = _Profiles(source.sample(known))
    taken = {name for name in (*texts, group, time) if name is not None}
    label = label or _named_label(source, profiles, [name for name in known if name not in taken], names)
    if not texts:
        texts = (_text(source, profiles, [name for name in known if name not in {label, group, time}]),)
    if label is None:
        label = _remaining(source, profiles, [name for name in known if name not in {*texts, group, time}])
    used = {*texts, label, group, time}
    ignored = tuple(name for name in known if name not in used and profiles[name].kind in {"text", "short"})
    return ColumnRoles(texts, label, ignored, group, time)


def header_note(source: Source, *, named: bool) -> str | None:
    """Return a note on a first line that was read as names, if nothing shows that it is not a row.

    A usual name of any column shows that, and so do names such as ``v1`` and ``first_name``.

    Args:
        source: A file.
        named: Whether text and label were named, not found.
    """
    names = source.columns
    if not source.headed or named:
        return None
    if any(name.strip().casefold() in {*TEXT_NAMES, *LABEL_NAMES, *_OTHER_NAMES} for name in names):
        return None
    if all(name.startswith("unnamed ") or _MACHINE_NAME.fullmatch(name.strip()) for name in names):
        return None
    return (
        f"{source.origin}: the first line was taken for the names of the columns: {listed(map(repr, names))}. If it is "
        'a row, set "format": {"header": false}; if not, name the columns in dataset.text and dataset.label.'
    )


def check_columns(source: Source, roles: ColumnRoles) -> None:
    """Check that a further file has the columns that were chosen for the first.

    Raises:
        DataError: One is missing; all columns are listed.
    """
    for name in (*roles.text, roles.label, roles.group, roles.time):
        if name is not None and name not in source.columns:
            raise DataError(
                f"{source.origin} has no column {name!r}, which train has. Its columns: {listed(source.columns)}.",
                field=source.field,
            )


def _named_label(
    source: Source, profiles: Mapping[str, Profile], candidates: Sequence[str], names: Sequence[str]
) -> str | None:
    found = _named(candidates, names)
    if len(found) > 1:
        raise _ambiguous(source, profiles, "label", f"{_either(found)} could each be the label", found)
    return found[0] if found else None


def _text(source: Source, profiles: Mapping[str, Profile], candidates: Sequence[str]) -> str:
    named = _named(candidates, TEXT_NAMES)
    if len(named) == 1 and profiles[named[0]].nameless:
        kind, others = profiles[named[0]].kind, [name for name in candidates if profiles[name].kind == "text"]
        why = f"column {named[0]!r} holds values of the kind {kind}"
        raise _ambiguous(source, profiles, "text", why, others or named)
    if len(named) == 1 and named[0].strip().casefold() == TEXT_NAMES[0]:
        return named[0]
    plausible = [name for name in candidates if name in named or profiles[name].kind == "text"]
    plausible = [name for name in plausible if not profiles[name].nameless]
    if len(plausible) == 1:
        return plausible[0]
    if plausible:
        raise _ambiguous(source, profiles, "text", f"{_either(plausible)} could each be the text", plausible)
    possible = [name for name in candidates if not profiles[name].nameless]
    raise _ambiguous(source, profiles, "text", "no column holds texts of several words", possible)


def _remaining(source: Source, profiles: Mapping[str, Profile], others: Sequence[str]) -> str:
    others = [name for name in others if profiles[name].kind != "empty"] or others  # delimiters at the ends of lines
    if len(others) != 1:
        kinds = ("category", "flag", "short", "number")
        ranked = [name for kind in kinds for name in others if profiles[name].kind == kind]
        raise _ambiguous(source, profiles, "label", "no column has a name that says label", ranked or others)
    return others[0]


def _either(names: Sequence[str]) -> str:
    """Return ``'a', 'b' and 'c'``."""
    shown = [repr(name) for name in names]
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def _named(candidates: Sequence[str], names: Sequence[str]) -> list[str]:
    """Return the columns with one of `names`; only that called by the first of them if there is one."""
    found = [column for column in candidates if column.strip().casefold() in names]
    canonical = [column for column in found if column.strip().casefold() == names[0]]
    return canonical if len(canonical) == 1 else found


def _ambiguous(
    source: Source, profiles: Mapping[str, Profile], role: str, why: str, candidates: Sequence[str]
) -> DataError:
    shown = [
        f"{name!r} ({found.kind}" + (f", such as {found.sample!r})" if found.sample else ")")
        for name, found in islice(profiles.items(), _SHOWN)
    ]
    more = f", and {len(profiles) - _SHOWN} more" if len(profiles) > _SHOWN else ""
    first = candidates[0] if candidates else "..."
    if source.field.startswith("dataset"):
        how = f'Write "dataset": {{"{role}": "{first}"}}'
        if role == "text" and len(candidates) > 1:
            both = ", ".join(f'"{name}"' for name in candidates[:3])
            how += f', or join several: "text": [{both}]'
    else:
        how = f"Write --{role} {first}"
    return DataError(
        f"{source.origin}: which column holds the {role} is not clear: {why}. {how}. "
        f"The columns: {', '.join(shown)}{more}.",
        field=f"dataset.{role}",
    )

"""Tags that mark entities: which there are, which spans of words they mean, and how they are written.

The definition of an entity is that of seqeval (Nakayama, 2018): of BIO its default mode, in which I-X that continues
no X begins an entity; of BILOU and BIOES its strict mode, in which only whole entities count. Of plain tags, which have
no prefixes, each word with a tag other than O is an entity of its own.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = [
    "BARE",
    "OUTSIDE",
    "SCHEMES",
    "Spans",
    "TagSet",
    "bio_variant",
    "has_prefix",
    "spans_of",
    "split_tag",
    "tag_set",
]

OUTSIDE = "O"
BARE = "entity"
"""What the only type is called if tags are just B, I and O."""
SCHEMES = {"bio": "BI", "bilou": "BILU", "bioes": "BIES"}
"""Prefixes of each scheme: of a word that begins an entity, continues it, ends it, is all of it."""
_TAG = re.compile(r"([BILUES])(?:-(.+))?", re.DOTALL)
_OUT, _BEGIN, _INSIDE, _LAST, _UNIT = range(5)


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Entities, in the order of the words.

    Attributes:
        starts: First word of each, counted over all sentences, int64, shape (entities,).
        ends: The word after its last.
        types: Its type, an index of `TagSet.types`.
    """

    starts: np.ndarray
    ends: np.ndarray
    types: np.ndarray


@dataclass(frozen=True)
class TagSet:
    """The tags of a data set.

    Attributes:
        scheme: ``"bio"``, ``"bilou"``, ``"bioes"`` or ``"plain"``.
        names: In the order of their ids.
    """

    scheme: str
    names: tuple[str, ...]

    @cached_property
    def types(self) -> tuple[str, ...]:
        """The entity types, sorted."""
        return tuple(sorted({_parted(name, self.scheme)[1] for name in self.names if name != OUTSIDE}))

    @cached_property
    def parts(self) -> np.ndarray:
        """The part of an entity that each tag marks, int64, shape (tags,)."""
        return np.array([_OUT if name == OUTSIDE else _parted(name, self.scheme)[0] for name in self.names])

    @cached_property
    def type_ids(self) -> np.ndarray:
        """The type of each tag, an index of `types`, -1 for O; int64, shape (tags,)."""
        ids = {name: index for index, name in enumerate(self.types)}
        found = [-1 if name == OUTSIDE else ids[_parted(name, self.scheme)[1]] for name in self.names]
        return np.array(found, dtype=np.int64)

    @cached_property
    def outside(self) -> int | None:
        """The id of O; None if there is none."""
        return self.names.index(OUTSIDE) if OUTSIDE in self.names else None

    def repaired(self, tags: np.ndarray, offsets: np.ndarray) -> np.ndarray:
        """Return the tags with those changed that are out of order, so that every run of one type is complete.

        I-X that continues no X becomes B-X; with BILOU and BIOES the last word of each entity is marked as such.

        Args:
            tags: Ids, shape (words,).
            offsets: Shape (sentences + 1,).
        """
        if self.scheme == "plain" or not tags.size:
            return tags
        first, parts, types = _firsts(offsets, tags.size), self.parts[tags], self.type_ids[tags]
        before = np.roll(types, 1)
        ended = np.isin(np.roll(parts, 1), (_LAST, _UNIT))
        begins = (types >= 0) & (first | (before != types) | ended | np.isin(parts, (_BEGIN, _UNIT)))
        ends = (types >= 0) & np.append(begins[1:] | (types[1:] < 0) | first[1:], True)
        wanted = np.where(begins, _BEGIN, _INSIDE)
        if self.scheme != "bio":
            wanted = np.where(begins & ends, _UNIT, np.where(ends & ~begins, _LAST, wanted))
        table = np.zeros((5, len(self.types) + 1), dtype=np.int64)
        table[self.parts, self.type_ids] = np.arange(len(self.names))
        return np.where(types < 0, tags, table[wanted, types])


def split_tag(tag: str) -> tuple[str, str] | None:
    """Return prefix and type of a tag; None if it is O, or has no prefix."""
    match = _TAG.fullmatch(tag)
    return None if match is None else (match[1], match[2] or BARE)


def has_prefix(tag: str, scheme: str) -> bool:
    """Return whether a tag is one of a scheme with prefixes."""
    found = split_tag(tag)
    return tag == OUTSIDE or (found is not None and found[0] in SCHEMES[scheme])


def tag_set(scheme: str, values: Collection[str]) -> TagSet:
    """Return all tags of the types that occur: O first, then type by type.

    Args:
        scheme: Of the tags.
        values: Tags that occur.
    """
    if scheme == "plain":
        return TagSet(scheme, tuple(sorted(values, key=lambda value: (value != OUTSIDE, value))))
    found = {parted[1]: "-" in value for value in values if (parted := split_tag(value)) is not None}
    names = (f"{prefix}-{kind}" if found[kind] else prefix for kind in sorted(found) for prefix in SCHEMES[scheme])
    return TagSet(scheme, (OUTSIDE, *names))


def spans_of(tags: np.ndarray, offsets: np.ndarray, known: TagSet) -> tuple[Spans, np.ndarray]:
    """Return the entities that tags mark, and the words that begin something that is out of order.

    Out of order is I-X that continues no X, and with BILOU and BIOES what begins or ends in the middle.

    Args:
        tags: Ids, int64, shape (words,).
        offsets: Where sentences begin, and the end of the last one; shape (sentences + 1,).
        known: The tags.
    """
    parts, types = known.parts[tags], known.type_ids[tags]
    first = _firsts(offsets, tags.size)
    if known.scheme == "plain" or not tags.size:
        starts = np.flatnonzero(types >= 0)
        return Spans(starts, starts + 1, types[starts]), np.zeros(0, dtype=np.int64)
    continues = np.isin(parts, (_INSIDE, _LAST)) & ~first & np.isin(np.roll(parts, 1), (_BEGIN, _INSIDE))
    continues &= np.roll(types, 1) == types
    starts = np.flatnonzero(~continues)
    ends = np.append(starts[1:], tags.size)
    inside = types[starts] >= 0
    starts, ends = starts[inside], ends[inside]
    if known.scheme == "bio":
        return Spans(starts, ends, types[starts]), starts[parts[starts] == _INSIDE]
    whole = (parts[starts] == _UNIT) | ((parts[starts] == _BEGIN) & (parts[ends - 1] == _LAST))
    return Spans(starts[whole], ends[whole], types[starts[whole]]), starts[~whole]


def bio_variant(tags: np.ndarray, offsets: np.ndarray, known: TagSet) -> str:
    """Return the variant of BIO that tags follow.

    Args:
        tags: Ids, int64, shape (words,).
        offsets: Where sentences begin, and the end of the last one; shape (sentences + 1,).
        known: The tags.

    Returns:
        ``"iob1"`` if entities begin with I-X, and with B-X only directly after an entity of their type; ``"io"`` if no
        tag is B-X; else nothing.
    """
    parts, types = known.parts[tags], known.type_ids[tags]
    begins, follows = parts == _BEGIN, ~_firsts(offsets, tags.size) & (np.roll(types, 1) == types)
    if known.scheme != "bio" or not (parts == _INSIDE).any() or (begins & ~follows).any():
        return ""
    return "iob1" if begins.any() else "io"


def _firsts(offsets: np.ndarray, words: int) -> np.ndarray:
    """Return which words are the first of their sentence."""
    first = np.zeros(words, dtype=bool)
    first[offsets[:-1][np.diff(offsets) > 0]] = True
    return first


def _parted(name: str, scheme: str) -> tuple[int, str]:
    """Return the part and the type of a tag other than O."""
    if scheme == "plain":
        return _UNIT, name
    found = split_tag(name)
    assert found is not None
    order: Sequence[int] = (_BEGIN, _INSIDE, _LAST, _UNIT)
    return order[SCHEMES[scheme].index(found[0])], found[1]

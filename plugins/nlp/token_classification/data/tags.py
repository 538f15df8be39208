"""The tags of a data set: their scheme is found, every tag is checked, and words get the ids of their tags."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from catalog.errors import DataError
from plugins.nlp.token_classification.data.raw import RawTags, places_named
from plugins.nlp.token_classification.schemes import (
    OUTSIDE,
    SCHEMES,
    Spans,
    TagSet,
    has_prefix,
    spans_of,
    split_tag,
    tag_set,
)
from plugins.nlp.token_classification.sentences import Sentences, offsets_of
from plugins.tables.wording import listed, nearest

__all__ = ["encode", "find_tags"]

_MOST = 1000
_CALLED = {"bio": "BIO", "bilou": "BILOU", "bioes": "BIOES"}


def find_tags(files: Sequence[RawTags], scheme: str | None) -> TagSet:
    """Find the tags of the training sentences.

    Args:
        files: Of the training split.
        scheme: How tags mark entities; found if None.

    Raises:
        DataError: A tag is none of the scheme (the message gives its line), there is none but one, or so many that
            they are no tags.
    """
    counts = Counter(tag for file in files for tag in file.tags)
    found = scheme or _scheme(counts, files)
    if found in SCHEMES:
        for file in files:
            _check_tags(file, {tag for tag in set(file.tags) if not has_prefix(tag, found)}, found, counts)
        if len({"-" in tag for tag in counts if tag != OUTSIDE}) > 1:
            bare = {tag for tag in counts if tag != OUTSIDE and "-" not in tag}
            for file in files:
                _check_tags(file, bare, found, counts)
    known = tag_set(found, counts)
    first = files[0]
    if len(known.names) < 2:
        raise DataError(
            f"{first.origin}: all {len(first.tags):,} words have the tag {listed(map(repr, counts))}: there is nothing "
            f"to learn. Are the tags in column {first.columns[1]}?",
            field=first.field,
        )
    if len(known.names) > _MOST:
        raise DataError(
            f"{first.origin}: column {first.columns[1]} holds {len(known.names):,} different tags "
            f"({listed(known.names[:3])}, ...): these look like words (at most {_MOST:,}). dataset.tags names another "
            "column.",
            field="dataset.tags",
        )
    return known


def encode(files: Sequence[RawTags], known: TagSet, frequency: np.ndarray | None = None) -> tuple[Sentences, list[str]]:
    """Return the sentences of a split with the ids of their tags, and notes on entities that are not well formed.

    Args:
        files: Of the split.
        known: The tags of train.
        frequency: Entities of each type in train, which say what is rare; those of these files if None.

    Raises:
        DataError: A tag that train does not have; the message gives its line.
    """
    ids = {name: index for index, name in enumerate(known.names)}
    words, tags, notes = list[tuple[str, ...]](), list[np.ndarray](), list[str]()
    for file in files:
        _check_known(file, known, ids)
        own = np.array([ids[tag] for tag in file.tags], dtype=np.int64)
        offsets = offsets_of(file.words)
        spans, broken = spans_of(own, offsets, known)
        if broken.size:
            notes.append(_broken(file, known, file.places[broken].tolist(), spans))
        words += file.words
        tags.append(known.repaired(own, offsets) if known.scheme == "bio" else own)
    joined = np.concatenate(tags)
    joined.flags.writeable = False
    return Sentences(tuple(words), joined, _strata(joined, words, known, frequency)), notes


def _scheme(counts: Iterable[str], files: Sequence[RawTags]) -> str:
    """Return the scheme of tags."""
    given = {tag for tag in counts if tag != OUTSIDE}
    typed = {tag for tag in given if "-" in tag and split_tag(tag) is not None}
    bare = {tag for tag in given if "-" not in tag and split_tag(tag) is not None}
    if not typed and not (bare == given and bare & {"B", "I"}):
        return "plain"
    letters = {tag[0] for tag in typed or bare}
    if letters & set("LU") and letters & set("ES"):
        examples = [min(tag for tag in typed | bare if tag[0] in kind) for kind in ("LU", "ES")]
        raise DataError(
            f"{files[0].origin} mixes BILOU and BIOES: it has {' and '.join(map(repr, examples))}. Write the last word "
            "of an entity in one way, L- or E-, and an entity of one word in one way, U- or S-.",
            field=files[0].field,
        )
    return "bilou" if letters & set("LU") else "bioes" if letters & set("ES") else "bio"


def _check_tags(file: RawTags, wrong: set[str], scheme: str, known: Iterable[str]) -> None:
    """Check that a file has none of the tags that are wrong.

    Raises:
        DataError: It has; the message gives the first lines.
    """
    places = [index for index, tag in enumerate(file.tags) if tag in wrong] if wrong else []
    if not places:
        return
    first = file.tags[places[0]]
    right = [tag for tag in known if tag not in wrong]
    prefixes = ", ".join(f"{prefix}-X" for prefix in SCHEMES[scheme])
    more = f" {len(places):,} words have such tags: {listed(sorted(wrong))}." if len(places) > 1 else ""
    raise DataError(
        f"{file.origin}, {file.unit} {file.places[places[0]]:,}: {first!r} is no tag of {_CALLED[scheme]}, whose tags "
        f"are O, {prefixes}.{nearest(first, right)}{more} If tags have no prefixes at all, as parts of speech, set "
        '"scheme": "plain".',
        field=file.field,
    )


def _check_known(file: RawTags, known: TagSet, ids: dict[str, int]) -> None:
    """Check that train has all tags of a file.

    Raises:
        DataError: It has not; the message lists them with their first lines.
    """
    unknown = {tag for tag in set(file.tags) if tag not in ids}
    if not unknown:
        return
    if known.scheme in SCHEMES:
        _check_tags(file, {tag for tag in unknown if not has_prefix(tag, known.scheme)}, known.scheme, known.names)
    firsts = dict[str, int]()
    counts = Counter(tag for tag in file.tags if tag in unknown)
    for tag, place in zip(file.tags, file.places.tolist(), strict=True):
        if tag in unknown:
            firsts.setdefault(tag, place)
    ordered = sorted(unknown, key=lambda tag: firsts[tag])
    shown = listed(f"{tag!r} ({counts[tag]:,}, first on {file.unit} {firsts[tag]:,})" for tag in ordered)
    kinds = [tag if known.scheme == "plain" else (split_tag(tag) or ("", tag))[1] for tag in ordered]
    hint = next((hint for kind in kinds if (hint := nearest(kind, known.types))), "")
    raise DataError(
        f"{file.origin} has tags that train does not have: {shown}. Train has {listed(known.names)}.{hint}",
        field=file.field,
    )


def _broken(file: RawTags, known: TagSet, places: list[int], spans: Spans) -> str:
    where = places_named(file.unit, places)
    if known.scheme == "bio":
        begin = "begins" if len(places) == 1 else "begin"
        return (
            f"{file.origin}: {len(places):,} of {spans.starts.size:,} entities {begin} with I- and not with B- "
            f"({where}): this is read as the beginning of an entity, as seqeval reads it and IOB1 writes it."
        )
    parts = "part of an entity does" if len(places) == 1 else "parts of entities do"
    return (
        f"{file.origin}: {len(places):,} {parts} not go from beginning to end as {_CALLED[known.scheme]} has it "
        f"({where}): they count as no entity, as in seqeval's strict mode."
    )


def _strata(
    tags: np.ndarray, words: Sequence[tuple[str, ...]], known: TagSet, frequency: np.ndarray | None
) -> np.ndarray:
    """Return one more than the rarest type of each sentence, 0 for a sentence without entities."""
    types, offsets = known.type_ids[tags], offsets_of(words)
    if frequency is None:
        frequency = np.bincount(types[types >= 0], minlength=len(known.types))
    order = np.argsort(np.argsort(frequency, kind="stable"), kind="stable")  # 0 for the rarest type
    ranks = np.append(order, len(known.types))[types]  # the last one for O
    rarest = np.minimum.reduceat(ranks, offsets[:-1])
    by_rank = np.append(np.argsort(order) + 1, 0)
    return np.asarray(by_rank[rarest], dtype=np.int64)

"""The tags of a data set: their scheme is found, every tag is checked, and words get the ids of their tags."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from catalog.errors import DataError
from plugins.nlp.token_classification.data.notation import half_written, standard_tags
from plugins.nlp.token_classification.data.raw import RawTags, places_named
from plugins.nlp.token_classification.schemes import (
    OUTSIDE,
    SCHEMES,
    Spans,
    TagSet,
    bio_variant,
    has_prefix,
    spans_of,
    split_tag,
    tag_set,
)
from plugins.nlp.token_classification.sentences import Sentences, offsets_of
from plugins.tables.wording import listed, nearest

__all__ = ["FoundTags", "encode", "find_tags"]

_MOST = 1000
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_NOTHING = {OUTSIDE, "_", "-"}
"""What is written in an empty cell."""
_CALLED = {"bio": "BIO", "bilou": "BILOU", "bioes": "BIOES"}


@dataclass(frozen=True, slots=True)
class FoundTags:
    """The tags of the training sentences.

    Attributes:
        known: The tags as they are read.
        example: A tag as the files write it, if it is read in another form; else empty.
        variant: See `schemes.bio_variant`.
        notes: What a careful reader should know about how they were found.
    """

    known: TagSet
    example: str
    variant: str
    notes: tuple[str, ...]


def find_tags(files: Sequence[RawTags], scheme: str | None) -> FoundTags:
    """Find the tags of the training sentences.

    Args:
        files: Of the training split.
        scheme: How tags mark entities; found if None.

    Raises:
        DataError: A tag is none of the scheme (the message gives its line), there is none but one, so many that they
            are no tags, they are numbers, or most do not mark whole entities of the scheme that was found.
    """
    first = files[0]
    if scheme != "plain":
        for file in files:
            _check_numbers(file)
    counts = Counter(tag for file in files for tag in file.tags)
    standard = None if scheme == "plain" else standard_tags(counts, scheme)
    if standard is not None:
        files = [replace(file, tags=[standard[tag] for tag in file.tags]) for file in files]
        counts = Counter(tag for file in files for tag in file.tags)
    found = scheme or _scheme(counts, files)
    if found in SCHEMES:
        _check_scheme(files, found, counts)
    known = tag_set(found, counts)
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
    ids, offsets = _ids(files, known), offsets_of([words for file in files for words in file.words])
    if scheme is None and found != "plain":
        _check_whole(files, known, ids, offsets)
    return FoundTags(
        known,
        min((tag for tag in standard if standard[tag] != tag), default="") if standard is not None else "",
        bio_variant(ids, offsets, known),
        (_plain_note(first, counts),) if scheme is None and found == "plain" else (),
    )


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
        file, written = _standard(file, known)  # noqa: PLW2901 -- the same with other tags
        notes += written
        _check_known(file, known, ids)
        own = np.array([ids[tag] for tag in file.tags], dtype=np.int64)
        offsets = offsets_of(file.words)
        spans, broken = spans_of(own, offsets, known)
        if broken.size:
            variant = bio_variant(own, offsets, known)
            notes.append(_broken(file, known, variant, file.places[broken].tolist(), spans))
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
        if (pair := half_written(given)) is not None:
            begin, inside = pair
            raise DataError(
                f"{files[0].origin}: {begin!r} and {inside!r} look like the beginning and the inside of an entity, but "
                f"other tags are not written so: {listed(sorted(given))}. Write all tags as B-X, I-X and O; if each is "
                'a tag for itself, set "scheme": "plain".',
                field=files[0].field,
            )
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


def _check_scheme(files: Sequence[RawTags], scheme: str, counts: Counter[str]) -> None:
    """Check that all tags are of a scheme, and that all have a type or none has.

    Raises:
        DataError: They are not; the message gives the first lines.
    """
    bare = {tag for tag in counts if tag != OUTSIDE and "-" not in tag}
    mixed = len({"-" in tag for tag in counts if tag != OUTSIDE}) > 1
    for file in files:
        _check_tags(file, {tag for tag in set(file.tags) if not has_prefix(tag, scheme)}, scheme, counts)
    for file in files if mixed else ():
        _check_tags(file, bare, scheme, counts)


def _check_tags(file: RawTags, wrong: set[str], scheme: str, known: Iterable[str]) -> None:
    """Check that a file has none of the tags that are wrong.

    Raises:
        DataError: It has some; the message gives the first lines.
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
        DataError: Some are missing; the message lists them with their first lines.
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


def _standard(file: RawTags, known: TagSet) -> tuple[RawTags, list[str]]:
    """Return a file with its tags written as those that are known, and a note if they are written in another way."""
    tags = set(file.tags)
    if known.scheme not in SCHEMES or tags <= set(known.names):
        return file, []
    standard = standard_tags(tags, known.scheme)
    if standard is None:
        return file, []
    example = min(tag for tag in tags if standard[tag] != tag)
    note = (
        f"{file.origin}: tags are written as {example!r}, and are read as {_CALLED[known.scheme]}, here as "
        f'{standard[example]!r}. If each is a tag for itself, set "scheme": "plain".'
    )
    return replace(file, tags=[standard[tag] for tag in file.tags]), [note]


def _ids(files: Sequence[RawTags], known: TagSet) -> np.ndarray:
    ids = {name: index for index, name in enumerate(known.names)}
    return np.array([ids[tag] for file in files for tag in file.tags], dtype=np.int64)


def _check_numbers(file: RawTags) -> None:
    """Check that tags are no numbers.

    Raises:
        DataError: All are numbers, except those that mean that there is no tag.
    """
    tags = sorted(set(file.tags) - _NOTHING)
    if tags and all(_NUMBER.fullmatch(tag) for tag in tags):
        raise DataError(
            f"{file.origin}: column {file.columns[1]} holds numbers ({listed(tags[:3])}, ...), which are no tags. "
            "dataset.tags names another column; if numbers stand for tags, dataset.labels lists the names of the tags "
            "in the order of their numbers.",
            field="dataset.tags",
        )


def _check_whole(files: Sequence[RawTags], known: TagSet, ids: np.ndarray, offsets: np.ndarray) -> None:
    """Check that most entities are complete, and that those of several words can be; else another scheme was meant.

    Raises:
        DataError: They are not; the message gives the first lines.
    """
    spans, broken = spans_of(ids, offsets, known)
    if known.scheme == "bio" or not broken.size:
        return
    there = {parted[0] for file in files for tag in set(file.tags) if (parted := split_tag(tag)) is not None}
    begin, inside, last, _ = tuple(SCHEMES[known.scheme])
    incomplete = (last in there and begin not in there) or (inside in there and last not in there)
    if broken.size <= spans.starts.size and not incomplete:
        return
    places = np.concatenate([file.places for file in files])[broken].tolist()
    have, lack = ([f"{prefix}-" for prefix in SCHEMES[known.scheme] if (prefix in there) == is_there]
                  for is_there in (True, False))  # fmt: skip
    name = _CALLED[known.scheme]
    raise DataError(
        f"{files[0].origin}: tags look like {name}, but {broken.size:,} parts of entities do not go from beginning to "
        f"end as it has it ({places_named(files[0].unit, places)}), and {spans.starts.size:,} entities are whole. "
        f"The tags have {listed(have)}{f' and no {listed(lack)}' if lack else ''}; schemes that mark only the end of "
        f'an entity, as IOE, are not read. Write the tags as BIO or as whole {name}, or set "scheme": '
        f'"{known.scheme}" to count whole entities alone.',
        field=files[0].field,
    )


def _plain_note(file: RawTags, counts: Counter[str]) -> str:
    common = listed(tag for tag, _ in counts.most_common(3))
    more = ", ..." if len(counts) > 3 else ""
    every = "" if OUTSIDE in counts else " No tag is O, so that every word counts."
    return (
        f"{file.origin}: tags have no prefixes ({common}{more}): each word with a tag other than O is an entity of its "
        f'own, as of parts of speech.{every} If that is right, "scheme": "plain" says so; entities of several words '
        "need tags such as B-X, I-X and O."
    )


def _broken(file: RawTags, known: TagSet, variant: str, places: list[int], spans: Spans) -> str:
    where = places_named(file.unit, places)
    if variant == "iob1":
        return (
            f"{file.origin}: tags are IOB1: {len(places):,} of {spans.starts.size:,} entities begin with I- ({where}), "
            "and B- stands only between two entities of one type. They are read as BIO: the entities are the same."
        )
    if variant == "io":
        return (
            f"{file.origin}: no tag begins with B- (IO, or IOB1): all {spans.starts.size:,} entities begin with I- "
            f"({where}), and words of one type next to each other are read as one entity."
        )
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

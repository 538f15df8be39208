"""From the `dataset` part of a spec to splits that a model trains on."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catalog.contract import DataSummary, RowCounts
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.data.load_cache import remembered
from plugins.data.sources import paths, read_file
from plugins.data.splitting import make_splits
from plugins.details import details_json
from plugins.nlp.token_classification.data.conll import CONLL_SUFFIXES, is_conll, read_conll
from plugins.nlp.token_classification.data.lists import read_lists
from plugins.nlp.token_classification.data.raw import RawTags
from plugins.nlp.token_classification.data.tags import encode, find_tags
from plugins.nlp.token_classification.dataset import Dataset, DemoDataset, FilesDataset, HubDataset
from plugins.nlp.token_classification.records import TagData, tag_data
from plugins.nlp.token_classification.schemes import TagSet, spans_of
from plugins.nlp.token_classification.sentences import Sentences
from plugins.tables.compression import kind_of
from plugins.tables.wording import listed

__all__ = ["TokenData", "load", "read_tagged"]

_TABLES = (".jsonl", ".ndjson", ".json-lines", ".json", ".parquet", ".arrow", ".feather")
_NAMED = 5


@dataclass(frozen=True, slots=True, eq=False)
class TokenData:
    """A data set ready to train on.

    Attributes:
        summary: What was found: sizes, tags, fingerprint, notes.
        splits: Always ``"train"``, ``"validation"`` and ``"test"``, none of them empty.
    """

    summary: DataSummary
    splits: Mapping[str, Sentences]

    @property
    def tags(self) -> TagSet:
        """The tags."""
        return tag_data(self.summary).known


@remembered
def load(dataset: Dataset, cache: Path) -> TokenData:  # noqa: ARG001 -- files are read fast enough
    """Read, check and split a data set. The last two are remembered in this process until their files change.

    Args:
        dataset: Where the examples come from; paths in it are absolute.
        cache: Not needed by the present sources.

    Raises:
        DataError: The data cannot be used; the message names file and line.
        UnreachableError: The hub does not answer and its cache does not hold the data set.
    """
    read, notes = _read(dataset)
    found = find_tags(read["train"], None if isinstance(dataset, DemoDataset) else dataset.scheme)
    known, given = found.known, dict[str, Sentences]()
    for split, files in read.items():
        given[split], broken = encode(files, known)
        own = [note for file in files for note in (*file.notes, file.empty_note()) if note is not None]
        notes = [*notes, *own, *broken]
    _check_sentences(given, read["train"])
    splits, carved = make_splits(given, dataset.limit, dataset.seed)
    duplicates = _duplicates(splits)
    entities = {split: _entities(data, known) for split, data in splits.items()}
    lengths = np.concatenate([np.diff(data.offsets) for data in splits.values()])
    summary = DataSummary(
        name=dataset.short_name,
        fingerprint=_fingerprint(splits, known),
        rows={split: len(data) for split, data in splits.items()},
        notes=(
            *dict.fromkeys((*notes, *found.notes)),
            *carved,
            *_coverage_notes(entities, known),
            *(
                f"{count:,} of {len(splits[split]):,} {split} sentences also stand in train."
                for split, count in duplicates.items()
                if count
            ),
        ),
        columns=_columns(dataset, read),
        counts={split: _counts(files) for split, files in read.items()},
        details=details_json(
            TagData(
                scheme=known.scheme,
                example=found.example,
                variant=found.variant,
                tags=known.names,
                tag_words={
                    split: tuple(np.bincount(data.tags, minlength=len(known.names)).tolist())
                    for split, data in splits.items()
                },
                entity_types=known.types,
                entities=entities,
                mean_words=float(lengths.mean()),
                longest_words=int(lengths.max()),
                duplicates=duplicates,
            )
        ),
    )
    return TokenData(summary, splits)


def _read(dataset: Dataset) -> tuple[dict[str, list[RawTags]], list[str]]:
    """Return the files of each split, ``train`` first, and notes."""
    match dataset:
        case FilesDataset():
            written = dataset.format or Format()
            return {
                split: [read_tagged(path, f"dataset.{split}", written, dataset) for path in found]
                for split, found in paths(dataset).items()
            }, []
        case HubDataset():
            from plugins.data.hub import read_hub

            sources, notes = read_hub(dataset)
            return {
                split: [read_lists(source, dataset.tokens, dataset.tags, dataset.labels) for source in found]
                for split, found in sources.items()
            }, list(notes)
        case DemoDataset():
            from plugins.nlp.token_classification.demo import NOTES, generate

            return {"train": [generate(dataset.size, dataset.seed)]}, list(NOTES)


def read_tagged(path: Path, field: str, written: Format, columns: FilesDataset | HubDataset | None) -> RawTags:
    """Read a file or folder of any format that a data set may have.

    Args:
        path: It exists.
        field: The spec field that names it.
        written: Its encoding, if that is given.
        columns: Names columns and tags, if they are named.

    Raises:
        DataError: It cannot be read, or is of another format.
    """
    tokens, tags, labels = (None, None, None) if columns is None else (columns.tokens, columns.tags, columns.labels)
    if is_conll(path, field):
        return read_conll(path, field, written, tokens, tags, labels)
    suffix = kind_of(path, field)[0] if path.is_file() else None
    if suffix is not None and suffix not in _TABLES:
        raise DataError(
            f"{path}: tagged sentences are in CoNLL files ({listed(CONLL_SUFFIXES)}: a word and its tag a line, a "
            f"blank line after each sentence) or in tables with lists ({listed(_TABLES)}); this one ends in "
            f"{suffix or 'nothing'}.",
            field=field,
        )
    return read_lists(read_file(path, field, written), tokens, tags, labels)


def _check_sentences(given: Mapping[str, Sentences], files: Sequence[RawTags]) -> None:
    """Check that there are enough sentences for all splits.

    Raises:
        DataError: There are too few; a file without blank lines is one sentence.
    """
    count, missing = len(given["train"]), len({"train", "validation", "test"} - given.keys())
    if count > missing:
        return
    words = sum(len(sentence) for sentence in given["train"].words)
    lines = files[0].unit == "line"
    what = "the whole file is one sentence" if count == 1 else f"the training rows are {count} sentences"
    how = "sentences are separated by blank lines. Put" if lines else "each row of the table is one. Put"
    fix = "a blank line after each sentence" if lines else "one sentence in each row"
    raise DataError(
        f"{files[0].origin}: {what} of {words:,} words: {how} {fix}; at least {missing + 1} are needed, so that "
        f"{missing} can be kept back for validation and test.",
        field=files[0].field,
    )


def _columns(dataset: Dataset, read: Mapping[str, Sequence[RawTags]]) -> Mapping[str, str] | None:
    if isinstance(dataset, DemoDataset):
        return None
    tokens, tags = read["train"][0].columns
    return {"tokens": tokens, "tags": tags}


def _counts(files: Sequence[RawTags]) -> RowCounts:
    lines = [file.lines for file in files]
    kept, empty = sum(len(file.words) for file in files), sum(len(file.empty) for file in files)
    return RowCounts(
        lines=None if None in lines else sum(line or 0 for line in lines),
        records=kept + empty,
        kept=kept,
        dropped={"no word": empty} if empty else {},
    )


def _entities(data: Sentences, known: TagSet) -> tuple[int, ...]:
    spans, _ = spans_of(data.tags, data.offsets, known)
    return tuple(np.bincount(spans.types, minlength=len(known.types)).tolist())


def _duplicates(splits: Mapping[str, Sentences]) -> dict[str, int]:
    seen = set(splits["train"].words)
    return {split: sum(words in seen for words in splits[split].words) for split in ("validation", "test")}


def _coverage_notes(entities: Mapping[str, Sequence[int]], known: TagSet) -> list[str]:
    """Return notes on types that a split has no entity of."""
    notes = []
    for split, counts in entities.items():
        missing = [name for name, count in zip(known.types, counts, strict=True) if not count]
        if not missing:
            continue
        what = "so that nothing is learnt of them" if split == "train" else "so that nothing is known of them there"
        more = f" and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
        have = "has" if len(missing) == 1 else "have"
        notes.append(
            f"{len(missing):,} of {len(known.types):,} types {have} no entity in {split}, {what}: "
            f"{listed(missing[:_NAMED])}{more}."
        )
    return notes


def _fingerprint(splits: Mapping[str, Sentences], known: TagSet) -> str:
    """Return the SHA-256 (hex) over the tags and all splits: words, tags, order."""
    digest = hashlib.sha256(json.dumps([known.scheme, known.names]).encode())
    for split, data in splits.items():
        digest.update(f"\n{split} {len(data)}\n".encode())
        digest.update(np.ascontiguousarray(data.tags, dtype="<i8").tobytes())
        for words in data.words:
            digest.update(json.dumps(words).encode())
    return digest.hexdigest()

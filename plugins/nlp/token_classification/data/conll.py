"""CoNLL files: a word and its tag on each line, perhaps with other columns between them; a blank line ends a sentence.

Columns are separated by any whitespace of ASCII; by tabs alone if that makes them even, so that words may hold spaces.
Lines that begin with ``-DOCSTART-`` are left out, and so are comments: lines that begin with ``#`` and are no word with
a tag that other lines have too. A first line that names the columns is left out as well.

If the first column numbers the words of each sentence, as in CoNLL-U and in GermEval's files, the word is in the second
one. Then all lines that begin with ``#`` are comments, and ranges (``1-2``) and empty nodes (``1.1``) are left out. In
CoNLL-U, which has ten columns, the column of the tags has to be named: ``upos``, or its number.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.nlp.token_classification.data.names import TAG_NAMES, TOKEN_NAMES
from plugins.nlp.token_classification.data.raw import RawTags
from plugins.nlp.token_classification.schemes import OUTSIDE
from plugins.tables.compression import kind_of
from plugins.tables.encodings import find_encoding, given_encoding, utf8_blocks
from plugins.tables.files import check_file
from plugins.tables.wording import listed, shortened

__all__ = ["CONLL_SUFFIXES", "is_conll", "read_conll", "read_words"]

CONLL_SUFFIXES = (".conll", ".txt", ".tsv", ".bio", ".iob", ".iob2", ".bilou", ".bioes", ".iobes", ".ner",
                  ".conllu", ".conllup")  # fmt: skip
_START = b"-DOCSTART-"
_SHOWN = 3
_WORD_NUMBER = re.compile(r"(\d+)(?:[-.]\d+)?")
_NAMED_COLUMNS = "# global.columns ="
_CONLLU = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
_TAG_COLUMNS = ("upos", "xpos", "feats", "deprel", "misc")
_NOTHING = "_"
"""What CoNLL-U writes in an empty cell."""


_BLANK, _WORD, _DOUBTFUL, _DOCUMENT = range(4)
"""Kinds of lines; a doubtful one begins with ``#``, and may be a comment."""


class _Line(NamedTuple):
    """A line with its number, from 1."""

    number: int
    kind: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class _File:
    """The lines of a file.

    Attributes:
        lines: All of them.
        width: How many columns most of them have; 0 if all are blank.
        notes: What was noticed while reading.
        numbered: Whether the first column numbers the words.
        names: Of the columns, in lower case; none if they have numbers only.
    """

    lines: Sequence[_Line]
    width: int
    notes: tuple[str, ...]
    numbered: bool = False
    names: tuple[str, ...] = ()


def is_conll(path: Path, field: str) -> bool:
    """Return whether the name of a file says that it is a CoNLL file."""
    return not path.is_dir() and kind_of(path, field)[0] in CONLL_SUFFIXES


def read_conll(
    path: Path,
    field: str,
    given: Format,
    tokens: str | None = None,
    tags: str | None = None,
    labels: Sequence[str] | None = None,
) -> RawTags:
    """Read a file.

    Args:
        path: The file.
        field: The spec field that names it.
        given: Its encoding and delimiter, if these are given, and whether its first line names the columns.
        tokens: Column of the words: its number, from 0, or in CoNLL-U its name. If None the first one, but the second
            one if the first one numbers the words, and that of the forms in CoNLL-U.
        tags: Column of the tags; the last if None.
        labels: Names of tags, if all are numbers: the place of each.

    Raises:
        DataError: It cannot be read, some lines have more or fewer columns than most (the message gives the lines), or
            it is CoNLL-U and `tags` is None.
    """
    file = _read(path, field, given)
    width = file.width
    if width < (3 if file.numbered else 2):
        example = next((line for line in file.lines if line.kind == _WORD), None)
        shown = f": {shortened(' '.join(example.cells))!r} on line {example.number:,}" if example else ""
        raise DataError(
            f"{path} has no column of tags{shown}. Each line needs a word first and its tag last; a blank line ends a "
            "sentence.",
            field=field,
        )
    word_at = _word_column(path, file, tokens)
    tag_at = _column(path, "tags", tags, width - 1, file)
    lines = file.lines if file.numbered else _without_comments(file.lines, width, tag_at)
    _check_even(lines, width, path, field)
    groups, empty = _sentences(lines)
    if tags is None and file.names:
        raise _unnamed(path, file, groups)
    notes = file.notes
    if groups and (_is_header(groups[0][0], word_at, tag_at, file) if given.header is None else given.header):
        notes = (*notes, f"{path.name}: line {groups[0][0].number:,} names the columns and was left out.")
        groups = [group for group in (groups[0][1:], *groups[1:]) if group]
    if file.numbered and tokens is None and not file.names:
        notes = (*notes, f"{path.name}: column 0 numbers the words; they are in column {word_at}.")
    found = [line.cells[tag_at] for group in groups for line in group]
    if file.numbered and _NOTHING in found:
        count = found.count(_NOTHING)
        notes = (*notes, f"{path.name}: {count:,} words have {_NOTHING!r} in column {tag_at}: read as O.")
        found = [OUTSIDE if tag == _NOTHING else tag for tag in found]
    return RawTags(
        origin=str(path),
        field=field,
        words=tuple(tuple(line.cells[word_at] for line in group) for group in groups),
        tags=found if labels is None else _named(found, labels, path, field),
        places=np.array([line.number for group in groups for line in group], dtype=np.int64),
        unit="line",
        rows=np.arange(len(groups), dtype=np.int64),
        empty=empty,
        lines=len(file.lines),
        notes=notes,
        columns=(str(word_at), str(tag_at)),
    )


def read_words(path: Path, field: str, given: Format, tokens: str | None = None) -> list[tuple[str, ...]]:
    """Read the words of each sentence of a file that may have no tags.

    Raises:
        DataError: It cannot be read.
    """
    file = _read(path, field, given)
    width = file.width
    at = _word_column(path, file, tokens)
    lines = file.lines if width < 2 or file.numbered else _without_comments(file.lines, width, width - 1)
    _check_even(lines, width, path, field)
    groups, _ = _sentences(lines)
    return [tuple(line.cells[at] for line in group) for group in groups]


def _read(path: Path, field: str, given: Format) -> _File:
    """Return the lines; if no delimiter is given, of columns by whitespace and by tabs those that are more even."""
    check_file(path, field)
    encoding = given_encoding(path, field, given.encoding) if given.encoding else find_encoding(path, field)
    text = b"".join(utf8_blocks(path, field, encoding)).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    raw = text.removesuffix(b"\n").split(b"\n")
    kinds = [_kind(line) for line in raw]
    lines = _split(raw, kinds, bytes.split if given.delimiter is None else _cells_by(given.delimiter))
    width, uneven = _evenness(lines)
    tabs = all(b"\t" in line for line, kind in zip(raw, kinds, strict=True) if kind == _WORD)
    if uneven and tabs and given.delimiter is None:
        by_tabs = _split(raw, kinds, _cells_by("\t"))
        if (found := _evenness(by_tabs))[1] < uneven:
            lines, width = by_tabs, found[0]
    return _numbered(_File(lines, width, () if encoding.note is None else (encoding.note,)), path)


def _numbered(file: _File, path: Path) -> _File:
    """Return the lines of words alone, if the first column numbers the words of each sentence."""
    first = islice((line for line in file.lines if line.kind == _WORD), 2)
    if not any(_WORD_NUMBER.fullmatch(line.cells[0]) for line in first):
        return file
    said = next((line for line in file.lines if line.kind != _BLANK), None)
    lines = [line for line in file.lines if line.kind != _DOUBTFUL]
    groups, _ = _sentences(lines)
    if groups and not _WORD_NUMBER.fullmatch(groups[0][0].cells[0]):  # it may name the columns
        groups[0] = groups[0][1:]
    if not any(len(group) > 1 for group in groups) or not all(map(_counts_up, groups)):
        return file
    skipped = [line.number for group in groups for line in group if not line.cells[0].isdecimal()]
    names: tuple[str, ...] = ()
    if said is not None and said.kind == _DOUBTFUL and " ".join(said.cells).startswith(_NAMED_COLUMNS):
        names = tuple(" ".join(said.cells).removeprefix(_NAMED_COLUMNS).casefold().split())
    elif file.width == len(_CONLLU):
        names = _CONLLU
    left = set(skipped)
    kept = [line for line in lines if line.number not in left]
    more = f"{path.name}: {len(skipped):,} lines of ranges and empty nodes (as 1-2 and 1.1) were left out."
    return replace(
        file,
        lines=kept,
        notes=(*file.notes, more) if skipped else file.notes,
        numbered=True,
        names=names if len(names) == file.width else (),
    )


def _counts_up(group: Sequence[_Line]) -> bool:
    """Return whether the first column of a sentence has 1, 2, 3 ..., perhaps with ranges and empty nodes in between."""
    last = 0
    for line in group:
        match = _WORD_NUMBER.fullmatch(line.cells[0])
        if match is None:
            return False
        if line.cells[0].isdecimal():
            last += 1
            if int(match[1]) != last:
                return False
    return last > 0


def _cells_by(delimiter: str) -> Callable[[bytes], list[bytes]]:
    mark = delimiter.encode()
    return lambda line: [cell.strip() for cell in line.split(mark)]


def _kind(line: bytes) -> int:
    if not line.strip():
        return _BLANK
    if line.startswith(_START):
        return _DOCUMENT
    return _DOUBTFUL if line.startswith(b"#") else _WORD


def _split(raw: Sequence[bytes], kinds: Sequence[int], split: Callable[[bytes], list[bytes]]) -> list[_Line]:
    """Split lines; equal ones, which most are, share their cells."""
    known: dict[bytes, tuple[str, ...]] = {b"": ()}
    lines = []
    for number, (line, kind) in enumerate(zip(raw, kinds, strict=True), 1):
        cells = known.get(line)
        if cells is None:
            cells = known[line] = () if kind == _BLANK else tuple(cell.decode() for cell in split(line))
        lines.append(_Line(number, kind, cells))
    return lines


def _evenness(lines: Sequence[_Line]) -> tuple[int, int]:
    """Return how many columns most lines have, 0 if all are blank, and how many lines have more or fewer."""
    counts = Counter((line.kind, len(line.cells)) for line in lines)
    for kind in (_WORD, _DOUBTFUL):
        widths = Counter({width: count for (of, width), count in counts.items() if of == kind})
        if widths:
            (width, most), *_ = widths.most_common(1)
            return width, widths.total() - most
    return 0, 0


def _word_column(path: Path, file: _File, given: str | None) -> int:
    """Return the column of the words.

    Raises:
        DataError: The named one does not exist, or numbers the words.
    """
    default = file.names.index("form") if "form" in file.names else min(1, file.width - 1) if file.numbered else 0
    at = _column(path, "tokens", given, default, file)
    if file.numbered and at == 0:
        raise DataError(
            f"{path}: column {given!r} numbers the words. dataset.tokens names the column of the words, as 1.",
            field="dataset.tokens",
        )
    return at


def _column(path: Path, role: str, given: str | None, default: int, file: _File) -> int:
    if given is None:
        return default
    if given.casefold() in file.names:
        return file.names.index(given.casefold())
    if not given.isdecimal() or int(given) >= max(file.width, 1):
        names = f", or {listed(file.names)}" if file.names else ""
        kind = "CoNLL-U" if file.names else "CoNLL"
        raise DataError(
            f"{path} has no column {given!r}: the columns of a {kind} file are called 0 to {file.width - 1}{names}.",
            field=f"dataset.{role}",
        )
    return int(given)


def _unnamed(path: Path, file: _File, groups: Sequence[Sequence[_Line]]) -> DataError:
    """Return the error of a CoNLL-U file of which no column of tags is named: it lists those that may be meant."""
    shown = []
    for at, name in enumerate(file.names):
        values = dict.fromkeys(line.cells[at] for group in groups for line in group if line.cells[at] != _NOTHING)
        if (name in _TAG_COLUMNS or name not in _CONLLU) and values:
            shown.append(f"{name} ({at}: {listed(map(repr, list(values)[:_SHOWN]))})")
    return DataError(
        f"{path} is CoNLL-U, which has several columns of tags: dataset.tags names one of them, by its name or number: "
        f"{'; '.join(shown)}.",
        field="dataset.tags",
    )


def _named(found: list[str], labels: Sequence[str], path: Path, field: str) -> list[str]:
    """Return the names of tags that are numbers; other tags stay unchanged.

    Raises:
        DataError: A number has no name.
    """
    if not all(tag.isdecimal() for tag in found):
        return found
    wrong = sorted({tag for tag in found if int(tag) >= len(labels)}, key=int)
    if wrong:
        raise DataError(
            f"{path}: tags are numbers up to {wrong[-1]}, and dataset.labels has {len(labels):,} names, of the numbers "
            f"0 to {len(labels) - 1} ({listed(labels)}).",
            field=field,
        )
    return [labels[int(tag)] for tag in found]


def _without_comments(lines: Sequence[_Line], width: int, tag_at: int) -> list[_Line]:
    known = {line.cells[tag_at] for line in lines if line.kind == _WORD and len(line.cells) == width} | {OUTSIDE}
    return [
        line for line in lines if line.kind != _DOUBTFUL or (len(line.cells) == width and line.cells[tag_at] in known)
    ]


def _check_even(lines: Sequence[_Line], width: int, path: Path, field: str) -> None:
    content = [line for line in lines if line.kind in {_WORD, _DOUBTFUL}]
    odd = [line for line in content if len(line.cells) != width or "" in line.cells]
    if odd:
        shown = "; ".join(
            f"line {line.number:,} has {len(line.cells)}: {shortened(' '.join(line.cells), 40)!r}"
            for line in odd[:_SHOWN]
        )
        more = f"; and {len(odd) - _SHOWN:,} more" if len(odd) > _SHOWN else ""
        have = "does not have" if len(odd) == 1 else "do not have"
        raise DataError(
            f"{path}: {len(odd):,} of {len(content):,} lines {have} {width} filled columns as the others have: "
            f"{shown}{more}. Each line needs the same columns, with a word first and its tag last; a blank line ends a "
            "sentence.",
            field=field,
        )


def _sentences(lines: Sequence[_Line]) -> tuple[list[list[_Line]], list[int]]:
    """Return the lines of each sentence, and the blank lines between two sentences that do not end a sentence."""
    groups, current = list[list[_Line]](), list[_Line]()
    empty, doubtful, blank = list[int](), list[int](), False
    for line in lines:
        if line.kind in {_WORD, _DOUBTFUL}:
            empty += doubtful
            doubtful, blank = [], False
            current.append(line)
            continue
        if line.kind == _DOCUMENT:
            blank = False
        elif blank:
            doubtful.append(line.number)
        else:
            blank = bool(current)
        if current:
            groups.append(current)
            current = []
    return [*groups, *([current] if current else [])], empty


def _is_header(line: _Line, word_at: int, tag_at: int, file: _File) -> bool:
    if file.numbered:
        return not line.cells[0].isdecimal()
    names = [line.cells[at].casefold() for at in (word_at, tag_at)]
    return names[0] in TOKEN_NAMES and names[1] in TAG_NAMES

"""Opens the tables that a spec names by a file, a list, a pattern or a folder."""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from glob import glob, has_magic
from pathlib import Path

from catalog.dataset import Format
from catalog.errors import DataError
from catalog.files import open_regular
from plugins.tables.class_folders import class_splits, open_classes
from plugins.tables.columnar import open_arrow, open_parquet, open_saved, saved_splits
from plugins.tables.compression import COMPRESSIONS, kind_of
from plugins.tables.delimited import open_delimited
from plugins.tables.excel import open_excel
from plugins.tables.json_objects import open_json
from plugins.tables.plain_lines import open_lines
from plugins.tables.table import OpenTable
from plugins.tables.wording import listed

__all__ = ["SUFFIXES", "check_file", "find_path", "find_paths", "open_file", "split_paths", "stamps_of"]

SUFFIXES = (
    ".csv", ".tsv", ".jsonl", ".ndjson", ".json-lines", ".json", ".parquet", ".arrow", ".feather", ".xlsx",
)  # fmt: skip


def split_paths(given: Mapping[str, str | Sequence[str]]) -> Mapping[str, Sequence[Path]]:
    """Return the files and folders of every split, ``train`` first.

    A folder given for ``train`` that holds several splits (saved by `datasets`, or with sub-folders train and test)
    gives those that are not named themselves.

    Args:
        given: What the spec names for each split: a path, a pattern, or a list of these; ``train`` is among them.

    Raises:
        DataError: A path that is missing, or a pattern that no file matches.
    """
    found = {split: find_paths(value, f"dataset.{split}") for split, value in given.items()}
    train = found["train"]
    if len(train) == 1 and train[0].is_dir():
        with _readable(train[0], "dataset.train"):
            inner = saved_splits(train[0], "dataset.train") or class_splits(train[0])
        aliases = {"valid": "validation", "val": "validation", "dev": "validation"}
        named = {aliases.get(split, split): path for split, path in inner.items()}
        if "train" not in named:
            raise DataError(
                f"{train[0]} has no train split; its splits: {listed(named)}. Name one of its folders.",
                field="dataset.train",
            )
        for split in ("train", "validation", "test"):
            if split in named and (split == "train" or split not in found):
                found[split] = [named[split]]
    return {split: found[split] for split in ("train", "validation", "test") if split in found}


def find_paths(given: str | Sequence[str], field: str) -> list[Path]:
    """Return the paths that a path, a pattern or a list of these names, each once.

    Raises:
        DataError: One is missing, or none matches.
    """
    paths: list[Path] = []
    named = [given] if isinstance(given, str) else given
    if twice := sorted(each for each, count in Counter(map(os.path.normpath, named)).items() if count > 1):
        raise DataError(
            f"{listed(twice)}: named more than once; its rows count once. Name each file once.", field=field
        )
    for each in map(_as_stored, named):
        with _readable(each, field):
            if has_magic(each) and not Path(each).exists():
                matches = sorted(match for match in _matches(each) if match.is_file())
                if not matches:
                    raise DataError(f"{each}: no file matches this pattern.", field=field)
                paths += matches
            elif Path(each).exists():
                paths.append(Path(each))
            else:
                raise DataError(f"{each}: no such file.", field=field)
    return list(dict.fromkeys(paths))


def _as_stored(name: str) -> str:
    """Return a name as file systems store it, in UTF-8, also if the locale has ASCII only (``LC_ALL=C``)."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return os.fsdecode(name.encode("utf-8", "surrogatepass"))
    return name


def _matches(pattern: str) -> Iterator[Path]:
    """Yield what matches a pattern, as `glob` does; ``**`` follows no links, which may form a loop."""
    path = Path(pattern)
    if "**" not in path.parts:
        yield from map(Path, glob(pattern))  # noqa: PTH207 -- `Path.glob` needs a folder to start from
        return
    path = path.absolute()
    given = path.relative_to(path.anchor)
    fixed = next(place for place, part in enumerate(given.parts) if has_magic(part))
    hidden = any(part.startswith(".") for part in given.parts[fixed:])
    for match in Path(path.anchor).glob(str(given)):
        if hidden or not any(part.startswith(".") for part in match.relative_to(path.anchor).parts[fixed:]):
            yield match


def find_path(given: str, field: str) -> Path:
    """Return the one file or folder that a path or a pattern names.

    Raises:
        DataError: It is missing, or several match.
    """
    found = find_paths(given, field)
    if len(found) > 1:
        raise DataError(f"{given} matches {len(found):,} files ({listed(found[:3])} ...); name one.", field=field)
    return found[0]


def open_file(
    path: Path,
    field: str,
    given: Format,
    *,
    predicting: bool = False,
    whole: bool = False,
    named: Sequence[str] = (),
) -> OpenTable:
    """Open one file or folder; its name says which format it has.

    Args:
        path: It exists.
        field: The spec field that names it.
        given: How delimited text is written, as far as given.
        predicting: Whether the rows need no labels: then plain text, one text a line, is allowed.
        whole: Whether all rows will be read at once.
        named: Columns that it must have, as far as they are known: a first line with all of them is its header.

    Raises:
        DataError: An unknown suffix, an empty file, or one that cannot be read; the message names file and row.
        WorkError: A library for its format is not installed.
    """
    with _readable(path, field):
        if path.is_dir():
            return _open_folder(path, field, given)
    check_file(path, field)
    suffix, compression = kind_of(path, field)
    if suffix in {".csv", ".tsv"}:
        return open_delimited(path, field, given, tabs=suffix == ".tsv", whole=whole, named=named)
    if suffix == ".xlsx" and not compression:
        return open_excel(path, field, given, named=named)
    reader = _READERS.get(suffix)
    if suffix == ".txt" and predicting:
        reader = open_lines
    if reader is None:
        raise DataError(
            f"{path}: files end in {', '.join(SUFFIXES)} (text also in {', '.join(COMPRESSIONS)}), and this one in "
            f"{suffix + compression or 'none of them'}.",
            field=field,
        )
    return reader(path, field, given)


def check_file(path: Path, field: str) -> None:
    """Check that a path is a file with something in it.

    Raises:
        DataError: It is not, or cannot be read.
    """
    with _readable(path, field):
        if not path.is_file():
            raise DataError(f"{path} is neither a file nor a folder.", field=field)
        with open_regular(path) as file:
            # A file of size 0 with content is not on a disk: reading /proc/kmsg waits for messages of the kernel.
            if not os.fstat(file.fileno()).st_size or not file.read(1):
                raise DataError(f"{path} is empty.", field=field)


def _open_folder(path: Path, field: str, given: Format) -> OpenTable:
    saved = saved_splits(path, field)
    if saved is None:
        return open_classes(path, field, given)
    if path not in saved.values():
        raise DataError(f"{path} holds the splits {listed(saved)}. Name one of its folders.", field=field)
    return open_saved(path, field)


_READERS: Mapping[str, Callable[[Path, str, Format], OpenTable]] = {
    **dict.fromkeys((".jsonl", ".ndjson", ".json-lines", ".json"), open_json),
    ".parquet": lambda path, field, _: open_parquet(path, field),
    **dict.fromkeys((".arrow", ".feather"), lambda path, field, _: open_arrow(path, field)),
}


@contextmanager
def _readable(path: Path | str, field: str) -> Iterator[None]:
    """Turn errors of the file system into an error that names the path."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        inner = getattr(error, "filename", None)
        where = f" ({inner})" if inner not in {None, str(path)} else ""
        raise DataError(
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}{where}", field=field
        ) from error


def stamps_of(paths: Sequence[Path]) -> tuple[tuple[int, int], ...]:
    """Return a value that changes when a file or folder changes: modification times and sizes of all files."""
    stamps = []
    for path in paths:
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            try:
                status = file.stat()
            except OSError:  # the reader reports the error
                continue
            stamps.append((status.st_mtime_ns, status.st_size))
    return tuple(stamps)

"""A folder with one sub-folder of text files for each class, such as aclImdb: each file is a row."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.tables.encodings import find_encoding, given_encoding, utf8_blocks
from plugins.tables.table import OpenTable
from plugins.tables.wording import listed

__all__ = ["class_splits", "open_classes"]

_SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing"),
}
_UNLABELLED = ("unsup", "unlabeled", "unlabelled")
_SHOWN = 3


def class_splits(folder: Path) -> dict[str, Path]:
    """Return the folder of each split: sub-folders called train, validation or test, else the folder itself."""
    found = {
        split: folder / name
        for split, names in _SPLITS.items()
        for name in names
        if (folder / name).is_dir() and any(each.is_dir() for each in (folder / name).iterdir())
    }
    return found if "train" in found else {"train": folder}


def open_classes(folder: Path, field: str, given: Format) -> OpenTable:
    """Open a folder whose sub-folders are classes and hold ``.txt`` files; columns are ``text``, ``label``, ``file``.

    Folders of texts without a class (``unsup``) and hidden files are left out, with a note.

    Raises:
        DataError: There are no such sub-folders, or files that are no text.
    """
    files: list[tuple[str, Path]] = []
    notes, others = [], 0
    for inner in sorted(each for each in folder.iterdir() if each.is_dir() and not each.name.startswith(".")):
        texts = sorted(each for each in inner.iterdir() if each.suffix.lower() == ".txt" and each.is_file())
        others += sum(each.is_file() and not each.name.startswith(".") for each in inner.iterdir()) - len(texts)
        if inner.name.lower() in _UNLABELLED:
            notes.append(f"{folder.name}/{inner.name}: {len(texts):,} files without a class left out.")
        else:
            files += [(inner.name, text) for text in texts]
    if others:
        notes.append(f"{folder.name}: {others:,} files that do not end in .txt left out.")
    if not files:
        inside = listed(sorted(each.name for each in folder.iterdir())[:20]) or "nothing"
        raise DataError(
            f"{folder} is a folder without a sub-folder of .txt files for each class, and was not saved by "
            f"`datasets`. It holds: {inside}. Name a file in it, or a pattern such as {folder.name}/*.csv.",
            field=field,
        )
    guessed: list[str] = []

    def batches(rows: int) -> Iterator[pa.RecordBatch]:
        for start in range(0, len(files), rows):
            part = files[start : start + rows]
            yield pa.record_batch(
                {
                    "text": pa.array([_text(path, field, given, guessed) for _, path in part], pa.string()),
                    "label": pa.array([label for label, _ in part], pa.string()),
                    "file": pa.array([f"{label}/{path.name}" for label, path in part], pa.string()),
                }
            )

    table = pa.Table.from_batches(batches(1024))
    if guessed:
        notes.append(f"{folder.name}: {len(guessed):,} files are not UTF-8: {listed(guessed[:_SHOWN])}.")
    return OpenTable(("text", "label", "file"), False, None, tuple(notes), batches, lambda: table)


def _text(path: Path, field: str, given: Format, guessed: list[str]) -> str:
    if not path.stat().st_size:
        return ""
    encoding = given_encoding(path, field, given.encoding) if given.encoding else find_encoding(path, field)
    if encoding.note is not None:
        guessed.append(encoding.note)
    return b"".join(utf8_blocks(path, field, encoding)).decode()

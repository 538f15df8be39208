"""A folder with one sub-folder of text files for each class, such as aclImdb: each file is a row."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from errno import EFBIG
from pathlib import Path

import pyarrow as pa

from catalog.dataset import Format
from catalog.errors import DataError
from catalog.files import read_limited
from plugins.tables.compression import too_large
from plugins.tables.encodings import find_encodings, given_encoding, utf8_chunks
from plugins.tables.limits import in_units, longest_row
from plugins.tables.table import OpenTable
from plugins.tables.wording import counted, listed

__all__ = ["class_splits", "open_classes"]

_SPLITS = {
    "train": ("train", "training"),
    "validation": ("validation", "valid", "val", "dev"),
    "test": ("test", "testing"),
}
_UNLABELLED = ("unsup", "unlabeled", "unlabelled")


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
    notes, others, deeper = [], 0, 0
    for inner in _visible(folder, folders=True):
        found = _visible(inner, folders=False)
        texts = [each for each in found if each.suffix.lower() == ".txt"]
        others += len(found) - len(texts)
        deeper += len(_visible(inner, folders=True))
        if inner.name.lower() in _UNLABELLED:
            notes.append(f"{folder.name}/{inner.name}: {counted(len(texts), 'file')} without a class left out.")
        else:
            files += [(inner.name, text) for text in texts]
    if others:
        notes.append(f"{folder.name}: {counted(others, 'file')} without .txt at the end left out.")
    if deeper:
        notes.append(f"{folder.name}: {counted(deeper, 'folder')} within those of the classes left out.")
    if not files:
        inside = listed(sorted(each.name for each in folder.iterdir())[:20]) or "nothing"
        raise DataError(
            f"{folder} is a folder without a sub-folder of .txt files for each class, and was not saved by "
            f"`datasets`. It holds: {inside}. Name a file in it, or a pattern such as {folder / '*.csv'}.",
            field=field,
        )
    texts_read, encoding_notes = _texts([path for _, path in files], field, given)
    table = pa.table(
        {
            "text": pa.array(texts_read, pa.large_string()),
            "label": pa.array([label for label, _ in files], pa.string()),
            "file": pa.array([f"{label}/{path.name}" for label, path in files], pa.string()),
        }
    )

    def batches(rows: int, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        chosen = table if columns is None else table.select(list(columns))
        yield from chosen.to_batches(max_chunksize=rows)

    return OpenTable(
        columns=("text", "label", "file"),
        typed=False,
        lines=None,
        notes=(*notes, *encoding_notes),
        batches=batches,
        read=lambda columns=None: table if columns is None else table.select(list(columns)),
        sample=lambda _: table,
    )


def _visible(folder: Path, *, folders: bool) -> list[Path]:
    """Return the folders or the files in a folder, without hidden ones such as those that macOS adds."""
    inside = (each for each in folder.iterdir() if not each.name.startswith("."))
    return sorted(each for each in inside if (each.is_dir() if folders else each.is_file()))


def _content(path: Path, field: str) -> bytes:
    limit = longest_row()  # as of a row of other files
    try:
        return read_limited(path, limit)
    except OSError as error:
        if error.errno == EFBIG:
            raise too_large(path, field, f"it is longer than {in_units(limit)}", path.stat().st_size, limit) from error
        raise DataError(f"{path} cannot be read: {error.strerror}", field=field) from error


def _texts(paths: Sequence[Path], field: str, given: Format) -> tuple[list[str], list[str]]:
    """Return the text of each file, and notes on their encoding.

    Files that are not UTF-8 share one encoding, which is found from all of them: a single file shows too little.
    """
    texts: list[str] = []
    foreign: list[int] = []
    for place, path in enumerate(paths):
        content = _content(path, field)
        texts.append("")
        if not given.encoding and b"\0" not in content:
            with suppress(UnicodeDecodeError):
                texts[place] = content.decode("utf-8-sig")
                continue
        if content:
            foreign.append(place)
    if not foreign:
        return texts, []
    if given.encoding:
        encodings = [given_encoding(paths[place], field, given.encoding) for place in foreign]
    else:
        encodings = find_encodings([paths[place] for place in foreign], field)
    for place, encoding in zip(foreign, encodings, strict=True):
        texts[place] = b"".join(utf8_chunks(paths[place], field, encoding)).decode()
    noted = [encoding.note for encoding in encodings if encoding.note is not None]
    if not noted:
        return texts, []
    return texts, [f"{paths[0].parent.parent.name}: {counted(len(noted), 'file')} not in UTF-8; {noted[0]}"]

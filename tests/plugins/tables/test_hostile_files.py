"""Names, folders and files given by accident: each is read right, or refused with one clear error."""

import gzip
import os
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.tables.files import find_path, find_paths, open_file, split_paths

CONTENT = "text,label\n" + "".join(f"some words of row {i},{'ab'[i % 2]}\n" for i in range(20))


def rows_of(path: Path) -> int:
    """Return how many rows a file gives, read at once and in batches."""
    opened = open_file(path, "dataset.train", Format(), whole=True)
    rows = opened.read().num_rows
    assert sum(batch.num_rows for batch in opened.batches(7)) == rows
    return int(rows)


def refusal(path: Path | str) -> str:
    """Return the message with which a path is refused."""
    with pytest.raises(DataError) as caught:
        open_file(find_path(str(path), "dataset.train"), "dataset.train", Format())
    assert caught.value.field == "dataset.train"
    return caught.value.message


NAMES = ["a\nb", "a\x1b[31m", " ", "%s", "{0}", "-rf", "a'b\"", "[a]", "*", "?", "~", "x" * 240, "$HOME", "ü漢😀"]


@pytest.mark.parametrize("name", [f"{name}.csv" for name in NAMES])
def test_names_are_names(tmp_path: Path, name: str) -> None:
    """No character of a name has a meaning if a file is called so."""
    (tmp_path / name).write_text(CONTENT)
    (tmp_path / "other.csv").write_text("text,label\nx,y\n")
    assert find_paths(str(tmp_path / name), "f") == [tmp_path / name]
    assert rows_of(tmp_path / name) == 20


def test_names_that_are_no_text_are_read(tmp_path: Path) -> None:
    """A pattern finds files whose names are not UTF-8, in every format."""
    folder = os.fsencode(tmp_path)
    for name, content in (
        (b"n\xff.csv", CONTENT.encode()),
        (b"n\xfe.csv.zst", pa.Codec("zstd").compress(CONTENT.encode())),
    ):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(content)
    with Path(os.fsdecode(folder + b"/n\xfd.parquet")).open("wb") as file:
        parquet.write_table(pa.table({"text": ["a"] * 20}), file)
    found = find_paths(str(tmp_path / "n*"), "f")
    assert [rows_of(path) for path in found] == [20, 20, 20]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """Pipes, devices, links to nowhere or in a circle, and names with NUL or without end are one error each."""
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "circle.csv").symlink_to(tmp_path / "circle.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nothing.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    assert "neither a file nor a folder" in refusal(tmp_path / "pipe.csv")
    assert "neither a file nor a folder" in refusal("/dev/zero")
    assert "neither a file nor a folder" in refusal(tmp_path / "zero.csv")
    assert "no such file" in refusal(tmp_path / "gone.csv")
    assert "circle.csv" in refusal(tmp_path / "circle.csv")
    assert "no such file" in refusal("a\0b.csv")
    assert "xxx" in refusal("x" * 5000 + ".csv")


def test_folders_with_links_and_pipes_are_read(tmp_path: Path) -> None:
    """In a folder of classes, links in a circle, links to nowhere and pipes are no texts."""
    for name in ("good", "poor"):
        (tmp_path / name).mkdir()
        for row in range(12):
            (tmp_path / name / f"{row}.txt").write_text(f"some words of row {row}")
    (tmp_path / "good" / "circle").symlink_to(tmp_path)
    (tmp_path / "good" / "gone.txt").symlink_to(tmp_path / "nothing.txt")
    os.mkfifo(tmp_path / "good" / "pipe.txt")
    data = load(FilesDataset(source="files", train=str(tmp_path)), tmp_path)
    assert data.summary.counts["train"].kept == 24


@pytest.mark.parametrize("inner", ["state.json", "train"])
def test_folders_that_may_not_be_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inner: str) -> None:
    """A folder without permission is an error that names it, not a traceback."""
    (tmp_path / "train").mkdir()

    def refuse(path: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(path / inner))

    monkeypatch.setattr(Path, "iterdir" if inner == "train" else "is_file", refuse)
    with pytest.raises(DataError, match="Permission denied") as caught:
        split_paths({"train": str(tmp_path)})
    assert str(tmp_path) in caught.value.message


def test_a_pattern_of_several_files_is_no_single_file(tmp_path: Path) -> None:
    """If one file is asked for, a pattern that several match is refused: the others would be left out silently."""
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(CONTENT)
    assert "matches 2 files" in refusal(tmp_path / "*.csv")


def test_a_pattern_may_match_many_files(tmp_path: Path) -> None:
    """Hundreds of small files are one data set."""
    for part in range(300):
        rows = "".join(f"some words of row {row} in {part},{'ab'[row % 2]}\n" for row in range(4))
        (tmp_path / f"part-{part:03}.csv").write_text(f"text,label\n{rows}")
    data = load(FilesDataset(source="files", train=str(tmp_path / "part-*.csv")), tmp_path)
    counts = data.summary.counts["train"]
    assert (counts.lines, counts.kept) == (1500, 1200)


def test_what_is_packed_a_thousand_times_is_read_or_refused(tmp_path: Path) -> None:
    """A file of a few kilobytes that unpacks to many megabytes is read by blocks; a row of that size is refused."""
    with gzip.open(tmp_path / "long.csv.gz", "wb") as file:
        file.write(b"text,label\n")
        for row in range(40):
            file.write(b"a" * 1_000_000 + b" b c,%d\n" % (row % 2))
    with gzip.open(tmp_path / "endless.csv.gz", "wb") as file:
        file.write(b"text,label\n" + b"a" * 40_000_000)
    assert (tmp_path / "endless.csv.gz").stat().st_size < 100_000
    assert rows_of(tmp_path / "long.csv.gz") == 40
    with pytest.raises(DataError, match="a row is longer than 16 MiB"):
        rows_of(tmp_path / "endless.csv.gz")


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("change", ["shorter", "longer", "gone"])
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path, change: str, whole: bool) -> None:
    """A file that gets shorter or longer between two looks is an error; it never ends the process or loses rows."""
    path = tmp_path / "a.csv"
    path.write_text(CONTENT * 2000)
    opened = open_file(path, "dataset.train", Format(header=True))
    if change == "shorter":
        os.truncate(path, 5000)
    elif change == "longer":
        with path.open("a") as file:
            file.write(CONTENT)
    else:
        path.unlink()
    with pytest.raises(DataError, match=r"a\.csv"):
        opened.read() if whole else list(opened.batches(100))


def test_long_cells_and_many_columns_are_read(tmp_path: Path) -> None:
    """A cell of 14 MiB, and a header that is longer than what is looked at first, are read."""
    rows = [b"%s%d,%d\n" % (b"w " * (7 << 20 if row == 3 else 2), row, row % 2) for row in range(20)]
    (tmp_path / "long.csv").write_bytes(b"text,label\n" + b"".join(rows))
    names = ",".join(f"column {number}" for number in range(30_000))
    (tmp_path / "wide.csv").write_text(f"text,{names}\n" + f"a b c{',1' * 30_000}\n" * 3)
    assert rows_of(tmp_path / "long.csv") == 20
    assert len(open_file(tmp_path / "wide.csv", "f", Format()).columns) == 30_001

"""What is no regular file is never waited for, even where it takes the place of one between two looks."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet
from special_files import SPECIAL, put_special

from catalog.dataset import Format
from catalog.errors import DataError
from plugins.tables.files import find_paths, open_file, split_paths

pytestmark = pytest.mark.timeout(20)

ROWS = "text,label\n" + "".join(f"some words of row {row},{'ab'[row % 2]}\n" for row in range(20))
NAMES = (
    "a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.arrow", "a.xlsx", "a.csv.gz", "a.csv.bz2", "a.csv.xz", "a.csv.zst",
    "a.csv.zip", "a.parquet.gz", "a.txt",
)  # fmt: skip


def rows_of(path: Path) -> int:
    """Return how many rows a file gives."""
    return int(open_file(path, "dataset.train", Format(), predicting=True, whole=True).read().num_rows)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("kind", [kind for kind in SPECIAL if kind != "folder"])
def test_what_is_no_file_is_one_error(name: str, kind: str, tmp_path: Path) -> None:
    """A path that is no regular file is one error in every format, whether its own name or a pattern leads to it."""
    put_special(tmp_path / name, kind)
    for given in (tmp_path / name, tmp_path / "a*"):
        with pytest.raises(DataError):
            rows_of(find_paths(str(given), "dataset.train")[0])


@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was a file when it was looked at, and is a pipe when it is opened, is an error."""
    os.mkfifo(tmp_path / name)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    with pytest.raises(DataError, match=name):
        rows_of(tmp_path / name)


def test_files_that_only_claim_to_be_regular_are_empty() -> None:
    """A file of /proc whose size is 0 may wait for ever as it is read, as /proc/kmsg does."""
    with pytest.raises(DataError, match="is empty"):
        rows_of(Path("/proc/self/status"))


@pytest.mark.parametrize("member", ["state.json", "dataset_info.json", "data-0.arrow"])
@pytest.mark.parametrize("kind", ["pipe", "/dev/zero", "circle"])
def test_folders_saved_by_datasets_hold_files(member: str, kind: str, tmp_path: Path) -> None:
    """Special files in place of a saved data set's files are an error, or left out; they are not waited for."""
    (tmp_path / "state.json").write_text('{"_data_files": [{"filename": "data-0.arrow"}]}')
    (tmp_path / "dataset_info.json").write_text("{}")
    table = pa.table({"text": ["a", "b"], "label": ["x", "y"]})
    with pa.OSFile(str(tmp_path / "data-0.arrow"), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    assert rows_of(tmp_path) == 2
    put_special(tmp_path / member, kind)
    if member == "dataset_info.json":
        assert rows_of(tmp_path) == 2
        return
    with pytest.raises(DataError):
        rows_of(tmp_path)


@pytest.mark.parametrize("kind", ["pipe", "/dev/zero"])
def test_texts_of_classes_that_become_pipes_are_one_error(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A text that is a pipe by the time it is read is an error, one of more than 16 MiB too."""
    for name in ("good", "poor"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("some words")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "is_file", lambda path: path.suffix == ".txt")
        put_special(tmp_path / "good" / "b.txt", kind)
        with pytest.raises(DataError, match=r"b\.txt cannot be read: it is a (pipe|device)"):
            rows_of(tmp_path)
    (tmp_path / "good" / "b.txt").unlink()
    (tmp_path / "good" / "b.txt").write_bytes(b"a" * ((1 << 24) + 1))
    with pytest.raises(DataError, match="longer than"):
        rows_of(tmp_path)


def test_a_pattern_follows_no_links_in_a_circle(tmp_path: Path) -> None:
    """``**`` finds each file once where links lead back to the folder that they are in, and hidden ones not at all."""
    for folder in (tmp_path, tmp_path / "inner", tmp_path / ".hidden"):
        folder.mkdir(exist_ok=True)
        (folder / "a.csv").write_text(ROWS)
        for link in ("x", "y", "z"):
            (folder / link).symlink_to(tmp_path)
    found = find_paths(str(tmp_path / "**" / "*.csv"), "dataset.train")
    assert found == [tmp_path / "a.csv", tmp_path / "inner" / "a.csv"]
    assert find_paths(str(tmp_path / "**" / ".h*" / "*.csv"), "f") == [tmp_path / ".hidden" / "a.csv"]
    assert split_paths({"train": str(tmp_path / "in*" / "*.csv")}) == {"train": [tmp_path / "inner" / "a.csv"]}


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_text(ROWS),
        lambda path: parquet.write_table(pa.table({"text": ["a"] * 20, "label": ["x", "y"] * 10}), path),
    ],
)
def test_a_link_to_a_file_is_a_file(write: Callable[[Path], Any], tmp_path: Path) -> None:
    """A link to a file is followed."""
    name = "a.parquet" if write.__code__.co_names[:1] == ("parquet",) else "a.csv"
    write(tmp_path / "kept")
    (tmp_path / name).symlink_to("kept")
    assert rows_of(tmp_path / name) == 20

"""Files that ask for far more than their size are read without it, or refused with the limit and how to change it."""

import bz2
import gzip
import io
import json
import lzma
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from input_files import CSV, TEXTS, parquet_of, workbook_of, zip_of, zst_of
from pyarrow import feather, ipc, parquet

from catalog.contract.capabilities import InputFile
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.texts.input import open_input
from plugins.tables import limits
from plugins.tables.files import open_file
from plugins.tables.limits import VARIABLE

MANY = 200 << 20
LABELS = ["cheap", "dear"] * 12
PADDED = (CSV + '"' + "word " * 20).encode()


def columns(text: Any, rows: int) -> dict[str, Any]:
    """Return a table whose texts are given."""
    return {"text": text, "label": pa.array(["cheap", "dear"] * (rows // 2))}


def repeated(rows: int = 10_000, size: int = 100_000) -> pa.Array:
    """Return one text many times, as an entry of a dictionary."""
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["word " * (size // 5)])


def arrow_of(table: pa.Table, **options: Any) -> bytes:
    """Return an Arrow file."""
    file = io.BytesIO()
    with ipc.new_file(file, table.schema, options=ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return file.getvalue()


def packed_parquet() -> bytes:
    """Return a Parquet file of some kilobytes whose pages unpack to hundreds of megabytes."""
    file = io.BytesIO()
    table = pa.table(columns(["a" * (4 << 20) + str(row) for row in range(24)], 24))
    parquet.write_table(table, file, compression="zstd", use_dictionary=False)
    return file.getvalue()


def packed_feather() -> bytes:
    """Return a Feather file of which the same holds."""
    file = io.BytesIO()
    table = pa.table(columns(["a" * (4 << 20) + str(row) for row in range(24)], 24))
    feather.write_feather(table, file, compression="zstd")
    return file.getvalue()


def views() -> bytes:
    """Return an Arrow file in which many texts are views of one."""
    text = b"word " * 20_000
    view = (len(text)).to_bytes(4, "little") + text[:4] + (0).to_bytes(4, "little") * 2
    buffers = [None, pa.py_buffer(view * 10_000), pa.py_buffer(text)]
    return arrow_of(pa.table(columns(pa.Array.from_buffers(pa.string_view(), 10_000, buffers), 10_000)))


def edited(change: Callable[[str], str]) -> bytes:
    """Return a workbook whose first sheet was changed."""
    book = workbook_of(s=[["text", "label"], *([text, label] for text, label in zip(TEXTS, LABELS, strict=True))])
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        members = {name: archive.read(name).decode() for name in archive.namelist()}
    return zip_of(**{name: change(text) if name.endswith("s1.xml") else text for name, text in members.items()})


def shared() -> bytes:
    """Return a workbook in which ten thousand cells refer to one text of 100,000 characters."""
    cells = """<row><c t="s"><v>0</v></c></row>""" * 10_000
    with zipfile.ZipFile(io.BytesIO(edited(lambda text: text.replace("</sheetD", f"{cells}</sheetD")))) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    texts = f"<sst><si><t>{'word ' * 20_000}</t></si></sst>"
    return zip_of(**members, **{"xl/sharedStrings.xml": texts})


BIG = b"text,label\n" + b"some words of a row,cheap\n" * (MANY // 26)
REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb.csv.gz": (lambda: gzip.compress(BIG), "it unpacks to more than 64 MiB"),
    "bomb.jsonl.bz2": (lambda: bz2.compress(b" " * (70 << 20), 1), "it unpacks to more than 64 MiB"),
    "bomb.json.xz": (lambda: lzma.compress(b" " * MANY, preset=0), "it unpacks to more than 64 MiB"),
    "bomb.csv.zst": (lambda: zst_of(BIG), "it unpacks to more than 64 MiB"),
    "bomb.csv.zip": (lambda: zip_of(a__csv=BIG), "it unpacks to more than 64 MiB"),
    "bomb.parquet.gz": (lambda: gzip.compress(b"PAR1" * (MANY // 4)), "it unpacks to more than 64 MiB"),
    "listing.csv.zip": (lambda: zip_of(**{f"{place:040}": "" for place in range(15_000)}), "longer than 1 MiB"),
    "pages.parquet": (packed_parquet, "become 96 MiB or more when they are read, over 64 MiB"),
    "nulls.parquet": (
        lambda: parquet_of(dict.fromkeys(["text", "label"], pa.nulls(20_000_000, pa.string()))),
        "become 152.6 MiB or more",
    ),
    "dictionary.parquet": (lambda: parquet_of(columns(repeated(), 10_000)), "over 64 MiB"),
    "dictionary.arrow": (lambda: arrow_of(pa.table(columns(repeated(), 10_000))), "over 64 MiB"),
    "views.arrow": (views, "over 64 MiB"),
    "nulls.arrow": (lambda: arrow_of(pa.table(dict.fromkeys(["text", "label"], pa.nulls(1 << 30)))), "64 MiB"),
    "buffers.feather": (packed_feather, "become 96 MiB or more when they are read, over 64 MiB"),
    "far.xlsx": (
        lambda: edited(lambda text: text.replace("</sheetD", '<row><c r="XFD1048576"><v>1</v></c></row></sheetD')),
        "become 512 GiB or more",
    ),
    "shared.xlsx": (shared, "become 954.3 MiB or more"),
    "blank.xlsx": (lambda: edited(lambda text: text + " " * (70 << 20)), "become 64 MiB or more"),
    "cell.csv": (lambda: PADDED + b"word " * (20 << 20) + b'",dear\n', "a row is longer than 16 MiB: line 26 has 100"),
    "lines.csv": (
        lambda: PADDED + b"word word\n" * (10 << 20) + b'",dear\n',
        "a row is longer than 16 MiB: that which begins on line 26 has 100",
    ),
    "plain.csv": (lambda: CSV.encode() + b"w" * (20 << 20) + b",dear\n", "16 MiB: line 26 has 20 MiB"),
    "line.jsonl": (lambda: b'{"text": "' + b"w" * (20 << 20) + b'"}\n', "a row is longer than 16 MiB: line 1 has 20"),
    "object.json": (lambda: b'[{"text": "' + b"w" * (20 << 20) + b'"}]', "object 1 is longer than 16 MiB"),
    "values.jsonl": (
        lambda: b'{"text": "a", "x": [' + b"[]," * (4 << 20) + b"1]}\n",
        "line 1 holds more than 1,048,576",
    ),
}


def refusal(path: Path) -> str:
    """Return the message with which a file is refused, in seconds."""
    began = time.monotonic()
    with pytest.raises(DataError) as caught:
        open_file(path, "f", Format()).read(["text"])
    assert time.monotonic() - began < 30
    return caught.value.message


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_large_is_refused(tmp_path: Path, name: str) -> None:
    """The message gives the limit and, if it would be enough, the value of the variable that changes it."""
    make, phrase = REFUSED[name]
    (tmp_path / name).write_bytes(make())
    message = refusal(tmp_path / name)
    assert phrase in message
    assert len(message) < 600
    if name != "listing.csv.zip":
        assert VARIABLE in message


def test_more_columns_than_a_table_may_have_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys that are others in each row, and a header without end, are refused before they fill the memory."""
    monkeypatch.setattr(limits, "_COLUMNS", 5000)
    rows = [dict.fromkeys(map(str, range(row, row + 900))) for row in range(0, 9000, 900)]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": "a", **row}) + "\n" for row in rows))
    (tmp_path / "a.csv").write_text(f"{','.join(map(str, range(5001)))}\n{',' * 5000}\n")
    parquet.write_table(pa.table({str(place): ["a"] for place in range(5001)}), tmp_path / "a.parquet")
    assert "down to line 6 its objects have 5,401 different keys, more than 5,000. If" in refusal(tmp_path / "a.jsonl")
    assert "its header has 5,001 columns, more than 5,000. If" in refusal(tmp_path / "a.csv")
    assert "it has 5,001 columns, more than 5,000. If" in refusal(tmp_path / "a.parquet")


def test_a_limit_is_raised_by_its_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row that is too long is read with the value that the message names; other values are refused."""
    (tmp_path / "a.csv").write_bytes(CSV.encode() + b'"' + b"w " * (20 << 20) + b'",dear\n')
    message = refusal(tmp_path / "a.csv")
    monkeypatch.setenv(VARIABLE, re.search(rf"{VARIABLE}=(\d+)", message)[1])  # type: ignore[index]  # it is there
    assert open_file(tmp_path / "a.csv", "f", Format()).read().num_rows == 25
    for value in ("0", "101", "nan", "many", "-1"):
        monkeypatch.setenv(VARIABLE, value)
        assert refusal(tmp_path / "a.csv") == f"{VARIABLE} is {value!r}, and should be a number from 1 to 100."


def test_a_key_twice_among_thousands_is_found_at_once(tmp_path: Path) -> None:
    """Finding which of 100,000 keys is there twice takes no time."""
    keys = [f'"k{place}": 1' for place in [*range(100_000), 99_999]]
    (tmp_path / "a.jsonl").write_text("{" + ", ".join(keys) + "}\n")
    began = time.monotonic()
    assert "the key 'k99999' twice" in refusal(tmp_path / "a.jsonl")
    assert time.monotonic() - began < 5


WIDE: dict[str, Callable[[int], str]] = {
    "same keys.jsonl": lambda row: json.dumps({"text": TEXTS[row % 24], "label": "ab"[row % 2], **ONES}) + "\n",
    "other keys.jsonl": lambda row: (
        json.dumps(
            {"text": f"{TEXTS[row % 24]} {row}", "label": "ab"[row % 2]} | {f"{row}-{i}": i for i in range(1000)}
        )
        + "\n"
    ),
}
ONES = {f"key {place}": place for place in range(1000)}


@pytest.mark.parametrize("name", WIDE)
def test_only_columns_that_are_needed_are_kept(tmp_path: Path, name: str) -> None:
    """100 rows of 1,000 keys, the same or others in each, take less than four times the file's size and 50 MB."""
    path = tmp_path / name
    path.write_text("".join(map(WIDE[name], range(100))))
    tracemalloc.start()
    before = pa.total_allocated_bytes()
    data = load(FilesDataset(source="files", train=str(path)), tmp_path)
    peak = tracemalloc.get_traced_memory()[1] + pa.total_allocated_bytes() - before
    tracemalloc.stop()
    assert data.summary.counts["train"].kept == 100
    assert data.summary.columns is not None
    assert data.summary.columns["text"] == ["text"]
    assert peak < 4 * path.stat().st_size + 50e6


def test_a_header_of_100000_columns_is_read(tmp_path: Path) -> None:
    """A wide table is read in seconds; only a name that is there twice is refused."""
    names = [f"column {place}" for place in range(100_000)]
    rows = [f"{TEXTS[row]},{LABELS[row]},{'1,' * 99_999}1\n" for row in range(12)]
    path = tmp_path / "a.csv"
    path.write_text(f"text,label,{','.join(names)}\n{''.join(rows)}")
    began = time.monotonic()
    data = load(FilesDataset(source="files", train=str(path)), tmp_path)
    assert data.summary.counts["train"].kept == 12
    assert time.monotonic() - began < 60
    path.write_text(f"text,label,{','.join([*names[1:], names[-1]])}\n{''.join(rows)}")
    assert "several columns are called column 99999;" in refusal(path)
    path.write_text(f"text,label,{','.join(names)}\n{''.join(rows)}")
    with pytest.raises(DataError, match="100,002 columns, more than the 50,000 that can be kept next to predictions"):
        open_input(InputFile(path))


def test_a_row_of_a_million_delimiters_is_named(tmp_path: Path) -> None:
    """A row of a million delimiters is a row with too many cells, not a table of a million columns."""
    (tmp_path / "a.csv").write_text(CSV + "," * 1_000_000 + "\n")
    assert "row 25 (counted without the header): 1000001 cell(s) instead of 2" in refusal(tmp_path / "a.csv")


def test_saved_splits_lie_in_their_folder(tmp_path: Path) -> None:
    """A list of splits that points out of its folder is damaged."""
    (tmp_path / "other").mkdir()
    (tmp_path / "saved").mkdir()
    for name in ("../other", str(tmp_path / "other"), ".."):
        (tmp_path / "saved" / "dataset_dict.json").write_text(json.dumps({"splits": [name]}))
        with pytest.raises(DataError, match="does not list the folders next to it"):
            load(FilesDataset(source="files", train=str(tmp_path / "saved")), tmp_path)


def test_a_cell_far_down_that_has_a_format_alone_is_none(tmp_path):
    """A workbook is as large as its values; one far cell without r, in a row that has one, is a value."""
    path = tmp_path / "formatted.xlsx"
    path.write_bytes(edited(lambda text: text.replace("</sheetD", '<row><c r="XFD1048576" s="1"/></row></sheetD')))
    assert open_file(path, "file", Format()).read().num_rows > 0
    path.write_bytes(edited(lambda text: text.replace("</sheetD", '<row r="9048576"><c><v>1</v></c></row></sheetD')))
    with pytest.raises(DataError, match="64 MiB"):
        open_file(path, "file", Format())

"""Small files of every kind with twenty-four rows, and what reading them is expected to give."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pyarrow as pa
import pytest
from pyarrow import feather, ipc, parquet

from catalog.errors import DataError
from plugins.nlp.text_classification.data import TextData, load
from plugins.nlp.text_classification.dataset import FilesDataset

TEXTS = [
    f"{a} {b} and {c} v{i}"
    for i, (a, b, c) in enumerate(
        zip(["red", "dry", "old"] * 8, ["wine", "tea"] * 12, ["bread", "rice", "figs", "salt"] * 6, strict=True)
    )
]
LABELS = ["cheap", "dear"] * 12
ROWS = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]
COLUMNS = {"text": TEXTS, "label": LABELS}
CSV = "text,label\n" + "".join(f"{text},{label}\n" for text, label in zip(TEXTS, LABELS, strict=True))
JSONL = "".join(json.dumps(row) + "\n" for row in ROWS)


def foreign(codec: str, *texts: str, rows: int = 48) -> bytes:
    """Return a CSV in an encoding; every text is made unlike the others by a number."""
    lines = [f"{texts[i % len(texts)]} {i},{LABELS[i % 2]}" for i in range(rows)]
    return "\n".join(["text,label", *lines, ""]).encode(codec)


def labelled(*labels: Any) -> list[dict[str, Any]]:
    """Return rows whose labels repeat."""
    return [{"text": text, "label": labels[i % len(labels)]} for i, text in enumerate(TEXTS)]


def lines_of(rows: list[dict[str, Any]]) -> str:
    """Return JSON Lines."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def parquet_of(columns: Mapping[str, Any]) -> bytes:
    """Return a Parquet file."""
    file = io.BytesIO()
    parquet.write_table(pa.table(columns), file)
    return file.getvalue()


def stream_of(columns: Mapping[str, Any]) -> bytes:
    """Return an Arrow stream."""
    file, table = io.BytesIO(), pa.table(columns)
    with ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def feather_of(columns: Mapping[str, Any], **options: Any) -> bytes:
    """Return a Feather file."""
    file = io.BytesIO()
    feather.write_feather(pa.table(columns), file, **options)
    return file.getvalue()


def workbook_of(**sheets: list[list[Any]]) -> bytes:
    """Return an Excel workbook, as small as the format allows: texts and numbers, nothing else."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    packages = "http://schemas.openxmlformats.org/package/2006"
    numbered = list(enumerate(sheets, start=1))
    files = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(f'<sheet name="{name}" sheetId="{number}" r:id="r{number}"/>' for number, name in numbered)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships">'
        + "".join(
            f'<Relationship Id="r{number}" Type="{office}/worksheet" Target="worksheets/s{number}.xml"/>'
            for number, _ in numbered
        )
        + "</Relationships>",
        **{
            f"xl/worksheets/s{number}.xml": f'<worksheet xmlns="{main}"><sheetData>'
            + "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in sheets[name])
            + "</sheetData></worksheet>"
            for number, name in numbered
        },
    }
    return zip_of(**files)


def _cell(value: str | float) -> str:
    if isinstance(value, str):
        return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    return f"<c><v>{value}</v></c>"


def zip_of(**members: str | bytes) -> bytes:
    """Return a zip archive; ``__`` in a name stands for its dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


def zst_of(content: bytes) -> bytes:
    """Return a Zstandard frame."""
    packed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return packed


def damaged(content: bytes) -> bytes:
    """Return a file with some bytes in its middle changed."""
    half = len(content) // 2
    return content[:half] + bytes(byte ^ 0x5A for byte in content[half : half + 6]) + content[half + 6 :]


@dataclass(frozen=True)
class Case:
    """Files, and what reading `train` gives; `kept` are its rows, `error` is a field and a phrase."""

    name: str
    files: Mapping[str, str | bytes]
    train: str | tuple[str, ...] = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    labels: tuple[str, ...] = ("cheap", "dear")
    kept: int = 24
    lines: int | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    holds: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    silent: bool = False
    error: tuple[str, str] | None = None


def one(name: str, file: str, content: str | bytes, **expected: Any) -> Case:
    """Return a case of one file."""
    return Case(name, {file: content}, file, **expected)


def bad(name: str, file: str, content: str | bytes, phrase: str, **fields: Any) -> Case:
    """Return a case of one file that is refused."""
    return Case(name, {file: content}, file, fields, error=("dataset.train", phrase))


def read(folder: Path, case: Case) -> TextData:
    """Write the files of a case and read them."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    train = (
        str(folder / case.train) if isinstance(case.train, str) else tuple(str(folder / each) for each in case.train)
    )
    return load(FilesDataset(source="files", train=train, **case.fields), folder)


def check(folder: Path, case: Case) -> None:
    """Make sure that the files of a case give their rows, classes and notes, or its error."""
    if case.error is not None:
        with pytest.raises(DataError) as caught:
            read(folder, case)
        assert caught.value.field == case.error[0]
        assert case.error[1] in caught.value.message
        return
    data = read(folder, case)
    found = data.summary.counts["train"]
    assert data.classes.labels == case.labels
    assert found.kept == case.kept
    assert found.dropped == case.dropped
    assert found.records == found.kept + sum(found.dropped.values())
    if case.lines is not None:
        assert found.lines == case.lines
    texts = {text for split in data.splits.values() for text in split.texts}
    assert set(case.holds) <= texts
    assert not any("\ufffd" in text for text in texts)
    usual = ("kept back", "near-duplicate", "no row in", "is the rarer one")
    said = [note for note in data.summary.notes if not any(phrase in note for phrase in usual)]
    for phrase in case.notes:
        assert any(phrase in note for note in said), (phrase, said)
    if case.silent:
        assert not said

"""Delimited files of every kind that people bring: which columns and rows are read, and what is said of them."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import DataError
from plugins.classification.records import class_data
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import FilesDataset

_WORDS = ("when", "our", "train", "left", "Basel", "early", "nobody", "could", "find", "seats", "that", "were", "free")


def sentence(row: int) -> str:
    """Return four words and a number."""
    return " ".join(_WORDS[(row * step + step) % len(_WORDS)] for step in (1, 3, 4, 7)) + f" v{row}"


def table(rows: int = 40, header: str = "remark,topic", row: str = "{text},{label}", end: str = "\n") -> str:
    """Return a CSV; `row` says how one is written."""
    lines = [row.format(i=i, text=sentence(i), label=("calm", "angry")[i % 2]) for i in range(rows)]
    return end.join([header, *lines] if header else lines) + end


def quoted(rows: int, column: int, first: int, last: int | None) -> str:
    """Return a CSV of three columns with one quote in a cell of row `first`, and one that closes it in row `last`."""
    cells = [[f"author {i}", sentence(i), ("calm", "angry")[i % 2]] for i in range(rows)]
    cells[first - 1][column] = '"' + cells[first - 1][column]
    if last is not None:
        cells[last - 1][column] += '"'
    return "\n".join(map(",".join, [["author", "remark", "topic"], *cells])) + "\n"


def written(cells: list[list[str]], **dialect: Any) -> str:
    """Return rows as Python's CSV writer writes them."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n", **dialect).writerows(cells)
    return text.getvalue()


@dataclass(frozen=True)
class Case:
    """A file, and what reading it gives; `counts` are lines, records and kept rows, `error` is a field and a phrase."""

    name: str
    content: str | bytes
    fields: Mapping[str, Any] = field(default_factory=dict)
    text: tuple[str, ...] = ("remark",)
    label: str = "topic"
    labels: tuple[str, ...] | None = ("angry", "calm")
    counts: tuple[int | None, int, int] | None = None
    dropped: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    silent: bool = False
    error: tuple[str, str] | None = None
    file: str = "train.csv"


NAMED = {"text": "remark", "label": "topic"}

SWALLOWED = [
    *(
        Case(
            f"column {column}: rows {first} to {last} are one",
            quoted(60, column, first, last),
            NAMED,
            labels=None if column == 2 else ("angry", "calm"),
            counts=(61, 60 - (last - first), 60 - (last - first)),
            notes=(f"row {first} takes lines {first + 1} to {last + 1}", "swallowed"),
        )
        for column in (0, 1, 2)
        for first, last in ((1, 2), (7, 9), (7, 12), (3, 53), (59, 60), (1, 60 - 8))
    ),
    *(
        Case(
            f"column {column}: the quote of row {first} is not closed",
            quoted(60, column, first, None),
            NAMED,
            labels=None if column == 2 else ("angry", "calm"),
            counts=(61, 60, 60),
            notes=("quotes were read as plain characters",),
        )
        for column in (0, 1, 2)
        for first in (1, 30, 60)
    ),
    Case(
        "two rows that swallowed others",
        quoted(60, 0, 5, 25)
        .replace(f"author 40,{sentence(40)}", f'author 40,"{sentence(40)}')
        .replace(f"{sentence(41)},", f'{sentence(41)}",'),
        NAMED,
        counts=(61, 39, 39),
        notes=("row 5 takes lines 6 to 26", "row 21 takes lines 42 to 43"),
    ),
    Case(
        "a label between other columns",
        table(header="no,topic,remark", row="{i},{label},{text}")
        .replace("\n8,calm,", '\n8,calm,"')
        .replace(sentence(9), sentence(9) + '"'),
        counts=(41, 39, 39),
        notes=("row 9 takes lines 10 to 11",),
    ),
    Case(
        "texts of several lines are no swallowed rows",
        table(row='"{text}\nand more, of it\nin three lines",{label}'),
        counts=(121, 40, 40),
        silent=True,
    ),
    Case(
        "one text of thirty lines",
        table(rows=200).replace(
            sentence(7) + ",", '"' + "\n".join(f"line {i} of a long remark" for i in range(30)) + '",'
        ),
        counts=(230, 200, 200),
        notes=("row 8 takes lines 9 to 38",),
    ),
    Case(
        "a quote in the header's last cell is closed much later",
        table(header='remark,topic,"by', row="{text},{label},a{i}").replace(",a19\n", ',a19"\n'),
        counts=(41, 20, 20),
        notes=("the header takes lines 1 to 21", "swallowed 20 rows"),
    ),
    Case(
        "a quote in the header's last cell is closed in the next row",
        table(header='remark,topic,"by', row="{text},{label},a{i}").replace(",a0\n", ',a0"\n'),
        counts=(41, 39, 39),
        notes=("the header takes lines 1 to 2", "swallowed 1 row."),
    ),
    Case(
        "a header of two lines",
        table(header='"remark\n(of the guest)",topic'),
        text=("remark\n(of the guest)",),
        counts=(42, 40, 40),
        silent=True,
    ),
    Case(
        "blank lines above a swallowed row count as lines",
        quoted(60, 1, 20, 21).replace("\nauthor 4,", "\n\n\nauthor 4,"),
        NAMED,
        counts=(63, 59, 59),
        notes=("row 20 takes lines 23 to 24",),
    ),
]

QUOTES = [
    Case("a quote within a cell", table().replace(" v7,", ' 7" wide,'), counts=(41, 40, 40), silent=True),
    Case(
        "a quoted word at the beginning of a cell",
        table().replace(sentence(7), f'"really" {sentence(7)}'),
        counts=(41, 40, 40),
        notes=("quotes were read as plain characters",),
    ),
    Case(
        "quoted cells next to a quoted word",
        table(row='{text},"{label}"').replace(sentence(7), f'"really" {sentence(7)}'),
        error=("dataset.train", "row 8"),
    ),
    Case("doubled quotes", table(row='"a ""{text}"", said he",{label}'), counts=(41, 40, 40), silent=True),
    Case(
        "quotes behind a backslash",
        table(row='"a \\"{text}\\", said he","{label}"'),
        counts=(41, 40, 40),
        notes=("escaped by a backslash",),
    ),
    Case(
        "one quote behind a backslash",
        table(row='"{text}, so","{label}"').replace(sentence(7), f'the \\"{sentence(7)}'),
        counts=(41, 40, 40),
        notes=("escaped by a backslash",),
    ),
    Case("a backslash at the end of a cell", table(row='"{text} C:\\","{label}"'), counts=(41, 40, 40), silent=True),
    Case("single quotes that are given", table(row="'{text}, so','{label}'"), {"format": {"quote": "'"}}, silent=True),
    Case("single quotes", table(row="'{text}, so','{label}'"), error=("dataset.train", "3 cell(s) instead of 2")),
    Case(
        "quotes without a meaning",
        quoted(60, 1, 5, 25),
        {**NAMED, "format": {"quote": ""}},
        counts=(61, 60, 60),
        silent=True,
    ),
    Case(
        "a space before the quotes of labels",
        table(row='{text}, "{label}"'),
        labels=('"angry"', '"calm"'),
        notes=("Quotes are part of labels",),
    ),
    Case("an unquoted delimiter", table().replace(" v7,", " v7, so,"), error=("dataset.train", "row 8")),
    Case("a row of one cell", table() + "lost\n", error=("dataset.train", "row 41")),
    Case("a cell with NUL", table().replace(" v7", " v\0007"), counts=(41, 40, 40), notes=("line 9 holds a NUL",)),
]

HEADERS = [
    Case("no header", table(header=""), error=("dataset.train", "looks like a row")),
    Case("no header, label first", table(header="", row="{label},{text}"), error=("dataset.train", "'calm' stands")),
    Case("no header, numbers", table(header="", row="{i},{text},{label}"), error=("dataset.train", "is a number")),
    Case(
        "no header, and nothing of the first row below it",
        table(header="Our seats were free,glad", row="{text},{label}").replace(" v", ""),
        text=("Our seats were free",),
        label="glad",
        counts=(41, 40, 40),
        notes=("the first line was taken for the names of the columns: 'Our seats were free', 'glad'",),
    ),
    Case(
        "no header, as the spec says",
        table(header="Our seats were free,glad"),
        {"format": {"header": False}, "labels": ("calm", "angry", "glad")},
        text=("0",),
        label="1",
        labels=("calm", "angry", "glad"),
        counts=(41, 41, 41),
    ),
    Case("a header of unknown names, as the spec says", table(), {"format": {"header": True}}, silent=True),
    Case("one title", "Export of remarks\n" + table(), counts=(42, 40, 40), notes=("1 line above the header",)),
    Case(
        "titles and blank lines",
        "Export of remarks,\n\nJune,\n" + table(),
        counts=(44, 40, 40),
        notes=("2 lines above the header passed over: 'Export of remarks / June'",),
    ),
    Case("comments", "# made on Monday\n# by hand\n" + table(), counts=(43, 40, 40), notes=("2 lines above",)),
    Case(
        "files that were joined with their headers",
        table() + table().replace(" v", " w"),
        counts=(82, 81, 80),
        dropped={"repeated header": 1},
    ),
    Case(
        "a repeated header in capitals",
        table() + table(header="REMARK,TOPIC").replace(" v", " w"),
        counts=(82, 81, 80),
        dropped={"repeated header": 1},
    ),
    Case("blank lines", table(end="\n\n"), counts=(82, 40, 40), silent=True),
    Case("rows of delimiters", table() + ",\n,\n", counts=(43, 42, 40), dropped={"empty text": 2}),
    Case(
        "what Excel writes first", "sep=;\n" + table(header="remark;topic", row="{text};{label}"), counts=(42, 40, 40)
    ),
    Case("the same with a mark", b"\xef\xbb\xbfsep=,\r\n" + table(end="\r\n").encode(), counts=(42, 40, 40)),
    Case("carriage returns", table(end="\r"), counts=(41, 40, 40), silent=True),
    Case("an index without a name", table(header=",remark,topic", row="{i},{text},{label}"), notes=("'unnamed 1'",)),
    Case("a text without a name", table(header=",topic"), text=("unnamed 1",), notes=("'unnamed 1'",)),
    Case("two columns of one name", table(header="topic,topic"), error=("dataset.train", "called topic")),
    Case("no rows", "remark,topic\n", error=("dataset.train", "a header and no rows")),
    Case("nothing", "", error=("dataset.train", "is empty")),
    Case("blank lines only", "\n\n\n", error=("dataset.train", "blank lines only")),
    Case("one column", table(header="remark", row="{text}"), error=("dataset.train", "one column only")),
    Case("bars", table(header="remark|topic", row="{text}|{label}"), counts=(41, 40, 40), silent=True),
    Case("commas in .tsv", table(), error=("dataset.train", "one column only"), file="train.tsv"),
    Case(
        "a delimiter that is given", table(header="remark^topic", row="{text}^{label}"), {"format": {"delimiter": "^"}}
    ),
    Case(
        "a header of many columns",
        table(
            rows=12,
            header="remark,topic," + ",".join(f"c{i}" for i in range(60_000)),
            row="{text},{label}" + ",1" * 60_000,
        ),
        counts=(13, 12, 12),
    ),
]


def columns(name: str, header: str, row: str, **expected: Any) -> Case:
    """Return a case of columns."""
    return Case(name, table(header=header, row=row), **expected)


UNCLEAR = ("dataset.text", "which column holds the text is not clear")
COLUMNS = [
    columns("identifiers", "key,topic", "8f3a{i:04}-11ee-bd,{label}", error=UNCLEAR),
    columns(
        "identifiers next to a text", "key,remark,topic", "8f3a{i:04}-11ee-bd-56c2f0d19a7e-00000000,{text},{label}"
    ),
    columns(
        "addresses of pages",
        "link,topic",
        "https://example.org/a-very-long-slug-of-many-words/{i},{label}",
        error=UNCLEAR,
    ),
    columns(
        "addresses next to a text", "link,remark,topic", "https://example.org/a/b/c/d/e/f/g/h/i/j/{i},{text},{label}"
    ),
    columns("mail addresses", "mail,topic", "someone.{i}@example.org,{label}", error=UNCLEAR),
    columns("dates", "day,topic", "2026-03-1{i},{label}", error=UNCLEAR),
    columns("dates in words", "day,topic", "Tue 3 March 20{i:02} 10:00 Central European Time,{label}", error=UNCLEAR),
    columns("numbers", "size,topic", "{i}.75,{label}", error=UNCLEAR),
    columns("numbers in groups", "phone,topic", "+41 61 555 {i:02} 00,{label}", error=UNCLEAR),
    columns("short strings", "city,topic", "Basel {i},{label}", error=UNCLEAR),
    columns(
        "identifiers called text", "text,topic", "8f3a{i:04}-11ee-bd,{label}", error=("dataset.text", "kind identifier")
    ),
    Case(
        "identifiers, as the spec says",
        table(header="key,topic", row="8f3a{i:04}-11ee-bd,{label}"),
        {"text": "key", "label": "topic"},
        text=("key",),
    ),
    columns("two texts", "head,body,topic", "{text},{text} again,{label}", error=("dataset.text", "'head' and 'body'")),
    columns(
        "two texts, a sample of each",
        "head,body,topic",
        "{text},so {text},{label}",
        error=("dataset.text", "such as 'so "),
    ),
    columns(
        "two texts, what to write",
        "head,body,topic",
        "{text},so {text},{label}",
        error=("dataset.text", '["head", "body"]'),
    ),
    Case(
        "two texts that are joined",
        table(header="head,body,topic", row="{text},so {text},{label}"),
        {"text": ("body", "head")},
        text=("body", "head"),
    ),
    Case(
        "joined texts of which one, or both, are empty",
        written(
            [["head", "body", "topic"]]
            + [
                ["" if i % 3 == 0 else sentence(i), "" if i % 2 == 0 else f"so {i}", "ab"[i // 2 % 2]]
                for i in range(36)
            ]
        ),
        {"text": ("head", "body")},
        text=("head", "body"),
        labels=("a", "b"),
        counts=(37, 36, 30),
        dropped={"empty text": 6},
    ),
    Case("a column twice", table(), {"text": ("remark", "remark")}, error=("dataset.text", "twice")),
    Case("a column that is not there", table(), {"text": "remarks"}, error=("dataset.text", "Did you mean 'remark'")),
    Case("a label that is not there", table(), {"label": "topc"}, error=("dataset.label", "Did you mean 'topic'")),
    Case(
        "text and label in one column",
        table(),
        {"text": "topic", "label": "topic"},
        error=("dataset.label", "two columns"),
    ),
    columns(
        "two labels", "remark,class,topic", "{text},{label},x{label}", error=("dataset.label", "'class' and 'topic'")
    ),
    columns("question and answer", "question,answer", "{text},{label}", text=("question",), label="answer"),
    columns("label before text", "v1,v2", "{label},{text}", text=("v2",), label="v1", silent=True),
    columns("delimiters at the ends of lines", "v1,v2,,,", "{label},{text},,,", text=("v2",), label="v1"),
    columns(
        "other columns",
        "id,remark,feeling,when",
        "{i:03},{text},{label},2026-01-02",
        error=("dataset.label", "no column has a name that says label"),
    ),
]


@pytest.mark.parametrize("case", [*SWALLOWED, *QUOTES, *HEADERS, *COLUMNS], ids=lambda case: case.name)
def test_delimited_files_are_read_right_or_refused(tmp_path: Path, case: Case) -> None:
    """A file gives its columns, classes and counts with notes on what is doubtful, or an error that says what to do."""
    path = tmp_path / case.file
    path.write_bytes(case.content if isinstance(case.content, bytes) else case.content.encode())
    dataset = FilesDataset(source="files", train=str(path), **case.fields)
    if case.error is not None:
        with pytest.raises(DataError) as caught:
            load(dataset, tmp_path)
        assert caught.value.field == case.error[0]
        assert case.error[1] in caught.value.message
        return
    summary = load(dataset, tmp_path).summary
    assert summary.columns is not None
    assert summary.columns["text"] == list(case.text)
    assert summary.columns["label"] == case.label
    if case.labels is not None:
        assert class_data(summary).labels == case.labels
    found = summary.counts["train"]
    if case.counts is not None:
        assert (found.lines, found.records, found.kept) == case.counts
    assert found.dropped == case.dropped
    assert sum(summary.rows.values()) == found.kept == found.records - sum(found.dropped.values())
    said = [note for note in summary.notes if "kept back" not in note and "near-duplicate" not in note]
    for phrase in case.notes:
        assert any(phrase in note for note in said), (phrase, said)
    if case.silent:
        assert not said

"""Files of every format that people bring, folders, lists and patterns of files, and the classes in them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from input_files import (
    COLUMNS,
    CSV,
    JSONL,
    LABELS,
    ROWS,
    TEXTS,
    Case,
    bad,
    check,
    feather_of,
    labelled,
    lines_of,
    one,
    parquet_of,
    stream_of,
    workbook_of,
)

OBJECTS = [
    one("one object a line", "a.jsonl", JSONL, lines=24, silent=True),
    one("lines in .json", "a.json", JSONL, lines=24, silent=True),
    one("an array on one line", "a.json", json.dumps(ROWS), lines=1, silent=True),
    one("an array on many", "a.json", json.dumps(ROWS, indent=2), lines=98, silent=True),
    one("an array in .jsonl", "a.jsonl", json.dumps(ROWS), lines=1),
    one("blank lines", "a.jsonl", "\n\n" + JSONL.replace("\n", "\n\n"), lines=50),
    one(
        "other keys that are nested", "a.jsonl", lines_of([{**row, "meta": {"ids": [1]}} for row in ROWS]), silent=True
    ),
    one(
        "large numbers next to fractions",
        "a.jsonl",
        lines_of([{**row, "n": n} for row, n in zip(ROWS, [2**53 + 1, 0.5] * 12, strict=True)]),
    ),
    one("a text of null", "a.jsonl", JSONL + '{"text": null, "label": "dear"}\n', dropped={"empty text": 1}),
    one("a text of NaN", "a.jsonl", JSONL + '{"text": NaN, "label": "dear"}\n', dropped={"empty text": 1}),
    bad("a label of NaN", "a.jsonl", JSONL + '{"text": "so so", "label": NaN}\n', "row 25"),
    bad("an object without a label", "a.jsonl", JSONL + '{"text": "so so"}\n', "no label in column 'label': row 25"),
    bad("a line that is no JSON", "a.jsonl", JSONL + "{text: 1}\n", "line 25 is not JSON"),
    bad("a line that is no object", "a.jsonl", JSONL + "[1]\n", "line 25 is not a JSON object"),
    bad(
        "a key twice",
        "a.jsonl",
        JSONL + '{"text": "a", "text": "b", "label": "dear"}\n',
        "line 25 has the key 'text' twice",
    ),
    bad(
        "a key twice in an array",
        "a.json",
        '[{"text": "a"},\n{"text": "b", "text": "c"}]',
        "object 2 has the key 'text' twice",
    ),
    bad("an array that is cut", "a.json", json.dumps(ROWS)[:-40], "is not an array of JSON objects"),
    bad("an array that is not closed", "a.json", json.dumps(ROWS)[:-1], "the array is not closed"),
    bad("a comma too many", "a.json", json.dumps(ROWS)[:-1] + ",]", "Expecting value"),
    bad("a comma too few", "a.json", json.dumps(ROWS).replace("}, {", "} {", 1), "a comma is missing"),
    bad("more than an array", "a.json", json.dumps(ROWS) + "[]", "something follows the array"),
    bad("an array of other things", "a.json", "[[1], [2]]", "it holds [1]"),
    bad("a number of thousands of digits", "a.json", f'[{{"text": {"1" * 9000}}}]', "is not an array of JSON objects"),
    bad("no object", "a.json", "[]", "holds no rows"),
    bad("very deep", "a.jsonl", '{"text":' + "[" * 200_000, "line 1 is not JSON"),
    Case(
        "a text that is a list",
        {"a.jsonl": JSONL + '{"text": ["a"], "label": "dear"}\n'},
        "a.jsonl",
        {"text": "text"},
        error=("dataset.text", "row 25 of column 'text' holds a list"),
    ),
    Case(
        "labels that are lists",
        {"a.jsonl": lines_of(labelled(["x"], ["y"]))},
        "a.jsonl",
        error=("dataset.label", "row 1"),
    ),
]

COLUMNAR = [
    one("Parquet", "a.parquet", parquet_of(COLUMNS), silent=True),
    one("texts as bytes", "a.parquet", parquet_of({**COLUMNS, "text": [text.encode() for text in TEXTS]})),
    one(
        "other columns of bytes and objects",
        "a.parquet",
        parquet_of({**COLUMNS, "raw": [b"\xff"] * 24, "o": [{"a": 1}] * 24}),
    ),
    one("categories", "a.parquet", parquet_of({**COLUMNS, "label": pa.array(LABELS).dictionary_encode()})),
    one("Arrow stream", "a.arrow", stream_of(COLUMNS), silent=True),
    one("Arrow file", "a.arrow", feather_of(COLUMNS, compression="uncompressed"), silent=True),
    one("Feather", "a.feather", feather_of(COLUMNS), silent=True),
    one("string views", "a.arrow", stream_of({**COLUMNS, "text": pa.array(TEXTS, pa.string_view())})),
    bad("truncated Parquet", "a.parquet", parquet_of(COLUMNS)[:-20], "cannot be read as Parquet"),
    bad("CSV called Parquet", "a.parquet", CSV, "cannot be read as Parquet"),
    bad("truncated Arrow stream", "a.arrow", stream_of(COLUMNS)[:-100], "cannot be read"),
    bad("truncated Feather", "a.feather", feather_of(COLUMNS)[:-30], "cannot be read"),
    bad("Feather of version 1", "a.feather", b"FEA1" + bytes(64), "version 1"),
    bad("CSV called Arrow", "a.arrow", CSV, "cannot be read"),
    bad(
        "bytes that are no text",
        "a.parquet",
        parquet_of({**COLUMNS, "text": [b"\xff"] * 24}),
        "not UTF-8, first in row 1",
    ),
]

HEADER = [["text", "label"]]
SHEET = [[text, label] for text, label in zip(TEXTS, LABELS, strict=True)]
WORKBOOKS = [
    one("a sheet", "a.xlsx", workbook_of(s=HEADER + SHEET), silent=True),
    one(
        "a title above",
        "a.xlsx",
        workbook_of(s=[["Prices"], [], *HEADER, *SHEET]),
        notes=("1 line above the header passed over: 'Prices'",),
    ),
    one(
        "two sheets",
        "a.xlsx",
        workbook_of(empty=[], s=HEADER + SHEET, other=[["x"]]),
        notes=("sheet 's' was read; not other",),
    ),
    one(
        "numbers as labels",
        "a.xlsx",
        workbook_of(s=[*HEADER, *([text, i % 2] for i, text in enumerate(TEXTS))]),
        labels=("0", "1"),
    ),
    one(
        "codes as labels",
        "a.xlsx",
        workbook_of(s=[*HEADER, *([text, ("01", "1")[i % 2]] for i, text in enumerate(TEXTS))]),
        labels=("01", "1"),
    ),
    bad("no header", "a.xlsx", workbook_of(s=[[f"{text} so on", label] for text, label in SHEET]), "looks like a row"),
    Case("no header, as the spec says", {"a.xlsx": workbook_of(s=SHEET)}, "a.xlsx", {"format": {"header": False}}),
    bad("a header only", "a.xlsx", workbook_of(s=HEADER), "a header and no rows"),
    bad("nothing", "a.xlsx", workbook_of(s=[]), "no rows"),
    bad(
        "two columns of one name",
        "a.xlsx",
        workbook_of(s=[["text", "text"], ["a", "b"]]),
        "several columns have one name",
    ),
    bad("no workbook", "a.xlsx", CSV, "cannot be read as an Excel workbook"),
]

CHEAP = {f"d/cheap/{i}.txt": text for i, text in enumerate(TEXTS[:12])}
DEAR = {f"d/dear/{i}.txt": text for i, text in enumerate(TEXTS[12:])}
ACL = {f"d/train/{name[2:]}": text for name, text in {**CHEAP, **DEAR, "d/unsup/0.txt": "so so"}.items()}
HALVES = {
    f"part-{half}.csv": "text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in ROWS[half * 12 :][:12])
    for half in (0, 1)
}
FOLDERS = [
    Case("a folder a class", {**CHEAP, **DEAR}, "d", silent=True),
    Case(
        "folders of splits",
        {**ACL, "d/train/urls.txt": "x", "d/test/cheap/0.txt": "thin tea v90", "d/test/dear/0.txt": "thick tea v91"},
        "d",
        notes=("train/unsup: 1 file without a class left out",),
    ),
    Case("hidden files", {**CHEAP, **DEAR, "d/dear/._0.txt": b"\0\1\2\3"}, "d", silent=True),
    Case(
        "other files",
        {**CHEAP, **DEAR, "d/dear/0.pdf": "x", "d/dear/old/0.txt": "x"},
        "d",
        notes=("1 file without .txt", "1 folder within"),
    ),
    Case(
        "texts of another encoding",
        {
            **CHEAP,
            **DEAR,
            **{
                f"d/dear/f{i}.txt": ("grün und süß", "völlig überteuert", "für die Küche", "große Tüte")[i % 4].encode(
                    "cp1252"
                )
                for i in range(8)
            },
        },
        "d",
        kept=32,
        holds=("völlig überteuert",),
        notes=("8 files not in UTF-8; f0.txt was read as cp1252",),
    ),
    Case("an empty text", {**CHEAP, **DEAR, "d/dear/e.txt": ""}, "d", dropped={"empty text": 1}),
    Case("one class", CHEAP, "d", error=("dataset.train", "one class only")),
    Case("a folder of tables", {"d/a.csv": CSV}, "d", error=("dataset.train", "It holds: a.csv")),
    Case("a list", HALVES, ("part-0.csv", "part-1.csv"), lines=26, silent=True),
    Case("a pattern", HALVES, "part-*.csv", lines=26, silent=True),
    Case("a pattern and one of its files", HALVES, ("part-*.csv", "part-0.csv"), lines=26),
    Case(
        "a list that names a file twice",
        HALVES,
        ("part-0.csv", "./part-0.csv"),
        error=("dataset.train", "named more than once"),
    ),
    Case("a list of formats", {**HALVES, "b.parquet": parquet_of(COLUMNS)}, ("part-0.csv", "b.parquet"), kept=36),
    Case("a pattern without files", HALVES, "part-?.tsv", error=("dataset.train", "no file matches")),
    Case(
        "a list with a missing file",
        HALVES,
        ("part-0.csv", "part-2.csv"),
        error=("dataset.train", "part-2.csv: no such file"),
    ),
    Case(
        "a list of other columns",
        {**HALVES, "b.csv": "review,label\nx,dear\n"},
        ("part-0.csv", "b.csv"),
        error=("dataset.train", "no column 'text'"),
    ),
    Case(
        "1 in one file, 1.0 in the next",
        {
            "a.csv": "text,label\na b c,1\nb c d,0\n" * 1,
            "b.parquet": parquet_of({"text": TEXTS, "label": [1.0, 0.0] * 12}),
        },
        ("a.csv", "b.parquet"),
        kept=26,
        labels=("0", "1"),
    ),
    Case(
        "True in one file, true in the next",
        {
            "a.csv": "text,label\na b c,True\nb c d,False\n",
            "b.parquet": parquet_of({"text": TEXTS, "label": [True, False] * 12}),
        },
        ("a.csv", "b.parquet"),
        kept=26,
        labels=("False", "True"),
    ),
    Case("a name with a pattern's signs", {"a[1]{2}*.csv": CSV}, "a[1]{2}*.csv", lines=25),
]


def csv_of(*labels: str) -> str:
    """Return a CSV whose labels repeat."""
    return "text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in labelled(*labels))


def named(name: str, content: str, fields: Mapping[str, Any], *labels: str, **expected: Any) -> Case:
    """Return a case of labels."""
    return Case(name, {"a.csv": content}, "a.csv", fields, labels, lines=25, **expected)


def misnamed(name: str, content: str, phrase: str, **fields: Any) -> Case:
    """Return a case of labels that do not fit."""
    return Case(name, {"a.csv": content}, "a.csv", fields, error=("dataset.labels", phrase))


CLASSES = [
    named("leading zeros", csv_of("010", "10", "0450"), {}, "010", "0450", "10"),
    named("zeros", csv_of("0", "00", "000"), {}, "0", "00", "000"),
    named("trailing zeros", csv_of("1.1", "1.10", "2"), {}, "1.1", "1.10", "2"),
    named("1.0 and 1", csv_of("1.0", "1", "0"), {}, "0", "1"),
    named("letter case", csv_of("Yes", "yes", "no"), {}, "Yes", "no", "yes", notes=("'Yes' (8 rows), 'yes' (8 rows)",)),
    named(
        "invisible characters", csv_of("spam", "spam\u200b", "ham"), {}, "ham", "spam", "spam\u200b", notes=("\\u200b",)
    ),
    named(
        "Unicode forms",
        csv_of("caf\u00e9", "cafe\u0301", "tea"),
        {},
        "cafe\u0301",
        "caf\u00e9",
        "tea",
        notes=("\\u0301",),
    ),
    named(
        "spellings that are merged",
        csv_of("Yes", "no", "yes ", "YES", "yes", "NO\u200b"),
        {"normalize_labels": True},
        "no",
        "yes",
        notes=("'YES' (4)", "'NO\\u200b' (4)"),
    ),
    named(
        "merged and named",
        csv_of("Yes", "no", "yes"),
        {"normalize_labels": True, "labels": {"yes": "good", "no": "bad"}},
        "bad",
        "good",
    ),
    named(
        "lists of labels",
        csv_of("spam", "ham", "spam;ham"),
        {},
        "ham",
        "spam",
        "spam;ham",
        notes=("list several: 'spam;ham' (8)",),
    ),
    named("a missing value as text", csv_of("a", "b", "NA"), {}, "NA", "a", "b", notes=("8 train rows have 'NA'",)),
    Case(
        "rows without a label",
        {"a.csv": csv_of("a", "b", "")},
        "a.csv",
        error=("dataset.train", "8 of 24 rows have no label"),
    ),
    named(
        "rows without a label that are dropped",
        csv_of("a", "b", " "),
        {"missing_labels": "drop"},
        "a",
        "b",
        kept=16,
        dropped={"no label": 8},
    ),
    named(
        "names of numbers",
        csv_of("1", "5", "10"),
        {"labels": {"1": "bad", "5": "fair", "10": "good"}},
        "bad",
        "fair",
        "good",
    ),
    named(
        "names of numbers in order", csv_of("10", "-1", "2"), {"labels": ("bad", "fair", "good")}, "bad", "fair", "good"
    ),
    named(
        "two numbers of one name",
        csv_of("1", "2", "5"),
        {"labels": {"1": "bad", "2": "bad", "5": "good"}},
        "bad",
        "good",
        notes=("Several stored values are one class: bad",),
    ),
    named("names of codes", csv_of("01", "02"), {"labels": {"01": "bad", "02": "good"}}, "bad", "good"),
    named("an order of classes", csv_of("b", "a"), {"labels": ("b", "a")}, "b", "a"),
    misnamed("a number without a name", csv_of("1", "2"), "no name for 2", labels={"1": "bad", "3": "good"}),
    misnamed(
        "a number with two names",
        csv_of("1", "2"),
        "in two spellings",
        labels={"1": "bad", "1.0": "worse", "2": "good"},
    ),
    misnamed("too few names", csv_of("1", "2", "3"), "names 2 classes (bad, good)", labels=("bad", "good")),
    misnamed("other names", csv_of("x", "y"), "holds 2 (x, y)", labels=("bad", "good")),
    Case(
        "truth values and numbers",
        {"a.jsonl": lines_of(labelled(True, 1, False, 0))},
        "a.jsonl",
        labels=("0", "1", "false", "true"),
        lines=24,
        notes=("Truth values and numbers",),
    ),
    Case(
        "numbers as numbers and text",
        {"a.jsonl": lines_of(labelled(1, "1", 1.0, 0))},
        "a.jsonl",
        labels=("0", "1"),
        lines=24,
    ),
    Case(
        "truth values",
        {"a.parquet": parquet_of({**COLUMNS, "label": [True, False] * 12})},
        "a.parquet",
        labels=("false", "true"),
    ),
    Case(
        "whole numbers as fractions",
        {"a.parquet": parquet_of({**COLUMNS, "label": [1.0, 2.0] * 12})},
        "a.parquet",
        labels=("1", "2"),
    ),
    Case(
        "large numbers",
        {"a.jsonl": lines_of(labelled(2**53, 2**53 + 1))},
        "a.jsonl",
        labels=(str(2**53), str(2**53 + 1)),
        lines=24,
    ),
    Case(
        "dates",
        {"a.parquet": parquet_of({**COLUMNS, "label": pa.array([0, 1] * 12, pa.date32())})},
        "a.parquet",
        error=("dataset.label", "date32"),
    ),
]


@pytest.mark.parametrize(
    "case",
    [*OBJECTS, *COLUMNAR, *WORKBOOKS, *FOLDERS, *CLASSES],
    ids=lambda case: case.name.encode("ascii", "backslashreplace").decode(),
)
def test_files_of_every_format_are_read_right_or_refused(tmp_path: Path, case: Case) -> None:
    """Files give their rows and classes with notes on what is doubtful, or an error that says what to do."""
    check(tmp_path, case)

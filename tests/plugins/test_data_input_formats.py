"""Files of every format, encoding and compression that people bring, and folders, lists and patterns of files."""

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import xlsxwriter
from pyarrow import feather, ipc, parquet

from catalog.dataset import FilesDataset
from catalog.errors import DataError
from plugins.nlp.text_classification.data import TextData, load

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
    """Return an Excel workbook."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return file.getvalue()


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


GERMAN = ("Schöne Grüße aus Köln", "völlig überteuert", "heißer Kaffee für die Küche", "größer als erwartet")
FRENCH = ("déçu par la qualité", "ça marche à merveille", "très bon café", "l’été à Genève")
POLISH = ("świetny zakup", "żółta gęś", "słaba jakość", "bardzo dobra książka")
CZECH = ("příliš žluťoučký kůň", "nefunguje vůbec", "skvělý nákup", "žádná kvalita")
RUSSIAN = ("очень хороший фильм", "ужасное качество", "отличная покупка", "плохая книга")
JAPANESE = ("とても良い映画でした", "音が悪いです", "全然動きません", "素晴らしい買い物")
CHINESE = ("这部电影非常好看", "质量太差了", "完全不能用", "非常满意的购物")


def encoded(codec: str, texts: tuple[str, ...], note: str | None) -> Case:
    """Return a case of an encoding that is found."""
    expected: dict[str, Any] = {"silent": True} if note is None else {"notes": (note,)}
    return one(
        f"{codec}, {texts[0]}", "a.csv", foreign(codec, *texts), kept=48, lines=49, holds=(f"{texts[3]} 3",), **expected
    )


ENCODINGS = [
    *(encoded(codec, texts, None) for codec in ("utf-8", "utf-8-sig", "utf-16") for texts in (GERMAN, RUSSIAN, CHINESE)),
    *(
        encoded(codec, texts, "without a byte-order mark")
        for codec in ("utf-16-le", "utf-16-be")
        for texts in (GERMAN, RUSSIAN, JAPANESE)
    ),
    encoded("cp1252", GERMAN, "read as cp1252"),
    encoded("latin-1", GERMAN, "read as cp1252"),
    encoded("cp1252", FRENCH, "read as cp1252"),
    encoded("cp1250", POLISH, "read as cp1250"),
    encoded("cp1250", CZECH, "read as cp1250"),
    encoded("cp1251", RUSSIAN, "read as cp1251"),
    encoded("koi8-r", RUSSIAN, "read as koi8-r"),
    encoded("shift_jis", JAPANESE, "read as shift_jis"),
    encoded("cp932", (*JAPANESE[:3], "①素晴らしい買い物"), "was read as"),
    encoded("gb18030", CHINESE, "read as gb18030"),
    encoded("iso2022_jp", JAPANESE, "read as iso2022_jp"),
    *(
        bad(f"{codec}, {texts[0]}", "a.csv", foreign(codec, *texts), "which is not clear")
        for codec, texts in (
            ("cp850", GERMAN), ("mac-roman", GERMAN), ("mac-roman", FRENCH), ("iso8859-2", POLISH), ("iso8859-2", CZECH),
            ("cp866", RUSSIAN), ("iso8859-5", RUSSIAN), ("mac-cyrillic", RUSSIAN),
        )
    ),  # fmt: skip
    bad("one letter of some encoding", "a.csv", foreign("ascii", "tea") + b"caf\xe9,dear\n", "byte 0xe9 in line 50"),
    bad("UTF-8 and a line of another", "a.csv", foreign("utf-8", *FRENCH) + "é,dear\n".encode("cp1252"), "mixes encodings"),
    bad("another and a line of UTF-8", "a.csv", foreign("cp1252", *FRENCH) + "fée à,dear\n".encode(), "mixes encodings"),
    bad("a character that is cut", "a.csv", foreign("utf-8", *FRENCH) + "é".encode()[:1], "ends in the middle of a character"),
    bad("half a character of UTF-16", "a.csv", foreign("utf-16", *FRENCH)[:-1], "truncated data, in line 49"),
    bad("a picture", "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "is not text"),
    bad("zeros", "a.csv", bytes(4000), "many zero bytes"),
    bad("a workbook that is called CSV", "a.csv", workbook_of(s=[["text"]]), "an Excel workbook"),
    bad("Parquet that is called CSV", "a.csv", parquet_of(COLUMNS), "looks like Parquet"),
    bad("not the encoding that is given", "a.csv", foreign("cp1252", *FRENCH), "is not UTF-8 text: byte", format={"encoding": "utf-8"}),
    bad("a byte it does not have", "a.csv", b"text,label\nx,a\ny\x81,b\n", "in line 3", format={"encoding": "cp1252"}),
    Case(
        "no encoding", {"a.csv": CSV}, "a.csv", {"format": {"encoding": "hex"}}, error=("dataset.format.encoding", "no text")
    ),
    Case(
        "UTF-8, said to be another",
        {"a.csv": foreign("utf-8", *FRENCH)},
        "a.csv",
        {"format": {"encoding": "cp1252"}},
        kept=48,
        lines=49,
        notes=("all of it is valid UTF-8",),
    ),
    Case(
        "UTF-16 with a mark, said to be without",
        {"a.csv": b"\xff\xfe" + foreign("utf-16-le", *GERMAN)},
        "a.csv",
        {"format": {"encoding": "utf-16-le"}},
        kept=48,
        lines=49,
        silent=True,
    ),
]  # fmt: skip

PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".csv.gz": gzip.compress,
    ".csv.bz2": bz2.compress,
    ".csv.xz": lzma.compress,
    ".csv.zst": zst_of,
    ".zip": lambda content: zip_of(inner__csv=content),
}
COMPRESSED = [
    *(one(f"good {suffix}", f"a{suffix}", pack(CSV.encode()), lines=25, silent=True) for suffix, pack in PACKED.items()),
    *(
        one(f"UTF-16 in {suffix}", f"a{suffix}", pack(CSV.encode("utf-16")), lines=25, silent=True)
        for suffix, pack in PACKED.items()
    ),
    *(bad(f"truncated {suffix}", f"a{suffix}", pack(CSV.encode())[:-9], f"a{suffix} ") for suffix, pack in PACKED.items()),
    *(bad(f"damaged {suffix}", f"a{suffix}", damaged(pack(CSV.encode())), f"a{suffix} ") for suffix, pack in PACKED.items()),
    *(bad(f"plain text called {suffix}", f"a{suffix}", CSV, f"a{suffix} ") for suffix in PACKED),
    *(bad(f"nothing in {suffix}", f"a{suffix}", pack(b""), "is empty") for suffix, pack in PACKED.items()),
    bad("an archive of two files", "a.zip", zip_of(a__csv=CSV, b__csv=CSV), "holds 2 files: a.csv, b.csv"),
    bad("an archive of none", "a.zip", zip_of(), "holds 0 files"),
    one("an archive of macOS", "a.zip", zip_of(**{"a__csv": CSV, "__MACOSX/._a__csv": "x"}), lines=25),
    one("two parts with a header each", "a.csv.gz", gzip.compress(CSV.encode()) * 2, kept=48, lines=50, dropped={"repeated header": 1}),
    one("JSON Lines in an archive", "a.zip", zip_of(rows__jsonl=JSONL), lines=24),
    one("Parquet in gzip", "a.parquet.gz", gzip.compress(parquet_of(COLUMNS))),
    bad("an unknown kind of file", "a.dat", CSV, "in .dat"),
    bad("gzip of an unknown kind", "a.gz", gzip.compress(CSV.encode()), "in .gz"),
]  # fmt: skip

OBJECTS = [
    one("one object a line", "a.jsonl", JSONL, lines=24, silent=True),
    one("lines in .json", "a.json", JSONL, lines=24, silent=True),
    one("an array on one line", "a.json", json.dumps(ROWS), lines=1, silent=True),
    one("an array on many", "a.json", json.dumps(ROWS, indent=2), lines=98, silent=True),
    one("an array in .jsonl", "a.jsonl", json.dumps(ROWS), lines=1),
    one("blank lines", "a.jsonl", "\n\n" + JSONL.replace("\n", "\n\n"), lines=50),
    one("other keys that are nested", "a.jsonl", lines_of([{**row, "meta": {"ids": [1]}} for row in ROWS]), silent=True),
    one("large numbers next to fractions", "a.jsonl", lines_of([{**row, "n": n} for row, n in zip(ROWS, [2**53 + 1, 0.5] * 12, strict=True)])),
    one("a text of null", "a.jsonl", JSONL + '{"text": null, "label": "dear"}\n', dropped={"empty text": 1}),
    one("a text of NaN", "a.jsonl", JSONL + '{"text": NaN, "label": "dear"}\n', dropped={"empty text": 1}),
    bad("a label of NaN", "a.jsonl", JSONL + '{"text": "so so", "label": NaN}\n', "row 25"),
    bad("an object without a label", "a.jsonl", JSONL + '{"text": "so so"}\n', "no label in column 'label': row 25"),
    bad("a line that is no JSON", "a.jsonl", JSONL + "{text: 1}\n", "line 25 is not JSON"),
    bad("a line that is no object", "a.jsonl", JSONL + "[1]\n", "line 25 is not a JSON object"),
    bad("a key twice", "a.jsonl", JSONL + '{"text": "a", "text": "b", "label": "dear"}\n', "line 25 has the key 'text' twice"),
    bad("a key twice in an array", "a.json", '[{"text": "a"},\n{"text": "b", "text": "c"}]', "object 2 has the key 'text' twice"),
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
        "a text that is a list", {"a.jsonl": JSONL + '{"text": ["a"], "label": "dear"}\n'}, "a.jsonl", {"text": "text"},
        error=("dataset.text", "row 25 of column 'text' holds a list"),
    ),
    Case("labels that are lists", {"a.jsonl": lines_of(labelled(["x"], ["y"]))}, "a.jsonl", error=("dataset.label", "row 1")),
]  # fmt: skip

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
    one("a title above", "a.xlsx", workbook_of(s=[["Prices"], [], *HEADER, *SHEET]), notes=("1 line above the header passed over: 'Prices'",)),
    one("two sheets", "a.xlsx", workbook_of(empty=[], s=HEADER + SHEET, other=[["x"]]), notes=("sheet 's' was read; not other",)),
    one("numbers as labels", "a.xlsx", workbook_of(s=[*HEADER, *([text, i % 2] for i, text in enumerate(TEXTS))]), labels=("0", "1")),
    one("codes as labels", "a.xlsx", workbook_of(s=[*HEADER, *([text, ("01", "1")[i % 2]] for i, text in enumerate(TEXTS))]), labels=("01", "1")),
    bad("no header", "a.xlsx", workbook_of(s=[[f"{text} so on", label] for text, label in SHEET]), "looks like a row"),
    Case("no header, as the spec says", {"a.xlsx": workbook_of(s=SHEET)}, "a.xlsx", {"format": {"header": False}}),
    bad("a header only", "a.xlsx", workbook_of(s=HEADER), "a header and no rows"),
    bad("nothing", "a.xlsx", workbook_of(s=[]), "no rows"),
    bad("two columns of one name", "a.xlsx", workbook_of(s=[["text", "text"], ["a", "b"]]), "several columns have one name"),
    bad("no workbook", "a.xlsx", CSV, "cannot be read as an Excel workbook"),
]  # fmt: skip

CHEAP = {f"d/cheap/{i}.txt": text for i, text in enumerate(TEXTS[:12])}
DEAR = {f"d/dear/{i}.txt": text for i, text in enumerate(TEXTS[12:])}
ACL = {f"d/train/{name[2:]}": text for name, text in {**CHEAP, **DEAR, "d/unsup/0.txt": "so so"}.items()}
HALVES = {
    f"part-{half}.csv": "text,label\n" + "".join(f"{row['text']},{row['label']}\n" for row in ROWS[half * 12 :][:12]) for half in (0, 1)
}  # fmt: skip
FOLDERS = [
    Case("a folder a class", {**CHEAP, **DEAR}, "d", silent=True),
    Case(
        "folders of splits",
        {**ACL, "d/train/urls.txt": "x", "d/test/cheap/0.txt": "thin tea v90", "d/test/dear/0.txt": "thick tea v91"},
        "d",
        notes=("train/unsup: 1 file without a class left out",),
    ),
    Case("hidden files", {**CHEAP, **DEAR, "d/dear/._0.txt": b"\0\1\2\3"}, "d", silent=True),
    Case("other files", {**CHEAP, **DEAR, "d/dear/0.pdf": "x", "d/dear/old/0.txt": "x"}, "d", notes=("1 file without .txt", "1 folder within")),
    Case(
        "texts of another encoding",
        {**CHEAP, **DEAR, **{f"d/dear/f{i}.txt": GERMAN[i % 4].encode("cp1252") for i in range(8)}},
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
    Case("a list that names a file twice", HALVES, ("part-*.csv", "part-0.csv"), lines=26),
    Case("a list of formats", {**HALVES, "b.parquet": parquet_of(COLUMNS)}, ("part-0.csv", "b.parquet"), kept=36),
    Case("a pattern without files", HALVES, "part-?.tsv", error=("dataset.train", "no file matches")),
    Case("a list with a missing file", HALVES, ("part-0.csv", "part-2.csv"), error=("dataset.train", "part-2.csv: no such file")),
    Case("a list of other columns", {**HALVES, "b.csv": "review,label\nx,dear\n"}, ("part-0.csv", "b.csv"), error=("dataset.train", "no column 'text'")),
    Case("1 in one file, 1.0 in the next", {"a.csv": "text,label\na b c,1\nb c d,0\n" * 1, "b.parquet": parquet_of({"text": TEXTS, "label": [1.0, 0.0] * 12})}, ("a.csv", "b.parquet"), kept=26, labels=("0", "1")),
    Case("True in one file, true in the next", {"a.csv": "text,label\na b c,True\nb c d,False\n", "b.parquet": parquet_of({"text": TEXTS, "label": [True, False] * 12})}, ("a.csv", "b.parquet"), kept=26, labels=("False", "True")),
    Case("a name with a pattern's signs", {"a[1]{2}*.csv": CSV}, "a[1]{2}*.csv", lines=25),
]  # fmt: skip


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
    named("invisible characters", csv_of("spam", "spam\u200b", "ham"), {}, "ham", "spam", "spam\u200b", notes=("\\u200b",)),
    named("Unicode forms", csv_of("caf\u00e9", "cafe\u0301", "tea"), {}, "cafe\u0301", "caf\u00e9", "tea", notes=("\\u0301",)),
    named(
        "spellings that are merged", csv_of("Yes", "no", "yes ", "YES", "yes", "NO\u200b"), {"normalize_labels": True},
        "no", "yes", notes=("'YES' (4)", "'NO\\u200b' (4)"),
    ),
    named("merged and named", csv_of("Yes", "no", "yes"), {"normalize_labels": True, "labels": {"yes": "good", "no": "bad"}}, "bad", "good"),
    named("lists of labels", csv_of("spam", "ham", "spam;ham"), {}, "ham", "spam", "spam;ham", notes=("list several: 'spam;ham' (8)",)),
    named("a missing value as text", csv_of("a", "b", "NA"), {}, "NA", "a", "b", notes=("8 train rows have 'NA'",)),
    Case("rows without a label", {"a.csv": csv_of("a", "b", "")}, "a.csv", error=("dataset.train", "8 of 24 rows have no label")),
    named("rows without a label that are dropped", csv_of("a", "b", " "), {"missing_labels": "drop"}, "a", "b", kept=16, dropped={"no label": 8}),
    named("names of numbers", csv_of("1", "5", "10"), {"labels": {"1": "bad", "5": "fair", "10": "good"}}, "bad", "fair", "good"),
    named("names of numbers in order", csv_of("10", "-1", "2"), {"labels": ("bad", "fair", "good")}, "bad", "fair", "good"),
    named("two numbers of one name", csv_of("1", "2", "5"), {"labels": {"1": "bad", "2": "bad", "5": "good"}}, "bad", "good", notes=("Several stored values are one class: bad",)),
    named("names of codes", csv_of("01", "02"), {"labels": {"01": "bad", "02": "good"}}, "bad", "good"),
    named("an order of classes", csv_of("b", "a"), {"labels": ("b", "a")}, "b", "a"),
    misnamed("a number without a name", csv_of("1", "2"), "no name for 2", labels={"1": "bad", "3": "good"}),
    misnamed("a number with two names", csv_of("1", "2"), "in two spellings", labels={"1": "bad", "1.0": "worse", "2": "good"}),
    misnamed("too few names", csv_of("1", "2", "3"), "names 2 classes (bad, good)", labels=("bad", "good")),
    misnamed("other names", csv_of("x", "y"), "holds 2 (x, y)", labels=("bad", "good")),
    Case("truth values and numbers", {"a.jsonl": lines_of(labelled(True, 1, False, 0))}, "a.jsonl", labels=("0", "1", "false", "true"), lines=24, notes=("Truth values and numbers",)),
    Case("numbers as numbers and text", {"a.jsonl": lines_of(labelled(1, "1", 1.0, 0))}, "a.jsonl", labels=("0", "1"), lines=24),
    Case("truth values", {"a.parquet": parquet_of({**COLUMNS, "label": [True, False] * 12})}, "a.parquet", labels=("false", "true")),
    Case("whole numbers as fractions", {"a.parquet": parquet_of({**COLUMNS, "label": [1.0, 2.0] * 12})}, "a.parquet", labels=("1", "2")),
    Case("large numbers", {"a.jsonl": lines_of(labelled(2**53, 2**53 + 1))}, "a.jsonl", labels=(str(2**53), str(2**53 + 1)), lines=24),
    Case("dates", {"a.parquet": parquet_of({**COLUMNS, "label": pa.array([0, 1] * 12, pa.date32())})}, "a.parquet", error=("dataset.label", "date32")),
]  # fmt: skip


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


@pytest.mark.parametrize(
    "case",
    [*ENCODINGS, *COMPRESSED, *OBJECTS, *COLUMNAR, *WORKBOOKS, *FOLDERS, *CLASSES],
    ids=lambda case: case.name.encode("ascii", "backslashreplace").decode(),
)
def test_files_of_every_format_are_read_right_or_refused(tmp_path: Path, case: Case) -> None:
    """Files give their rows and classes with notes on what is doubtful, or an error that says what to do."""
    if case.error is not None:
        with pytest.raises(DataError) as caught:
            read(tmp_path, case)
        assert caught.value.field == case.error[0]
        assert case.error[1] in caught.value.message
        return
    data = read(tmp_path, case)
    found = data.summary.counts["train"]
    assert data.summary.labels == case.labels
    assert found.kept == case.kept
    assert found.dropped == case.dropped
    assert found.records == found.kept + sum(found.dropped.values())
    if case.lines is not None:
        assert found.lines == case.lines
    texts = {text for split in data.splits.values() for text in split.texts}
    assert set(case.holds) <= texts
    assert not any("\ufffd" in text for text in texts)
    usual = ("kept back", "near-duplicate", "no row in")
    said = [note for note in data.summary.notes if not any(phrase in note for phrase in usual)]
    for phrase in case.notes:
        assert any(phrase in note for note in said), (phrase, said)
    if case.silent:
        assert not said

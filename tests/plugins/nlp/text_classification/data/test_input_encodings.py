"""Text in every encoding and compression that people bring: read right, or refused."""

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from input_files import (
    COLUMNS,
    CSV,
    JSONL,
    Case,
    bad,
    check,
    damaged,
    foreign,
    one,
    parquet_of,
    workbook_of,
    zip_of,
    zst_of,
)

from catalog.dataset import Format
from plugins.tables.files import open_file

GERMAN = ("Schöne Grüße aus Köln", "völlig überteuert", "heißer Kaffee für die Küche", "größer als erwartet")
FRENCH = ("déçu par la qualité", "ça marche à merveille", "très bon café", "l’été à Genève")  # noqa: RUF001 -- as people write it
POLISH = ("świetny zakup", "żółta gęś", "słaba jakość", "bardzo dobra książka")
CZECH = ("příliš žluťoučký kůň", "nefunguje vůbec", "skvělý nákup", "žádná kvalita")
RUSSIAN = ("очень хороший фильм", "ужасное качество", "отличная покупка", "плохая книга")
GREEK = ("Άριστο προϊόν, το συνιστώ", "δεν λειτουργεί καθόλου", "Ήταν πολύ ακριβό", "καλή ποιότητα")
JAPANESE = ("とても良い映画でした", "音が悪いです", "全然動きません", "素晴らしい買い物")
CHINESE = ("这部电影非常好看", "质量太差了", "完全不能用", "非常满意的购物")


def encoded(codec: str, texts: tuple[str, ...], note: str | None) -> Case:
    """Return a case of an encoding that is found."""
    expected: dict[str, Any] = {"silent": True} if note is None else {"notes": (note,)}
    return one(
        f"{codec}, {texts[0]}", "a.csv", foreign(codec, *texts), kept=48, lines=49, holds=(f"{texts[3]} 3",), **expected
    )


ENCODINGS = [
    *(
        encoded(codec, texts, None)
        for codec in ("utf-8", "utf-8-sig", "utf-16")
        for texts in (GERMAN, RUSSIAN, CHINESE)
    ),
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
            ("cp850", GERMAN),
            ("mac-roman", GERMAN),
            ("mac-roman", FRENCH),
            ("iso8859-2", POLISH),
            ("iso8859-2", CZECH),
            ("cp866", RUSSIAN),
            ("iso8859-5", RUSSIAN),
            ("mac-cyrillic", RUSSIAN),
        )
    ),
    bad("one letter of some encoding", "a.csv", foreign("ascii", "tea") + b"caf\xe9,dear\n", "byte 0xe9 in line 50"),
    bad(
        "UTF-8 and a line of another",
        "a.csv",
        foreign("utf-8", *FRENCH) + "é,dear\n".encode("cp1252"),
        "mixes encodings",
    ),
    bad(
        "another and a line of UTF-8", "a.csv", foreign("cp1252", *FRENCH) + "fée à,dear\n".encode(), "mixes encodings"
    ),
    bad(
        "every second line is UTF-8",
        "a.csv",
        b"text,label\n" + b"".join(f"größe {i},dear\n".encode(("utf-8", "cp1252")[i % 2]) for i in range(60)),
        "mixes encodings",
    ),
    bad("Greek capitals with accents", "a.csv", foreign("iso8859-7", *GREEK), "may be Windows-1253 or iso8859-"),
    bad(
        "a character that is cut",
        "a.csv",
        foreign("utf-8", *FRENCH) + "é".encode()[:1],
        "ends in the middle of a character",
    ),
    bad("half a character of UTF-16", "a.csv", foreign("utf-16", *FRENCH)[:-1], "truncated data, in line 49"),
    bad("a picture", "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "is not text"),
    bad("zeros", "a.csv", bytes(4000), "many zero bytes"),
    bad("a workbook that is called CSV", "a.csv", workbook_of(s=[["text"]]), "an Excel workbook"),
    bad("Parquet that is called CSV", "a.csv", parquet_of(COLUMNS), "looks like Parquet"),
    bad(
        "not the encoding that is given",
        "a.csv",
        foreign("cp1252", *FRENCH),
        "is not UTF-8 text: byte",
        format={"encoding": "utf-8"},
    ),
    bad("a byte it does not have", "a.csv", b"text,label\nx,a\ny\x81,b\n", "in line 3", format={"encoding": "cp1252"}),
    Case(
        "no encoding",
        {"a.csv": CSV},
        "a.csv",
        {"format": {"encoding": "hex"}},
        error=("dataset.format.encoding", "no text"),
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
]

PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".csv.gz": gzip.compress,
    ".csv.bz2": bz2.compress,
    ".csv.xz": lzma.compress,
    ".csv.zst": zst_of,
    ".zip": lambda content: zip_of(inner__csv=content),
}
COMPRESSED = [
    *(
        one(f"good {suffix}", f"a{suffix}", pack(CSV.encode()), lines=25, silent=True)
        for suffix, pack in PACKED.items()
    ),
    *(
        one(f"UTF-16 in {suffix}", f"a{suffix}", pack(CSV.encode("utf-16")), lines=25, silent=True)
        for suffix, pack in PACKED.items()
    ),
    *(
        bad(f"truncated {suffix}", f"a{suffix}", pack(CSV.encode())[:-9], f"a{suffix} ")
        for suffix, pack in PACKED.items()
    ),
    *(
        bad(f"damaged {suffix}", f"a{suffix}", damaged(pack(CSV.encode())), f"a{suffix} ")
        for suffix, pack in PACKED.items()
    ),
    *(bad(f"plain text called {suffix}", f"a{suffix}", CSV, f"a{suffix} ") for suffix in PACKED),
    *(bad(f"nothing in {suffix}", f"a{suffix}", pack(b""), "is empty") for suffix, pack in PACKED.items()),
    bad("an archive of two files", "a.zip", zip_of(a__csv=CSV, b__csv=CSV), "holds 2 files: a.csv, b.csv"),
    bad("an archive of none", "a.zip", zip_of(), "holds 0 files"),
    one("an archive of macOS", "a.zip", zip_of(**{"a__csv": CSV, "__MACOSX/._a__csv": "x"}), lines=25),
    one(
        "two parts with a header each",
        "a.csv.gz",
        gzip.compress(CSV.encode()) * 2,
        kept=48,
        lines=50,
        dropped={"repeated header": 1},
    ),
    one("JSON Lines in an archive", "a.zip", zip_of(rows__jsonl=JSONL), lines=24),
    one("Parquet in gzip", "a.parquet.gz", gzip.compress(parquet_of(COLUMNS))),
    bad("an unknown kind of file", "a.dat", CSV, "in .dat"),
    bad("gzip of an unknown kind", "a.gz", gzip.compress(CSV.encode()), "in .gz"),
]


@pytest.mark.parametrize(
    "case", [*ENCODINGS, *COMPRESSED], ids=lambda case: case.name.encode("ascii", "backslashreplace").decode()
)
def test_every_encoding_and_compression_is_read_right_or_refused(tmp_path: Path, case: Case) -> None:
    """A file gives all its characters and rows, or an error that says what to do; no byte becomes U+FFFD."""
    check(tmp_path, case)


@pytest.mark.parametrize(
    ("codec", "lines", "note"),
    [
        ("cp1252", [line.encode() for line in GERMAN], "but all of it is valid UTF-8"),
        ("cp1252", [line.encode(("utf-8", "cp1252")[row % 2]) for row, line in enumerate(GERMAN)], "mixes encodings"),
        ("cp1252", [line.encode("cp1252") for line in GERMAN], None),
        ("gb18030", [line.encode("gb18030") for line in (*CHINESE, "联通")], None),
    ],
)
def test_an_encoding_that_the_bytes_speak_against_is_told(tmp_path, codec, lines, note):
    """The encoding of the spec is used; if lines are UTF-8 though the spec says otherwise, a note says so."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"text\n" + b"".join(line + b"\n" for line in lines))
    found = [each for each in open_file(path, "file", Format(encoding=codec)).notes if "dataset.format says" in each]
    assert [note in each for each in found] == ([] if note is None else [True])

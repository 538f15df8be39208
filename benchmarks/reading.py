"""Reading CSV next to pandas, Polars, DuckDB and pyarrow: speed and memory on a large file, rows on awkward small ones.

    python benchmarks/reading.py                        1,000,000 rows, 300 MB
    python benchmarks/reading.py --rows 20000 --json    a quick look

Every run is a process of its own; readers take turns, so that they run under the same load. The time is that of the
call alone: imports are left out. Polars, DuckDB and clevercsv come with the extra `bench`.
"""

import argparse
import importlib
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Rows = list[tuple[str, str]]

WORDS = tuple(
    "the of and to film was not great plot actor scene very bad good boring story line ending character music "  # noqa: SIM905
    "director camera light dark funny sad long short time people watch seen".split()
)
GOAL = 1.5


def write_large(path: Path, rows: int) -> None:
    """Write texts of 30 to 80 words: a third of them in quotes, one in fifty of two lines."""
    draw = random.Random(0)  # noqa: S311 -- any texts will do
    with path.open("w", encoding="utf-8") as file:
        file.write("id,text,label\n")
        for number in range(rows):
            text = " ".join(draw.choices(WORDS, k=draw.randint(30, 80)))
            if number % 3 == 0:
                text = f'"{text[:50]}, said ""he"", {text[50:]}"'
            elif number % 50 == 1:
                text = f'"{text[:60]}\n{text[60:]}"'
            file.write(f"{number},{text},{'pos' if number % 2 else 'neg'}\n")


def modelcat(path: Path) -> Any:
    """Read as a data set is read: encoding, quotes and lines checked, rows counted twice."""
    from catalog.dataset import Format
    from plugins.tables.files import open_file

    return open_file(path, "file", Format(), whole=True).read()


def pandas(path: Path) -> Any:
    """Read all cells as text, the delimiter found."""
    import pandas as pd

    sep = None if path.stat().st_size < 1 << 20 else ","
    return pd.read_csv(path, dtype=str, keep_default_na=False, sep=sep, engine="python" if sep is None else "c")


def polars(path: Path) -> Any:
    """Read all cells as text."""
    import polars as pl

    return pl.read_csv(path, infer_schema=False)


def duckdb(path: Path) -> Any:
    """Read all cells as text, everything else found by its sniffer."""
    import duckdb

    return duckdb.connect().read_csv(str(path), all_varchar=True).to_arrow_table()


def pyarrow(path: Path) -> Any:
    """Read with line breaks in cells allowed."""
    from pyarrow import csv

    return csv.read_csv(path, parse_options=csv.ParseOptions(newlines_in_values=True))


def clevercsv(path: Path) -> Any:
    """Find the dialect with clevercsv, read with pandas."""
    import clevercsv

    return clevercsv.read_dataframe(str(path), dtype=str, keep_default_na=False)


READERS: Mapping[str, Callable[[Path], Any]] = {
    each.__name__: each for each in (modelcat, pandas, polars, duckdb, pyarrow, clevercsv)
}
FAST = ("modelcat", "pandas", "polars", "duckdb")


def awkward() -> Mapping[str, tuple[bytes, Rows | None]]:
    """Return small files of common kinds, with their rows; None if no rows are right."""
    rows = [(f"this is text number {number}", "good" if number % 2 else "bad") for number in range(40)]

    def lines(given: Rows, delimiter: str = ",", header: str | None = "text,label") -> str:
        body = "".join(f"{text}{delimiter}{label}\n" for text, label in given)
        return body if header is None else header.replace(",", delimiter) + "\n" + body

    commas = [(f"well, number {number}, yes", label) for number, (_, label) in enumerate(rows)]
    latin = [(f"Die Größe {number} paßt und die Ärmel sind schön", label) for number, (_, label) in enumerate(rows)]
    codes = [(text, "010" if label == "good" else "10") for text, label in rows]
    opened = [('"' + text if number == 4 else text, label) for number, (text, label) in enumerate(rows)]
    nul = [(text.replace(" is ", " \0 "), label) for text, label in rows]
    return {
        "plain": (lines(rows).encode(), rows),
        "semicolons, commas in texts": (lines(commas, ";").encode(), commas),
        "tabs named .csv": (lines(rows, "\t").encode(), rows),
        "Excel's sep= line": (("sep=;\n" + lines(rows, ";")).encode(), rows),
        "title above the header": (("Export of March,\n\n" + lines(rows)).encode(), rows),
        "UTF-8 with a mark": (b"\xef\xbb\xbf" + lines(rows).encode(), rows),
        "UTF-16": (lines(rows).encode("utf-16"), rows),
        "Windows-1252": (lines(latin).encode("cp1252"), latin),
        "leading zeros": (lines(codes).encode(), codes),
        "a quote that is never closed": (lines(opened).encode(), opened),
        "no header": (lines(rows, header=None).encode(), None),
        "a row with too many cells": (lines([*rows, ("one, two", "good")]).encode(), None),
        "cut in the middle of a quoted cell": ((lines(rows) + '"the end is').encode(), None),
        "NUL characters": (lines(nul).encode(), nul),
    }


def judged(reader: str, content: bytes, expected: Rows | None, folder: Path) -> str:
    """Return ``right``, ``error``, ``refused`` (if no rows are right), or ``wrong``: other rows and no error."""
    path = folder / "small.csv"
    path.write_bytes(content)
    try:
        table = READERS[reader](path)
    except Exception:  # noqa: BLE001 -- whatever a library raises
        return "refused" if expected is None else "error"
    try:
        found = list(zip(_column(table, "text"), _column(table, "label"), strict=True))
    except Exception:  # noqa: BLE001 -- columns of other names are wrong, whatever a library raises
        return "wrong"
    return "right" if found == expected else "wrong"


def _column(table: Any, name: str) -> list[str]:
    column = table[name]
    for method in ("to_pylist", "to_list", "tolist"):
        if hasattr(column, method):
            return list(map(str, getattr(column, method)()))
    raise TypeError(type(column))


def run_once(reader: str, path: Path) -> None:
    """Read once, and print seconds and the most memory in use."""
    read = READERS[reader]
    for name in ("plugins.tables.files", "catalog.dataset") if reader == "modelcat" else (reader,):
        importlib.import_module(name)
    began = time.perf_counter()
    table = read(path)
    seconds = time.perf_counter() - began
    rows = table.num_rows if hasattr(table, "num_rows") else len(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": seconds, "rows": rows, "bytes": peak}))  # noqa: T201


def measure(path: Path, rounds: int) -> Mapping[str, list[dict[str, float]]]:
    """Return what every run of every fast reader measured; the first round fills the disk cache and does not count."""
    found: dict[str, list[dict[str, float]]] = {reader: [] for reader in FAST}
    for counted in [False, *[True] * rounds]:
        for reader in FAST:
            command = [sys.executable, __file__, "--child", reader, "--file", str(path)]
            said = subprocess.run(command, capture_output=True, check=True, text=True).stdout  # noqa: S603 -- this file
            if counted:
                found[reader].append(json.loads(said))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the large file (%(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each reader, in turn (%(default)s)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--child", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        run_once(options.child, options.file)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_large(folder / "large.csv", options.rows)
        runs = measure(folder / "large.csv", options.rounds)
        small = {
            case: {reader: judged(reader, content, expected, folder) for reader in READERS}
            for case, (content, expected) in awkward().items()
        }
    seconds = {reader: statistics.median(run["seconds"] for run in each) for reader, each in runs.items()}
    fastest = min(value for reader, value in seconds.items() if reader != "modelcat")
    ratios = [
        own["seconds"] / min(runs[reader][place]["seconds"] for reader in FAST[1:])
        for place, own in enumerate(runs["modelcat"])
    ]
    report = {
        "rows": options.rows,
        "seconds": seconds,
        "bytes": {reader: max(run["bytes"] for run in each) for reader, each in runs.items()},
        "ratio": seconds["modelcat"] / fastest,
        "ratio_of_rounds": statistics.median(ratios),
        "goal": GOAL,
        "awkward": small,
    }
    if options.json:
        print(json.dumps(report, indent=2))  # noqa: T201
        return
    for reader, value in seconds.items():
        print(f"{reader:10} {value:6.2f} s  {report['bytes'][reader] / 1e9:5.2f} GB")  # noqa: T201
    by_rounds = f"by rounds {statistics.median(ratios):.2f}"
    print(f"modelcat takes {report['ratio']:.2f} times the fastest (goal: {GOAL}), {by_rounds}")  # noqa: T201
    for case, found in small.items():
        print(f"{case:36} {'  '.join(f'{reader} {word}' for reader, word in found.items())}")  # noqa: T201


if __name__ == "__main__":
    main()

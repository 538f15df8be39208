"""Memory of reading a data set, over the size of its file: at most four times the file's size and 300 MB.

    python benchmarks/reading_memory.py                files of 200 MB
    python benchmarks/reading_memory.py --megabytes 5  a quick look

Every file is read as training data are, by a process of its own. What is compressed counts with the size that it
unpacks to, and an Excel workbook with its XML; the memory is the largest resident size, with Python and its libraries.
"""

import argparse
import gzip
import io
import json
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from parts.machine import memory_peak
from pyarrow import feather, ipc, parquet
from reading import WORDS

TIMES, BESIDES = 4, 300e6
ROW = 300
"""Bytes of a text, about."""


def rows_of(size: int) -> list[tuple[str, str]]:
    """Return texts and labels of so many bytes."""
    draw = random.Random(0)  # noqa: S311 -- any texts will do
    return [(f"{row} {' '.join(draw.choices(WORDS, k=ROW // 6))}", "ab"[row % 2]) for row in range(size // ROW)]


def table_of(size: int) -> pa.Table:
    """Return the same as columns."""
    texts, labels = zip(*rows_of(size), strict=True)
    return pa.table({"text": texts, "label": labels})


def csv(path: Path, size: int) -> int:
    """Write texts."""
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows_of(size)), encoding="utf-8")
    return path.stat().st_size


def short_cells(path: Path, size: int) -> int:
    """Write 200 columns of one digit next to the texts."""
    names = ",".join(f"c{place}" for place in range(200))
    cells = ",".join(str(place % 10) for place in range(200))
    lines = (f"{text[:60]},{label},{cells}\n" for text, label in rows_of(size * ROW // 460))
    path.write_text(f"text,label,{names}\n{''.join(lines)}", encoding="utf-8")
    return path.stat().st_size


def csv_gz(path: Path, size: int) -> int:
    """Write compressed texts."""
    content = "text,label\n" + "".join(f"{text},{label}\n" for text, label in rows_of(size))
    path.write_bytes(gzip.compress(content.encode(), 1))
    return len(content)


def jsonl(path: Path, size: int) -> int:
    """Write an object a line."""
    lines = (json.dumps({"text": text, "label": label}) + "\n" for text, label in rows_of(size))
    path.write_text("".join(lines), encoding="utf-8")
    return path.stat().st_size


def many_keys(path: Path, size: int) -> int:
    """Write objects of 1,000 keys, half of which no other object has."""
    shared = {f"key {place}": place for place in range(500)}
    with path.open("w", encoding="utf-8") as file:
        for row, (text, label) in enumerate(rows_of(size * ROW // 17_000)):
            own = {f"{row % 600}-{place}": place for place in range(500)}
            file.write(json.dumps({"text": text, "label": label, **shared, **own}) + "\n")
    return path.stat().st_size


def array(path: Path, size: int) -> int:
    """Write one array of objects, on one line."""
    path.write_text(json.dumps([{"text": text, "label": label} for text, label in rows_of(size)]), encoding="utf-8")
    return path.stat().st_size


def parquet_file(path: Path, size: int) -> int:
    """Write pages that are compressed as usual."""
    parquet.write_table(table_of(size), path)
    chunks = parquet.ParquetFile(path).metadata
    return sum(chunks.row_group(place).total_byte_size for place in range(chunks.num_row_groups))


def arrow(path: Path, size: int) -> int:
    """Write a stream, as `datasets` does."""
    table = table_of(size)
    with ipc.new_stream(path, table.schema) as writer:
        writer.write_table(table)
    return path.stat().st_size


def feather_file(path: Path, size: int) -> int:
    """Write compressed buffers."""
    table = table_of(size)
    feather.write_feather(table, path)
    return table.nbytes


def xlsx(path: Path, size: int) -> int:
    """Write a workbook."""
    sys.path.append(str(Path(__file__).parents[1] / "tests" / "fakes"))
    from input_files import workbook_of

    content = workbook_of(sheet=[["text", "label"], *map(list, rows_of(size))])
    path.write_bytes(content)
    return sum(each.file_size for each in zipfile.ZipFile(io.BytesIO(content)).infolist())


FILES: Mapping[str, Callable[[Path, int], int]] = {
    "texts.csv": csv, "short-cells.csv": short_cells, "texts.csv.gz": csv_gz, "texts.jsonl": jsonl,
    "many-keys.jsonl": many_keys, "one-line.json": array, "texts.parquet": parquet_file, "texts.arrow": arrow,
    "texts.feather": feather_file, "texts.xlsx": xlsx,
}  # fmt: skip


def read(path: Path) -> None:
    """Read a data set, and print its rows, the seconds that it took, and the most memory in use."""
    from plugins.classification.truths import ClassTruths
    from plugins.data.sources import read_files
    from plugins.nlp.text_classification.dataset import FilesDataset
    from plugins.nlp.texts.reading import read_sources

    dataset = FilesDataset(source="files", train=str(path))
    began = time.perf_counter()
    found = read_sources(read_files(dataset), dataset, ClassTruths(dataset))
    seconds = time.perf_counter() - began
    print(json.dumps({"rows": len(found.splits["train"].texts), "seconds": seconds, "bytes": memory_peak()}))  # noqa: T201


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 if a file takes more than allowed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200, help="of content (%(default)s); a tenth for Excel")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.file:
        read(options.file)
        return 0
    report = []
    with tempfile.TemporaryDirectory() as folder:
        for name, write in FILES.items():
            path = Path(folder, name)
            size = write(path, options.megabytes * 1_000_000 // (10 if path.suffix == ".xlsx" else 1))
            command = [sys.executable, __file__, "--file", str(path)]
            said = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout)  # noqa: S603
            allowed = TIMES * size + BESIDES
            report.append({"file": name, "size": size, "allowed": allowed, "within": said["bytes"] <= allowed, **said})
            path.unlink()
    if options.json:
        print(json.dumps(report, indent=2))  # noqa: T201
    else:
        for each in report:
            part = (
                f"{each['bytes'] / each['size']:5.2f} times, {each['bytes'] / each['allowed']:4.0%} of what is allowed"
            )
            line = f"{each['file']:16} {each['size'] / 1e6:5.0f} MB  {each['bytes'] / 1e6:5.0f} MB  {part}"
            print(f"{line}  {each['seconds']:5.1f} s")  # noqa: T201
    return 0 if all(each["within"] for each in report) else 1


if __name__ == "__main__":
    sys.exit(main())

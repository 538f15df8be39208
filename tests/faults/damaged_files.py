"""Reads files that are damaged at random: prints a line for each, what came of it and in how many seconds.

A process of its own, with little memory: a crash of a library ends it, and is seen.
"""

import bz2
import gzip
import io
import json
import lzma
import random
import resource
import sys
import time
import traceback
import zipfile
from pathlib import Path

import pyarrow as pa
from input_files import COLUMNS, CSV, JSONL, ROWS, feather_of, parquet_of, stream_of, workbook_of, zst_of
from pyarrow import ipc

from catalog.contract.capabilities import InputFile
from catalog.errors import ModelcatError
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.texts.input import open_input

MEMORY = 3 << 30
"""Bytes of address space, of which the libraries alone take more than one GiB."""


def arrow_of(columns):
    """Return an Arrow file with compressed buffers and a dictionary."""
    file, table = io.BytesIO(), pa.table({**columns, "label": pa.array(columns["label"]).dictionary_encode()})
    with ipc.new_file(file, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return file.getvalue()


def zip_of(content):
    """Return a zip archive of one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.csv", content)
    return file.getvalue()


CONTENTS = {
    ".csv": CSV.encode(),
    ".tsv": CSV.replace(",", "\t").encode(),
    ".jsonl": JSONL.encode(),
    ".json": json.dumps(ROWS).encode(),
    ".parquet": parquet_of({**COLUMNS, "n": range(24), "list": [[1, 2]] * 24}),
    ".arrow": arrow_of({**COLUMNS, "n": range(24)}),
    ".stream.arrow": stream_of({**COLUMNS, "words": pa.array(COLUMNS["text"], pa.string_view())}),
    ".feather": feather_of({**COLUMNS, "n": range(24)}),
    ".xlsx": workbook_of(s=[["text", "label"], *map(list, zip(*COLUMNS.values(), strict=True))]),
}
PACKERS = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress, ".zst": zst_of, ".zip": zip_of}
NUMBERS = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 40), (1 << 63) - 1, (1 << 64) - 1]
PIECES = [b"[" * 5000, b'{"a":' * 3000, b'"', b"9" * 5000, b"\0", b"\xff\xfe", b"," * 2000, b"\r", b"null", b"1e999"]


def damaged(content, rng):
    """Return a content with one to four faults."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(content) + 1)
        size = min(rng.choice([1, 2, 8, 64, 500]), len(content) - at)
        match rng.randrange(6):
            case 0:
                flipped = bytes(byte ^ 1 << rng.randrange(8) for byte in content[at : at + size])
                content = content[:at] + flipped + content[at + size :]
            case 1:
                content = content[:at] + content[at + size :]
            case 2:
                content = content[:at] if rng.random() < 0.3 else content[:at] + content[at:] * rng.randint(1, 3)
            case 3:
                content = content[:at] + content[at : at + size] * rng.randint(2, 50) + content[at + size :]
            case 4:
                width = rng.choice([2, 4, 8])
                number = (rng.choice(NUMBERS) % (1 << 8 * width)).to_bytes(width, "little")
                content = content[:at] + number + content[at + width :]
            case _:
                content = content[:at] + rng.choice(PIECES) + content[at:]
    return content


def make(folder, seed):
    """Write a damaged file and return its path."""
    rng = random.Random(seed)
    suffix = list(CONTENTS)[seed % len(CONTENTS)]
    content, packing = CONTENTS[suffix], "" if suffix == ".xlsx" else rng.choice(["", "", "", *PACKERS])
    inside = not packing or rng.random() < 0.5
    content = damaged(content, rng) if inside else content
    content = PACKERS[packing](content) if packing else content
    path = folder / f"{seed}{suffix}{packing}"
    path.write_bytes(content if inside else damaged(content, rng))
    return path


def tried(path):
    """Return what comes of a file as training data and as texts to predict: rows, one error, or a traceback."""
    found = []
    for read in (
        lambda: load(FilesDataset(source="files", train=str(path)), path.parent).summary.rows["train"],
        lambda: sum(len(batch.inputs) for batch in open_input(InputFile(path)).batches(1000)),
    ):
        try:
            found.append(f"{read()} rows")
        except ModelcatError as error:
            found.append("error" if 0 < len(error.message) < 3000 else f"an error of {len(error.message):,} characters")
        except Exception:  # noqa: BLE001 -- whatever it is, it is reported
            found.append(traceback.format_exc())
    return found


def main(folder, first, count):
    """Try so many files."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for seed in range(first, first + count):
        path = make(folder, seed)
        print(json.dumps({"file": path.name}), flush=True)  # noqa: T201
        began = time.monotonic()
        found = tried(path)
        print(json.dumps({"found": found, "seconds": time.monotonic() - began}), flush=True)  # noqa: T201
        path.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))

"""Files to predict are read in constant memory, however long they are."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import json, re, sys
from pathlib import Path
from catalog.contract.capabilities import InputFile
from plugins.nlp.text_classification.task import task
table = task.open_file(InputFile(Path(sys.argv[1]), ("text",)))
rows = characters = 0
for batch in table.batches(1024):
    rows += len(batch.inputs)
    characters += sum(map(len, batch.inputs))
    assert batch.rows.num_rows == len(batch.inputs)
peak = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]  # getrusage counts its parent's too
print(json.dumps([rows, characters, int(peak) >> 10]))
"""


def read(path: Path) -> tuple[int, int, int]:
    """Return rows, characters, and the most memory (MiB) of a process that reads a file of texts."""
    command = [sys.executable, "-c", SCRIPT, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    rows, characters, memory = json.loads(done.stdout)
    return rows, characters, memory


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory is read from /proc")
@pytest.mark.parametrize(("suffix", "total"), [("csv", 200_000), ("jsonl", 50_000)])
def test_memory_does_not_grow_with_a_file(tmp_path: Path, suffix: str, total: int) -> None:
    """A file of 200 MB (50 MB of JSON) takes hardly more memory than a tenth of it, and every row of it comes."""
    text = "a wet parcel, late " * 52
    found = []
    for rows in (total // 10, total):
        path = tmp_path / f"{rows}.{suffix}"
        with path.open("w") as file:
            if suffix == "csv":
                file.write("id,text\n")
            for start in range(0, rows, 1000):
                numbers = range(start, start + 1000)
                line = '{},"{}"\n' if suffix == "csv" else '{{"id": {}, "text": "{}"}}\n'
                file.writelines(line.format(number, text) for number in numbers)
        found.append(read(path))
        path.unlink()
    (few, _, least), (rows, characters, most) = found
    assert (few, rows, characters) == (total // 10, total, total * len(text))
    assert most < least + 40
    assert most < 400

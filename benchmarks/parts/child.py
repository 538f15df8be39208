"""Does one job in a process of its own: reads it as JSON from the first file, writes its result into the second.

A contestant that shares a process with another inherits its memory, its threads and its warm caches.
"""

import importlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

JOBS = {
    "describe": "machine.describe",
    "rates": "machine.rates",
    "make": "models.make",
    "lengths": "hugging_face.lengths",
    "train": "training.train",
    "profile": "profiling.profile",
    "answer": "answering.answer",
    "plain study": "plain_study.search",
    "coordinate": "coordinating.coordinate",
}


def do(job: str, arguments: Mapping[str, Any]) -> Any:
    """Do a job and return what it found."""
    module, _, function = JOBS[job].partition(".")
    return getattr(importlib.import_module(f"parts.{module}"), function)(**arguments)


def main(job: Path, result: Path) -> None:
    """Do the job of one file and write its result into the other."""
    asked = json.loads(job.read_text(encoding="utf-8"))
    result.write_text(json.dumps(do(asked["job"], asked["arguments"])), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""Runs contestants in turn, each in a process of its own, and takes medians."""

import json
import logging
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["in_turn", "median", "paired_ratio", "python_path", "ratios", "run", "say"]

_BENCHMARKS = Path(__file__).parents[1]
_LOG = logging.getLogger("benchmarks")


KEPT_MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(1 << 33),
    "MALLOC_TOP_PAD_": str(1 << 26),
}
"""As runner/engine/local.py sets it."""


def run(job: str, threads: int, /, **arguments: Any) -> Any:
    """Do a job of `parts.child` in a process of its own and return what it found; see `spawn`."""
    return spawn(job, threads, arguments)


def spawn(job: str, threads: int, arguments: Mapping[str, Any], *, same_malloc: bool = False) -> Any:
    """Do a job in a process of its own.

    For all, threads sleep while they wait (on a machine that does other work too, spinning threads are very
    slow), and no hub is asked. modelcat has the malloc that its workers have, which keeps large blocks; others have
    the one that a script has, unless `same_malloc` gives it to them too. On Trainer with attention dropout that setting
    alone has a large effect.

    Raises:
        SystemExit: The process failed; the message has the last lines that it wrote.
    """
    environment = os.environ | {
        "OMP_NUM_THREADS": str(threads),
        "OMP_WAIT_POLICY": "PASSIVE",
        "TOKENIZERS_PARALLELISM": "true",
        "HF_HUB_OFFLINE": "1",
        "CUDA_VISIBLE_DEVICES": os.environ.get("CUDA_VISIBLE_DEVICES", "0"),  # Trainer would use all
        "PYTHONPATH": python_path(),
    }
    if same_malloc or str(arguments.get("contestant", "")).startswith("modelcat"):
        environment |= KEPT_MEMORY
    with tempfile.TemporaryDirectory() as folder:
        asked, found = Path(folder, "job.json"), Path(folder, "result.json")
        asked.write_text(json.dumps({"job": job, "arguments": arguments}), encoding="utf-8")
        # -P: or the files of this folder could hide modules of the same names.
        command = [sys.executable, "-P", str(_BENCHMARKS / "parts" / "child.py"), str(asked), str(found)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 -- ours
        if done.returncode or not found.is_file():
            raise SystemExit(f"{job} of {arguments.get('contestant', '')} failed:\n{done.stderr[-3000:]}")
        return json.loads(found.read_text(encoding="utf-8"))


def python_path() -> str:
    """Return where processes find the benchmarks' parts and modelcat's packages, installed or not."""
    known = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(_BENCHMARKS), str(_BENCHMARKS.parent), *([known] if known else [])])


def in_turn(
    job: str,
    threads: int,
    contestants: Mapping[str, Mapping[str, Any]],
    rounds: int,
    *,
    before: Callable[[], Any] = bool,
    same_malloc: bool = False,
) -> dict[str, list[dict[str, Any]]]:
    """Run a job for every contestant, `rounds` times over, another one first in each round.

    Args:
        job: Name of the job.
        threads: CPU threads of each.
        contestants: Arguments of the job by the contestant's name.
        rounds: Repetitions.
        before: Called before each round.
        same_malloc: See `spawn`.

    Returns:
        What each contestant found, one entry a round, so that entries of one place ran next to each other.
    """
    names = list(contestants)
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for number in range(rounds):
        before()
        first = number % len(names)
        for name in names[first:] + names[:first]:
            say(f"round {number + 1} of {rounds}: {name}")
            found[name].append(spawn(job, threads, contestants[name], same_malloc=same_malloc))
    return found


def median(results: Sequence[Mapping[str, Any]], field: str) -> float | None:
    """Return the median of a field over rounds; None if a round has none."""
    values = [result[field] for result in results]
    return None if None in values else statistics.median(values)


def paired_ratio(ours: Sequence[Mapping[str, Any]], theirs: Sequence[Mapping[str, Any]], field: str) -> float | None:
    """Return the median over rounds of our value divided by theirs of the same round, which ran next to it."""
    pairs = [(one[field], other[field]) for one, other in zip(ours, theirs, strict=True)]
    if any(one is None or not other for one, other in pairs):
        return None
    return statistics.median(one / other for one, other in pairs)


def ratios(
    found: Mapping[str, Sequence[Mapping[str, Any]]], fields: Sequence[str], ours: str = "modelcat"
) -> dict[str, dict[str, float | None]]:
    """Return `paired_ratio` of each of our contestants to each other one, as ``{"ours / theirs": {field: ratio}}``."""
    return {
        f"{one} / {other}": {field: paired_ratio(found[one], found[other], field) for field in fields}
        for one in found
        if one.startswith(ours)
        for other in found
        if not other.startswith(ours)
    }


def say(line: str) -> None:
    """Report progress on stderr; stdout is for JSON alone."""
    _LOG.info(line)

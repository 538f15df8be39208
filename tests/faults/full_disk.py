"""A program that runs a study on a disk that is full again and again, and reports how each run ended.

It is to be started in a mount namespace of its own (``unshare -m``), where it mounts a small disk in memory that no one
else sees: at FOLDER itself, or at its ``studies`` alone, so that the database lies on another disk.

    full_disk.py FOLDER studies|all SIZE SPEC FREE,FREE,...
"""

import json
import os
import subprocess
import sys
from pathlib import Path

MODELCAT = Path(sys.executable).with_name("modelcat")


def run(folder, spec):
    """Run or go on with the study; return exit code and answer."""
    ended = subprocess.run([MODELCAT, "run", spec, "--json"], cwd=folder, capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def fill(disk, free):
    """Leave so many bytes on a disk."""
    (disk / "filler").unlink(missing_ok=True)
    usage = os.statvfs(disk)
    (disk / "filler").write_bytes(bytes(max(0, usage.f_bavail * usage.f_frsize - free)))


def main(folder, where, size, spec, levels):
    """Run at each level of free bytes, then with all of the disk."""
    disk = folder / "studies" if where == "studies" else folder
    disk.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", disk], check=True)
    runs = []
    for free in levels:
        fill(disk, free)
        code, answer = run(folder, spec)
        log = next(iter((folder / "studies").glob("*/log.jsonl")), None)
        whole = [model.parent.name for model in (folder / "studies").glob("*/runs/*/*/model") if any(model.iterdir())]
        runs.append({"code": code, "error": answer.get("error"), "free": free, "log": log is not None, "models": whole})
        (disk / "filler").unlink()
    code, answer = run(folder, spec)
    assert code == 0, (answer, runs)
    trials = subprocess.run(
        [MODELCAT, "trials", answer["study"], "--json"], cwd=folder, capture_output=True, check=True
    )
    print(json.dumps({"runs": runs, "code": code, "answer": answer, "trials": json.loads(trials.stdout)}))  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]), [int(free) for free in sys.argv[5].split(",")])

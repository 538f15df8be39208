"""Every command with every kind of stdout, stderr and stdin ends as it should; FAULTS sets how many are tried."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

FAULTS = int(os.environ.get("FAULTS", "200"))
SEED = int(os.environ.get("SEED", "0"))
MODELCAT = Path(sys.executable).with_name("modelcat")
SIMULATED = Path(__file__).parents[1] / "fakes" / "simulated"
COMMANDS = {
    "--help": 0,
    "--version": 0,
    "list --json": 0,
    "show nlp/text-classification/linear": 0,
    "schema": 0,
    "validate linear★.json": 0,
    "validate linear★.json --json": 0,
    "plan s.json": 0,
    "run s.json": 0,
    "run s.json --json": 0,
    "resume one": 0,
    "train s.json": 0,
    "submit s.json": 2,
    "worker --idle 1s": 0,
    "stop one": 0,
    "studies": 0,
    "studies --csv": 0,
    "trials one": 0,
    "trial one 0 --json": 0,
    "browse": 2,
    "predict one ★": 0,
    "predict one ★ --json": 0,
    "predict one": 0,
    "evaluate one data★.csv": 2,
    "export one ★ --force": 0,
    "diagnose one": 2,
    "report one -o ★.html --force": 0,
    "compare one one:0": 2,
    "delete nobody --yes": 2,
    "doctor": 0,
    "validate nowhere★.json --json": 2,
}
"""Arguments, and the exit code if nothing is in the way."""
STREAMS = {
    "ascii": ("", {"PYTHONIOENCODING": "ascii"}),
    "C": ("", {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}),
    "latin-1": ("", {"PYTHONIOENCODING": "latin-1"}),
    "no stdout": (">&-", {}),
    "no stderr": ("2>&-", {}),
    "no stdin": ("<&-", {}),
    "none": ("<&- >&- 2>&-", {}),
    "full stdout": (">/dev/full", {}),
    "full stderr": ("2>/dev/full", {}),
    "no reader": ("| true; exit ${PIPESTATUS[0]}", {}),
}
"""Redirections of a shell, and environment."""
ALL = [(command, stream) for command in COMMANDS for stream in STREAMS]
CHOSEN = random.Random(SEED).sample(ALL, min(len(ALL), max(1, FAULTS * len(ALL) // 6000)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a study."""
    made = tmp_path_factory.mktemp("streams")
    simulated = {"category": "test", "subcategory": "simulated", "model": "curve", "model_config": {"x": 0.5}}
    study = {"name": "one", "trials": 2, "confirm": {"top": 1, "seeds": 2}}
    (made / "s.json").write_text(json.dumps({**simulated, "study": study}))
    rows = [f"{word} ★ {number},{label}" for number in range(40) for word, label in (("gut", "größe"), ("bad", "混"))]
    (made / "data★.csv").write_text("\n".join(["text,label", *rows]), encoding="utf-8")
    linear = {"category": "nlp", "subcategory": "text-classification", "model": "linear", "model_config": {}}
    spec = {**linear, "dataset": {"source": "files", "train": "data★.csv"}, "study": {"trials": 1}}
    (made / "linear★.json").write_text(json.dumps(spec))
    run(made, "run s.json", "ascii")
    return made


def run(folder, command, stream):
    """Run a command in a shell."""
    redirected, environment = STREAMS[stream]
    return subprocess.run(
        ["bash", "-c", f'"$@" {redirected}', "-", MODELCAT, *command.split()],
        cwd=folder,
        env={**os.environ, "MODELCAT_CACHE": str(folder / "cache"), "PYTHONPATH": str(SIMULATED)}
        | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", **environment},
        input="a text\n★\n".encode(),
        capture_output=True,
        timeout=200,
        check=False,
    )


@pytest.mark.parametrize(("command", "stream"), CHOSEN)
def test_a_command_does_with_its_streams_what_can_be_done(folder, command, stream):
    """A command escapes what has no character, is silent if no process reads, and prints one line on a full disk."""
    done = run(folder, command, stream)
    err = done.stderr.decode("latin-1")
    for sign in ("Traceback", "report it", "Exception ignored"):
        assert sign not in err
    full = stream == "full stdout" and COMMANDS[command] == 0
    assert done.returncode == (1 if full else COMMANDS[command]), err
    if full:
        assert "writing failed: No space left on device" in err
    if stream in {"ascii", "C"} and "--csv" not in command and command != "--help":
        assert done.stdout.isascii()
    if "--json" in command and done.stdout:
        json.loads(done.stdout)

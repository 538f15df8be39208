"""Disks that are full, or fail, under a study: no trial fails of it, and with a whole disk the study is finished.

FAULTS sets how many places are tried.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

MANY = int(os.environ.get("FAULTS", "200")) >= 1000
HERE = Path(__file__).parent
SIMULATED = HERE.parent / "fakes" / "simulated"
MODELCAT = Path(sys.executable).with_name("modelcat")
CURVE = {
    "category": "test",
    "subcategory": "simulated",
    "model": "curve",
    "model_config": {"x": 0.5, "weights": 100_000},
    "study": {"name": "mine", "trials": 4, "pruner": "none", "sampler": "random", "confirm": {"top": 1, "seeds": 1}},
}
BERT = {
    "category": "nlp",
    "subcategory": "text-classification",
    "model": "bert",
    "model_config": {"model_name": "scratch/bert-tiny", "max_seq_length": 32, "batch_size": 32, "epochs": 1},
    "dataset": {"source": "demo", "size": 400},
    "study": {"name": "mine", "trials": 2, "confirm": {"top": 0, "seeds": 1}},
}
LINEAR = {**BERT, "model": "linear", "model_config": {}}
LEVELS = {
    "all": [0, 20_000, 40_000, 80_000, 150_000, 200_000, 250_000, 300_000, 350_000, 400_000],
    "studies": [60_000, *([0, 250_000, 4_096, 100_000, 150_000, 200_000, 300_000, 400_000] if MANY else [])],
}


@pytest.fixture
def environment(tmp_path):
    """Return an environment for modelcat in a folder of its own."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("MODELCAT_")}
    return {**known, "MODELCAT_CACHE": str(tmp_path / "cache"), "PYTHONPATH": str(SIMULATED), "OMP_NUM_THREADS": "1"}


def check_whole(answer, trials, planned):
    """Check that a study is as if nothing had happened."""
    assert answer["state"] == "finished"
    assert [trial["number"] for trial in trials] == list(range(planned))
    assert {trial["state"] for trial in trials} <= {"complete", "pruned"}


@pytest.mark.parametrize(
    ("where", "spec", "size", "levels"),
    [
        ("studies", CURVE, "8m", LEVELS["studies"]),
        *(
            [
                ("all", CURVE, "8m", LEVELS["all"]),
                ("studies", BERT, "64m", [1_000_000, 5_000_000]),
                ("studies", LINEAR, "64m", [10_000]),
            ]
            if MANY
            else []
        ),
    ],
)
def test_a_full_disk_fails_no_trial(tmp_path, environment, where, spec, size, levels):
    """Whatever is being written when the disk is full, the message names the disk, its free space, and how to go on."""
    if subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", tmp_path], check=False).returncode:
        pytest.skip("this user may not mount a disk")
    (tmp_path / "disk").mkdir()
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec))
    program = [sys.executable, HERE / "full_disk.py", tmp_path / "disk", where, size, path, ",".join(map(str, levels))]
    ended = subprocess.run(["unshare", "-m", *program], env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    for run in told["runs"]:
        if run["code"] == 0:
            assert run["free"] > 0
            continue
        assert run["code"] == 1, run
        assert run["error"]["kind"] in {"environment", "store"}, run
        assert "free" in run["error"]["message"].lower(), run
        if where == "studies" and run["error"]["kind"] == "environment":
            assert "bytes are free in " in run["error"]["message"]
            assert "modelcat resume mine" in run["error"]["message"]
    assert any(run["code"] for run in told["runs"])
    check_whole(told["answer"], told["trials"], spec["study"]["trials"])


@pytest.fixture(scope="module")
def faulty_disk(tmp_path_factory):
    """Return the library that lets a disk fail."""
    if (compiler := shutil.which("cc")) is None or sys.platform != "linux":
        pytest.skip("needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("library") / "faulty_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, HERE / "faulty_disk.c", "-ldl"], check=True)
    return library


PLACES = [("studies", 8)]
MORE = [("studies", number) for number in range(1, 20) if number != 8] + [
    (".", number) for number in (*range(1, 30), *range(30, 400, 8), 120)
]


@pytest.mark.parametrize(("root", "after"), PLACES + (MORE if MANY else []))
def test_a_disk_that_fails_fails_no_trial(tmp_path, environment, faulty_disk, root, after):
    """From some write on nothing can be written: below ``studies`` alone, or in the database as well."""
    (tmp_path / "spec.json").write_text(json.dumps(CURVE))
    workspace = f"{(tmp_path / root).resolve()}/"
    fault = {"LD_PRELOAD": str(faulty_disk), "FAULTY_ROOT": workspace, "FAULTY_AFTER": str(after), "FAULTY_ERRNO": "5"}
    code, answer, errors = modelcat(tmp_path, environment | fault, "run", "spec.json")
    assert code == 1, errors
    assert answer["error"]["kind"] in {"environment", "store"}, errors
    if root == "studies":
        assert "modelcat resume mine" in answer["error"]["message"]
        assert "cannot be written, and misses lines" in errors
    code, answer, errors = modelcat(tmp_path, environment, "run", "spec.json")
    assert code == 0, errors
    check_whole(answer, modelcat(tmp_path, environment, "trials", "mine")[1], CURVE["study"]["trials"])
    with closing(sqlite3.connect(tmp_path / "studies.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def modelcat(folder, environment, *arguments):
    """Run a command; return its exit code, its answer, and what it said on stderr."""
    ended = subprocess.run(
        [MODELCAT, *arguments, "--json"], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in ended.stderr, ended.stderr
    return ended.returncode, json.loads(ended.stdout), ended.stderr

"""Workers of a queue are killed at random, and each study ends exactly once.

SEED sets who is killed and when; there are 200 studies where FAULTS asks for a thousand deaths, else 8.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from catalog.spec import resolve
from runner.store.store import Store
from runner.study.log import read_log
from runner.study.queue import submit
from runner.study.workspace import Workspace

FAULTS = int(os.environ.get("FAULTS", "200"))
STUDIES = 200 if FAULTS >= 1000 else 8
SEED = int(os.environ.get("SEED", "0"))
SIMULATED = Path(__file__).parents[1] / "fakes" / "simulated"
PROGRAM = Path(__file__).with_name("queue_workers.py")
TRIALS = 3


def simulated(name):
    """Return the spec of a study whose trainings take a few milliseconds."""
    return {
        "category": "test",
        "subcategory": "simulated",
        "model": "curve",
        "model_config": {"x": 0.5, "seconds": 0.004},
        "study": {
            "name": name,
            "trials": TRIALS,
            "sampler": "random",
            "pruner": "none",
            "confirm": {"top": 0, "seeds": 1},
            "max_retries": 100,
        },
    }


def test_a_queue_survives_the_kills_of_its_workers(tmp_path, monkeypatch):
    """Two workers at a time, one dying for every two studies: none is lost, run twice, or short of a trial."""
    monkeypatch.syspath_prepend(str(SIMULATED))
    workspace = Workspace(f"sqlite:///{tmp_path / 'studies.db'}", tmp_path / "studies", tmp_path / "cache")
    names = [f"study-{number}" for number in range(STUDIES)]
    for name in names:
        submit(resolve(simulated(name), tmp_path), workspace)
    program = subprocess.run(
        [sys.executable, PROGRAM, tmp_path, str(SEED), str(len(names) // 2)],
        env={**os.environ, "PYTHONPATH": str(SIMULATED), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert program.returncode == 0, program.stderr
    died = json.loads(program.stdout)
    with Store.open(workspace.storage, create=False) as store:
        records = {record.study: record for record in store.studies()}
        assert {name: records[name].state for name in names} == dict.fromkeys(names, "finished")
        for name in names:
            trials = store.trials(name)
            assert [(trial.number, trial.state) for trial in trials] == [(n, "complete") for n in range(TRIALS)], name
            ends = [line.text for line in read_log(workspace.folder / name)[0] if line.kind == "finished"]
            assert len(ends) <= 1, name  # one that was killed between its end and its log has none
    again = sum(record.restarts for record in records.values())
    assert 0 < again <= sum(died.values())
    sys.stderr.write(
        f"{sum(died.values())} workers died ({died}); {again} studies of {len(names)} were taken up again\n"
    )

"""Coordinators and workers are killed at random, and nothing that was reported is lost or made twice.

FAULTS sets how many are killed with simulated trainings, SEED who and when; with a thousand, ten are killed with real
ones too.
"""

import os
import sys
from collections import Counter

import pytest
from safetensors import safe_open

FAULTS = int(os.environ.get("FAULTS", "80"))
REAL_FAULTS = 10
SEED = int(os.environ.get("SEED", "0"))
TRIALS = 24


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
            "confirm": {"top": 1, "seeds": 2},
            "max_retries": 100,
        },
    }


def survive(lives, make, kills, *, steps, seconds, **chances):
    """Kill studies, one after the other, until so many processes died; return the trials of each, which has ended.

    Args:
        lives: Of whose processes.
        make: Makes a spec, given a name.
        kills: Coordinators and workers to kill.
        steps: Half of the coordinators die at a step up to this.
        seconds: The other half die within this time.
        chances: Of the workers.
    """
    ended = {}
    while len(lives.kills()) < kills:
        name, fate = f"study-{len(ended)}", lives.fate
        lives.forget()
        for life in range(12):
            # At last a life that is left to itself: however unlucky, a study comes to its end.
            death = {"steps": fate.randrange(1, steps), "seconds": fate.uniform(0, seconds)}
            del death[fate.choice(["steps", "seconds"])]
            if lives.live(make(name), **chances, **({} if life == 11 else death)):
                break
        ended[name] = lives.check(name, make(name)["study"]["trials"])
    sys.stderr.write(f"{len(lives.kills())} kills in {len(ended)} studies: {dict(Counter(lives.kills()))}\n")
    return ended


def test_simulated_studies_survive_kills(lives_of):
    """However often, and wherever, its processes are killed, a study ends with what it was to have."""
    lives = lives_of(SEED)
    ended = survive(lives, simulated, FAULTS, steps=120, seconds=0.6, worker_deaths=0.12, worker_hangs=0.006)
    for trial in (trial for trials in ended.values() for trial in trials if trial.state == "complete"):
        assert trial.value == pytest.approx(1 - (trial.params["x"] - 0.7) ** 2)


REAL = {
    "category": "nlp",
    "subcategory": "text-classification",
    "model": "bert",
    "model_config": {
        "model_name": "scratch/bert-tiny",
        "max_seq_length": 32,
        "batch_size": 32,
        "epochs": 2,
        "learning_rate": 1e-3,
        "deterministic": True,
    },
    "dataset": {"source": "demo", "size": 400},
    "study": {
        "trials": 4,
        "sampler": "random",
        "pruner": "none",
        "search_space": {"learning_rate": {"low": 5e-4, "high": 3e-3, "log": True}},
        "confirm": {"top": 1, "seeds": 1},
        "max_retries": 100,
    },
}


def real(name):
    """Return the spec of a study whose trainings are those of a small BERT."""
    return {**REAL, "study": {**REAL["study"], "name": name}}


@pytest.mark.skipif(FAULTS < 1000, reason="it takes minutes: part of `make faults`")
def test_real_studies_survive_kills(lives_of):
    """Trainings of a small BERT, ten of whose processes are killed, end with the bits of those that lived."""
    lives = lives_of(SEED, ["nlp/text-classification/bert", "nlp/text-classification/linear"])
    assert lives.live(real("whole"))
    whole = [(trial.params, trial.metrics) for trial in lives.check("whole", REAL["study"]["trials"])]
    for name, trials in survive(lives, real, REAL_FAULTS, steps=60, seconds=4.0, worker_deaths=0.03).items():
        assert [(trial.params, trial.metrics) for trial in trials] == whole
        assert kept_weights(lives, name) == kept_weights(lives, "whole")


def kept_weights(lives, study):
    """Return the kept model's weights by name, and the temperature that is folded into them."""
    path = lives.folder / "studies" / study / "model" / "model.safetensors"
    with safe_open(path, framework="np") as file:  # bytes of the file differ: its metadata have no order
        return {name: file.get_tensor(name).tobytes() for name in file.keys()}, file.metadata()  # noqa: SIM118

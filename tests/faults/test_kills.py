"""Coordinators and workers are killed at random, and nothing that was told is lost or made twice.

FAULTS sets how many are killed with simulated trainings, SEED who and when.
"""

import os
import sys
from collections import Counter

import pytest

FAULTS = int(os.environ.get("FAULTS", "200"))
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


def test_simulated_studies_survive_kills(lives_of):
    """However often, and wherever, its processes are killed, a study ends with what it was to have."""
    lives, number = lives_of(SEED), 0
    while len(lives.kills()) < FAULTS:
        name, fate = f"study-{number}", lives.fate
        lives.forget()
        for life in range(12):
            # At last a life that is left to itself: however unlucky, a study comes to its end.
            death = {"steps": fate.randrange(1, 120)} if fate.random() < 0.7 else {"seconds": fate.uniform(0.02, 0.5)}
            if lives.live(simulated(name), worker_deaths=0.12, **({} if life == 11 else death)):
                break
        trials = lives.check(name, TRIALS)
        for trial in trials:
            if trial.state == "complete":
                assert trial.value == pytest.approx(1 - (trial.params["x"] - 0.7) ** 2)
        number += 1
    killed = lives.kills()
    sys.stderr.write(f"{len(killed)} kills in {number} studies: {dict(Counter(killed))}\n")


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
    },
    "dataset": {"source": "demo", "size": 400},
    "study": {
        "name": "real",
        "trials": 4,
        "sampler": "random",
        "search_space": {"learning_rate": {"low": 5e-4, "high": 3e-3, "log": True}},
        "confirm": {"top": 1, "seeds": 1},
        "max_retries": 100,
    },
}


def test_real_studies_survive_kills(lives_of):
    """The same of trainings of a small BERT: ten processes are killed, and every model that was told of is there."""
    lives = lives_of(SEED, ["nlp/text-classification/bert", "nlp/text-classification/linear"])
    deaths = [{"steps": 25}, {"seconds": 1.5}, {"steps": 60}, {"seconds": 2.5}, {"steps": 40}, {"seconds": 2.0}]
    for death in (*deaths, {}):
        if lives.live(REAL, worker_deaths=0.08, patience="real", **death):
            break
    lives.check("real", 4)
    sys.stderr.write(f"{dict(Counter(lives.kills()))}\n")
    assert len(lives.kills()) >= 10
    assert (lives.folder / "studies" / "real" / "model" / "model.safetensors").exists()

"""The comparison of rules for winners: what the rules choose, and that simulated studies distinguish them."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(name="rules")
def rules_fixture(monkeypatch):
    """Return the module with the rules."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield importlib.import_module("parts.winner_rules")
    for name in [name for name in sys.modules if name == "parts" or name.startswith("parts.")]:
        del sys.modules[name]


def test_what_each_rule_keeps(rules):
    """A lead on fresh seeds is enough for one rule, must be measured for another, and is weighed by a third."""
    study = [
        rules.Contestant(0.80, (0.80, 0.81), (0.80, 0.80)),
        rules.Contestant(0.90, (0.80, 0.80), (0.79, 0.79), 0.02),
        rules.Contestant(0.82, (0.82, 0.82), (0.83, 0.83), 0.02),
    ]
    kept = {name: rule(study) for name, rule in rules.RULES.items()}
    assert kept["best value in the search"] == 1
    assert kept["best mean on fresh seeds"] == 2
    assert kept["best mean of all trainings"] == 1
    assert kept["given, unless measurably beaten (fresh)"] == 0
    assert kept["always the given configuration"] == 0


def test_simulated_studies_tell_rules_apart(rules):
    """If configurations differ, the best mean on fresh seeds gains more than the other rules."""
    scenario = rules.Scenario(trials=10, seeds=2, top=2, rows=100, luck=0.01, spread=0.01, given=0.0)
    rng = np.random.default_rng(0)
    found = rules.compare_rules([rules.simulate(scenario, rng) for _ in range(2000)])
    gains = {name: values["gain"] for name, values in found.items()}
    assert gains["always the given configuration"] == 0
    assert gains["best mean on fresh seeds"] > gains["best value in the search"] > 0
    assert gains["best mean on fresh seeds"] > gains["given, unless measurably beaten (fresh)"]

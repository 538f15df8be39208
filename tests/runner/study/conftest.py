"""What the tests of studies share."""

import pytest


@pytest.fixture
def quick_importance(monkeypatch):
    """Spare a study the process that computes how much parameters mattered: it takes seconds to start."""
    answer = {"method": "none", "trials": 0, "shares": {}}
    monkeypatch.setattr("runner.study.insights.importance_of", lambda *_, **__: answer)
